"""Steps of a story, numbered as they are told, and where their numbers stand on the map."""

from html import escape

from sim.run.snapshot import Story, StoryStep, StoryStop
from sim.words.text import pfn_link

JUST = "What has just happened"


class Teller:
    """Collects the steps of one story."""

    def __init__(self, what: str, op: int) -> None:
        self._what = what
        self._op = op
        self.steps: list[StoryStep] = []
        self.stops: list[StoryStop] = []

    def step(self, head: str, html: str, *, bad: bool = False) -> int:
        """Add a step; its number."""
        self.steps.append(StoryStep(len(self.steps) + 1, head, html, bad))
        return len(self.steps)

    def stop(self, pfn: int, *, link: bool = False, bad: bool = False) -> None:
        """The last step happened at this pfn."""
        self.stops.append(StoryStop(len(self.steps), pfn, link, bad))

    def done(self, title: str, *, bad: bool = False, what: str = "") -> Story:
        """The story."""
        return Story(what or self._what, self._op, title, bad, tuple(self.steps), tuple(self.stops))


def what_of(op: int, now: int) -> str:
    """The line over the title."""
    if op == now:
        return JUST
    ago = now - op
    return f"Last event of tag storage, {ago:,} {'op' if ago == 1 else 'ops'} ago"


def bold(text: str) -> str:
    """HTML: who or what the sentence is about."""
    return f"<b>{escape(text)}</b>"


__all__ = ["JUST", "Teller", "bold", "escape", "pfn_link", "what_of"]
