import base64
import socket
import time
import zlib
from itertools import islice, takewhile

import httpx
import numpy as np
import pytest

from app.server import UNSENT, listen
from tests.app.conftest import Client, command, make_run
from tests.app.sse import next_of, watching


def test_a_viewer_gets_a_frame_at_once_even_of_a_paused_run(client: Client, live_url: str) -> None:
    run = make_run(client)
    command(client, run, "step", n=12)

    with watching(live_url, run) as events:
        frame = next_of(events, "frame")

    assert (frame.id, frame.json()["op"], frame.json()["state"]) == ("12", 12, "paused")


def test_the_first_message_says_how_soon_to_come_back_and_has_an_event_and_data(client: Client, live_url: str) -> None:
    """The SSE extension of htmx 4.0.1 passes over a `retry` that stands alone."""
    run = make_run(client)

    with httpx.stream("GET", f"{live_url}/runs/{run}/stream", timeout=5) as answer:
        lines = answer.iter_lines()
        first = list(takewhile(bool, lines))

    assert first == ["event: hello", "retry: 1000", "data: {}"]


def test_who_reconnects_is_sent_the_newest_frame(client: Client, live_url: str) -> None:
    run = make_run(client)
    command(client, run, "step", n=30)

    with watching(live_url, run, **{"last-event-id": "4"}) as events:
        frame = next_of(events, "frame")

    assert frame.json()["op"] == 30


def test_a_command_of_the_presenter_reaches_a_viewer(client: Client, live_url: str) -> None:
    run = make_run(client)

    with watching(live_url, run) as events:
        next_of(events, "frame")
        command(client, run, "step", n=7)
        told = next(event for event in events if event.id == "7")

    assert (told.name, told.json()["state"]) == ("frame", "paused")


def test_frames_of_a_playing_run_go_forward_ten_times_a_second(client: Client, live_url: str) -> None:
    run = make_run(client, "busy-phone")
    command(client, run, "play")

    with watching(live_url, run) as events:
        begin = time.monotonic()
        ops = [next_of(events, "frame").json()["op"] for _ in range(10)]
        took = time.monotonic() - begin

    assert ops == sorted(set(ops))
    assert 0.7 < took < 3


def test_the_map_of_a_frame_counts_every_page(client: Client, live_url: str) -> None:
    run = make_run(client)

    with watching(live_url, run) as events:
        frame = next_of(events, "frame").json()
    unpacked = zlib.decompress(base64.b64decode(frame["map"]), wbits=-15)

    blocks = np.frombuffer(unpacked[: 32 * 13 * 2], dtype="<u2").reshape(32, 13)
    assert blocks.sum(axis=1).tolist() == [512] * 32


def test_sentences_and_tables_come_as_unnamed_partials(client: Client, live_url: str) -> None:
    run = make_run(client)

    with watching(live_url, run) as events:
        partials = [event.data for event in islice(events, 14) if event.name == "" and event.data]

    assert any('<hx-partial hx-target="#run-answer"' in partial for partial in partials)


def test_the_series_says_how_far_the_run_ever_went(client: Client, live_url: str) -> None:
    run = make_run(client)
    command(client, run, "step", n=50)
    command(client, run, "back", n=45)

    with watching(live_url, run) as events:
        series = next_of(events, "series").json()

    assert (series["head"], series["op"][-1]) == (50, 50)


def test_a_paused_run_is_pinged(client: Client, live_url: str) -> None:
    run = make_run(client)

    with watching(live_url, run) as events:
        ping = next_of(events, ":")

    assert ping.data == ""


def test_a_frame_is_encoded_once_for_all_viewers(client: Client, live_url: str) -> None:
    run = make_run(client)
    with watching(live_url, run) as one, watching(live_url, run) as two, watching(live_url, run) as three:
        viewers = (one, two, three)
        for viewer in viewers:
            while next_of(viewer, "frame").json()["watching"] != 3:
                pass

        command(client, run, "step")
        frames = {next_of(viewer, "frame").data for viewer in viewers}

    assert len(frames) == 1


def test_a_viewer_who_leaves_is_no_longer_counted(client: Client, live_url: str) -> None:
    run = make_run(client)
    with watching(live_url, run) as events:
        next_of(events, "frame")
        before = client.get(f"/api/runs/{run}").json()["watching"]

    give_up = time.monotonic() + 5
    while client.get(f"/api/runs/{run}").json()["watching"] and time.monotonic() < give_up:
        time.sleep(0.02)

    assert (before, client.get(f"/api/runs/{run}").json()["watching"]) == (1, 0)


def test_the_stream_of_no_run_is_not_here(client: Client) -> None:
    assert client.get("/runs/nonsense/stream").status_code == 404


def test_a_stream_is_neither_stored_nor_held_back_by_a_proxy(client: Client) -> None:
    with client.stream("GET", f"/runs/{make_run(client)}/stream") as answer:
        headers = answer.headers

    assert (headers["x-accel-buffering"], headers["cache-control"]) == ("no", "no-store")


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="this system has no TCP_NOTSENT_LOWAT")
def test_the_kernel_holds_back_little_for_a_slow_reader() -> None:
    with listen("127.0.0.1", 0) as listening:
        held = listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT)

    assert held == UNSENT


@pytest.mark.slow
def test_a_reader_that_slept_is_soon_up_to_date(client: Client, live_url: str) -> None:
    run = make_run(client, "busy-phone")
    command(client, run, "speed", speed=2000)
    command(client, run, "play")
    with slow_reader(live_url, run) as reader:
        time.sleep(2)

        behind = [ops_behind(client, run, reader) for _ in range(4)]

    assert min(behind) < 1000


def slow_reader(url: str, run: str) -> socket.socket:
    """A connection that buffers little and has not read anything yet."""
    host, port = httpx.URL(url).host, httpx.URL(url).port
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    reader.connect((host, port))
    reader.sendall(f"GET /runs/{run}/stream HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n".encode())
    return reader


def ops_behind(client: Client, run: str, reader: socket.socket) -> int:
    """Ops between the last frame in the next 32 KiB and where the run is now."""
    data = b""
    while len(data) < 32 * 1024:
        data += reader.recv(32 * 1024)
    ops = [int(part.split(b"\n", 1)[0]) for part in data.split(b"\nid: ")[1:] if b"\n" in part]
    now = int(client.get(f"/api/runs/{run}").json()["op"])
    return now - ops[-1] if ops else now
