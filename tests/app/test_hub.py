import asyncio
from collections.abc import AsyncIterator

from app.runs.hub import BYE, HELLO, PING, Hub


async def opened(hub: Hub) -> AsyncIterator[bytes]:
    """A viewer that has been greeted."""
    stream = hub.stream()
    assert await anext(stream) == HELLO
    return stream


def make_hub() -> Hub:
    return Hub(asyncio.get_running_loop(), joined=lambda: None)


def test_every_viewer_is_handed_the_same_bytes() -> None:
    async def scene() -> list[bytes]:
        hub = make_hub()
        viewers = [await opened(hub) for _ in range(3)]
        hub.put({"frame": b"event: frame\n\n"})
        return [await anext(viewer) for viewer in viewers]

    received = asyncio.run(scene())

    assert len({id(message) for message in received}) == 1


def test_a_slow_viewer_gets_the_newest_frame_and_not_a_queue() -> None:
    async def scene() -> list[bytes]:
        hub = make_hub()
        viewer = await opened(hub)
        for n in range(100):
            hub.put({"frame": b"frame %d" % n})
        newest = await anext(viewer)
        hub.close()
        return [newest, await anext(viewer)]

    assert asyncio.run(scene()) == [b"frame 99", BYE]


def test_a_slow_viewer_misses_no_kind_of_message() -> None:
    async def scene() -> bytes:
        hub = make_hub()
        viewer = await opened(hub)
        hub.put({"series": b"series\n\n"})
        for n in range(10):
            hub.put({"frame": b"frame %d\n\n" % n})
        return await anext(viewer)

    assert asyncio.run(scene()) == b"series\n\nframe 9\n\n"


def test_who_joins_late_gets_what_is_on_screen_at_once() -> None:
    async def scene() -> bytes:
        hub = make_hub()
        await opened(hub)
        hub.put({"frame": b"frame"})
        return await anext(await opened(hub))

    assert asyncio.run(scene()) == b"frame"


def test_nobody_is_sent_what_was_encoded_before_everybody_left() -> None:
    async def scene() -> bytes:
        hub = make_hub()
        first = await opened(hub)
        hub.put({"frame": b"old"})
        await first.aclose()  # type: ignore[attr-defined]
        second = await opened(hub)
        hub.put({"frame": b"new"})
        return await anext(second)

    assert asyncio.run(scene()) == b"new"


def test_watching_counts_open_streams() -> None:
    async def scene() -> tuple[int, int]:
        hub = make_hub()
        viewers = [await opened(hub) for _ in range(3)]
        before = hub.watching
        await viewers[0].aclose()  # type: ignore[attr-defined]
        return before, hub.watching

    assert asyncio.run(scene()) == (3, 2)


def test_a_ping_reaches_a_viewer_of_a_paused_run() -> None:
    async def scene() -> bytes:
        hub = make_hub()
        viewer = await opened(hub)
        hub.ping()
        return await anext(viewer)

    assert asyncio.run(scene()) == PING


def test_publishing_from_another_thread_wakes_the_viewer() -> None:
    async def scene() -> bytes:
        hub = make_hub()
        viewer = await opened(hub)
        waiting = asyncio.ensure_future(anext(viewer))
        await asyncio.sleep(0)
        await asyncio.to_thread(hub.publish, {"frame": b"frame"})
        return await asyncio.wait_for(waiting, 2)

    assert asyncio.run(scene()) == b"frame"


def test_how_soon_to_come_back_is_said_with_an_event_that_has_data() -> None:
    """htmx 4.0.1 ignores a `retry` that stands alone."""
    fields = dict(line.split(": ") for line in HELLO.decode().strip().splitlines())
    assert fields == {"event": "hello", "retry": "1000", "data": "{}"}
