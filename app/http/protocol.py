"""HTTP/1.1 with an end to patience: uvicorn bounds an idle connection, but not a request that never arrives whole."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10.0  # seconds from the first byte (or the connection) to the last header
BODY = 20.0  # seconds from then to the last byte of the body
LATE = b"the request did not arrive in time\n"


class PatientProtocol(H11Protocol):
    """Closes a connection whose request is not whole in time; a stream's request is whole, so it stays open."""

    head_within = HEAD
    body_within = BODY

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._awaited: Any = None  # h11's state of the client that the timer is for
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the head."""
        super().connection_made(transport)
        self._wait_for(h11.IDLE)

    def data_received(self, data: bytes) -> None:
        """Wait for what is still missing."""
        super().data_received(data)
        state = self.conn.their_state
        self._wait_for(state if state in (h11.IDLE, h11.SEND_BODY) else None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing."""
        self._wait_for(None)
        super().connection_lost(exc)

    def _wait_for(self, state: Any) -> None:
        if state is self._awaited:
            return  # more bytes of the same part give no more time
        self._awaited = state
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if state is not None:
            self._timer = self.loop.call_later(self.head_within if state is h11.IDLE else self.body_within, self._end)

    def _end(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            head = b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain\r\nconnection: close\r\n"
            self.transport.write(head + b"content-length: %d\r\n\r\n" % len(LATE) + LATE)
        self.transport.close()
