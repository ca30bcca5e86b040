"""The sentences of one snapshot, marked as HTML once, so that templates need no `|safe`.

`sim.words` returns plain strings with every name escaped; this is the one place that trusts them.
"""

from dataclasses import dataclass

from markupsafe import Markup

from sim import words
from sim.run.snapshot import OomView, PinView, Snapshot
from sim.scenario.costs import PRICES, Price
from sim.scenario.scenario import Scenario
from sim.words.text import duration


@dataclass(frozen=True, slots=True)
class Words:
    """`words.answer` in a template: sentences about `snapshot`."""

    snapshot: Snapshot
    scenario: Scenario

    @property
    def question(self) -> Markup:
        """The question of the scenario, or the one that an OOM asks."""
        return Markup(words.question(self.snapshot, self.scenario))

    @property
    def answer(self) -> Markup:
        """The answer so far, with live numbers."""
        return Markup(words.answer(self.snapshot, self.scenario, self.scenario.rules))

    @property
    def packing(self) -> Markup:
        """How full the tag pages are, between the two bounds."""
        return Markup(words.packing(self.snapshot))

    def panel(self, slug: str) -> Markup:
        """The sentence of a panel, with its number."""
        return Markup(words.panel_sentence(slug, self.snapshot))

    @property
    def prices(self) -> list[tuple[str, int, Price]]:
        """Name, nanoseconds in this run, and what the price is for."""
        return [(price.name, getattr(self.scenario.costs, price.name), price) for price in PRICES]

    def ns(self, duration_ns: int) -> str:
        """A time."""
        return duration(duration_ns)

    def html(self, sentence: str) -> Markup:
        """A sentence of `snapshot.story`, which has its names escaped."""
        return Markup(sentence)

    def oom(self, view: OomView) -> Markup:
        """One OOM kill as a sentence."""
        return Markup(words.describe_oom(view))

    def pin(self, view: PinView) -> Markup:
        """One pin as a sentence."""
        return Markup(words.describe_pin(view))
