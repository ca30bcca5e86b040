"""Ops a second over the last second."""

from collections import deque

WINDOW = 1.0


class Meter:
    """Adds up what ran, forgets what is older than WINDOW seconds."""

    def __init__(self) -> None:
        self._chunks: deque[tuple[float, int]] = deque()
        self._sum = 0

    def add(self, ops: int, now: float) -> None:
        """`ops` ran at `now`."""
        if ops:
            self._chunks.append((now, ops))
            self._sum += ops
        self._forget(now)

    def per_second(self, now: float) -> int:
        """Ops a second, over the window or over what there is of it."""
        self._forget(now)
        if not self._chunks:
            return 0
        span = max(now - self._chunks[0][0], 0.05)
        return round(self._sum / span)

    def _forget(self, now: float) -> None:
        while self._chunks and self._chunks[0][0] < now - WINDOW:
            self._sum -= self._chunks.popleft()[1]
