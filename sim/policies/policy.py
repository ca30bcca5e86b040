"""What a policy is: rules of tag storage by name, and the sentences that tell them."""

from dataclasses import dataclass
from typing import Literal

Steps = tuple[tuple[str, str], ...]  # head and HTML of each
Home = Literal["", "MOVABLE", "METADATA"]  # migratetype of the tag pageblocks; "": they never reach the buddy lists


@dataclass(frozen=True, slots=True)
class Story:
    """How tag storage works, told while nothing in particular has happened to it."""

    title: str
    steps: Steps


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. Whoever has to know what it does asks its rules, never its name."""

    name: str  # in scenarios, links and options
    short: str  # in a few words, for lists of options
    source: str  # where it is from
    rules: frozenset[str]  # names of RULES in sim/core/rules.py
    home: Home
    taking: str  # the file of sim/core/take that takes a tag page, "" for none
    when: str  # when a tag page is taken
    what_if: str  # a sentence: what it would mean for a request
    story: Story

    @property
    def knows_tags(self) -> bool:
        """Whether a page can be tagged at all."""
        return self.keeps or self.lends

    @property
    def keeps(self) -> bool:
        """Whether all tag storage is kept for tags, whatever is tagged."""
        return "kept" in self.rules

    @property
    def lends(self) -> bool:
        """Whether tag storage is lent to data, and reserved when a tag needs it."""
        return "lent" in self.rules
