"""One hub per run: the newest message of every kind, encoded once, handed to whoever watches.

No viewer has a queue. A viewer that is slow is still sending an older message when newer ones replace each other here;
once it is done it gets the newest of each kind. Everything below runs on the event loop except `publish`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

BYE = b"event: bye\ndata: {}\n\n"
PING = b": ping\n\n"
HELLO = b"event: hello\nretry: 1000\ndata: {}\n\n"  # htmx 4.0.1 heeds `retry` beside an event with data only


@dataclass(slots=True)
class Slot:
    """The newest message of one kind and the version of the hub it came with."""

    version: int
    message: bytes


class Hub:
    """Newest messages by kind, and the number of open streams."""

    def __init__(self, loop: asyncio.AbstractEventLoop, joined: Callable[[], None]) -> None:
        self._loop = loop
        self._joined = joined  # called when a stream opens or closes: `watching` has changed
        self._slots: dict[str, Slot] = {}
        self._version = 0
        self._changed = asyncio.Event()
        self._closed = False
        self.watching = 0

    def publish(self, messages: Mapping[str, bytes]) -> None:
        """Replace the newest message of each of these kinds. From any thread."""
        if messages and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.put, messages)

    def put(self, messages: Mapping[str, bytes]) -> None:
        """`publish`, from the event loop."""
        if not self.watching:
            return
        self._version += 1
        for kind, message in messages.items():
            self._slots[kind] = Slot(self._version, message)
        self._wake()

    def has(self, kind: str, message: bytes) -> bool:
        """Whether this is the newest message of its kind already. From any thread."""
        slot = self._slots.get(kind)
        return slot is not None and slot.message == message

    def ping(self) -> None:
        """Tell every viewer that the service is alive."""
        self.put({"ping": PING})

    def close(self) -> None:
        """End every stream with `bye`."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def stream(self) -> AsyncIterator[bytes]:
        """What one viewer is sent, until it leaves or the hub closes."""
        self._join()
        try:
            yield HELLO
            seen = 0
            while not self._closed:
                changed = self._changed
                fresh, seen = self._since(seen), self._version
                if fresh:
                    yield fresh
                else:
                    await changed.wait()
            yield BYE
        finally:
            self._leave()

    def _since(self, seen: int) -> bytes:
        fresh = [slot.message for slot in self._slots.values() if slot.version > seen]
        return fresh[0] if len(fresh) == 1 else b"".join(fresh)

    def _join(self) -> None:
        self.watching += 1
        self._joined()

    def _leave(self) -> None:
        self.watching -= 1
        if not self.watching:
            self._slots.clear()
        self._joined()
