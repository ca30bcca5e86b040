"""What a policy is: rules of tag storage by name, and the sentences that tell them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Steps = tuple[tuple[str, str], ...]  # head and HTML of each
Trust = Literal[
    "storage",  # a tagged page has its tag storage
    "counts",  # a block counts 1 + the pages that hold it
    "large",  # so does a block of several pages
]
Home = Literal["", "MOVABLE", "METADATA"]  # migratetype of the tag pageblocks; "": they never reach the buddy lists


@dataclass(frozen=True, slots=True)
class Story:
    """How tag storage works, told while nothing in particular has happened to it."""

    title: str
    steps: Steps


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """Something that goes wrong as the series was posted, and can be mended (`repair` of a scenario)."""

    name: str  # as tag-storage facts and docs/policies.md number it, w1 to w23
    what: str  # goes wrong
    mended: str  # what happens instead
    breaks: frozenset[Trust] = frozenset()  # what does not hold of the counts of tag blocks while it is there


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
    weak: tuple[WeakPoint, ...] = ()  # that are not mended
    most_block_pages: int = 0  # of a tag block that it can manage, 0: any

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

    def can_manage(self, block_pages: Iterable[int]) -> bool:
        """Whether it can manage tag blocks of these sizes."""
        return not self.most_block_pages or all(pages <= self.most_block_pages for pages in block_pages)

    @property
    def breaks(self) -> frozenset[Trust]:
        """What does not hold of the counts of tag blocks."""
        return frozenset().union(*(point.breaks for point in self.weak))

    def mended(self, names: Iterable[str]) -> "Policy":
        """The same without these weak points; those that it has not are passed over."""
        found = {point.name for point in self.weak} & set(names)
        left = tuple(point for point in self.weak if point.name not in found)
        return replace(self, rules=self.rules | {f"mend-{name}" for name in found}, weak=left)
