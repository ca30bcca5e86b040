"""At most one every so often, and the last one is never lost."""

from app.runs.transport import NEVER


class Pace:
    """Something that changes often and is told at most once per `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.changed = True
        self._next = 0.0

    def due(self, now: float) -> bool:
        """Whether to tell it now."""
        return self.changed and now >= self._next

    def wait(self, now: float) -> float:
        """Seconds until it is due, NEVER when nothing changed."""
        return max(0.0, self._next - now) if self.changed else NEVER

    def told(self, now: float) -> None:
        """It was told now. A little late this time makes the next one no later."""
        self.changed = False
        late = now - self._next
        self._next = (self._next if late < self.interval else now) + self.interval
