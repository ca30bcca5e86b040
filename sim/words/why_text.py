"""What the page "Why" is told with: steps as text, pictures as numbers, and the names of one machine."""

from dataclasses import dataclass
from html import escape
from typing import Any

from sim.core.state import consts as c
from sim.explain.explained import Explained, Request, WhatIf
from sim.policies import Policy
from sim.scenario.layout import Layout, Region
from sim.words.text import code

TAGGED_OR_NOT = {True: "tagged ", False: ""}


@dataclass(frozen=True, slots=True)
class Picture:
    """What a template draws: its macro and its numbers."""

    kind: str  # mark, orders, row, tries
    data: dict[str, Any]
    label: str  # the same in words, no HTML


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the path. HTML but for `zone`, `fn` and the numbers."""

    cost: int  # ns when it is over
    fn: str  # kernel functions
    html: str  # what was tested, what was decided
    other: str = ""  # the branch not taken
    look: str = ""  # bad, done, again
    zone: str = ""  # heading of a zone that is looked at
    picture: Picture | None = None
    part: str = "find"  # of the bar: find, fail, tags, slow
    heavy: bool = False  # most of the time went here


@dataclass(frozen=True, slots=True)
class Telling:
    """One explained op and the names in it."""

    explained: Explained
    request: Request
    layout: Layout
    names: tuple[tuple[str, int], ...]
    rules: Policy

    def pfn(self, page: int) -> str:
        """HTML: a page as its pfn."""
        return code(self.hex(page))

    def hex(self, page: int) -> str:
        """A page as its pfn."""
        return f"{self.layout.pfn_of(page):#x}"

    def zone_of(self, page: int) -> str:
        """The zone of a page."""
        bank = self.layout.bank_of(self.layout.pfn_of(page))
        return bank.zone if bank else ""

    def zone(self, number: int) -> str:
        """The name of a zone."""
        return self.layout.zones[number]

    def who(self, process: int) -> str:
        """HTML: `camera2 (3377)`."""
        name, pid = self.names[process]
        return f"{escape(name)} ({pid})" if pid else "the kernel"

    def region(self, page: int) -> Region | None:
        """The tag region of a data page."""
        pfn = self.layout.pfn_of(page)
        return next((region for region in self.layout.regions if region.data_start <= pfn < region.data_end), None)

    def in_tags(self, page: int) -> bool:
        """Whether a page lies in tag storage."""
        pfn = self.layout.pfn_of(page)
        return any(region.tag_start <= pfn < region.tag_end for region in self.layout.regions)

    def what_if(self, change: str) -> WhatIf | None:
        """The run with this change, if there was one."""
        return next((one for one in self.explained.what_ifs if one.change == change and one.outcome), None)


def micro(ns: int) -> str:
    """Microseconds, as exact as a reader needs: `0.03`, `1.9`, `60.1`, `1,204`."""
    us = ns / 1000
    if us == 0:
        return "0"
    if us < 1:
        return f"{us:.2g}"
    return f"{us:.3g}" if us < 100 else f"{us:,.0f}"


def strong(text: str, css: str = "") -> str:
    """HTML: the decision."""
    return f'<b class="{css}">{text}</b>' if css else f"<b>{text}</b>"


def no(text: str) -> str:
    """HTML: a decision against the request."""
    return strong(text, "no")


def pages_of(order: int, tagged: bool) -> str:
    """`one tagged page`, `a tagged huge page`, `an order-3 block`."""
    if order == 0:
        return f"one {TAGGED_OR_NOT[tagged]}page"
    if order == c.PAGEBLOCK_ORDER:
        return f"a {TAGGED_OR_NOT[tagged]}huge page"
    return f"{'a' if tagged else 'an'} {TAGGED_OR_NOT[tagged]}order-{order} block"
