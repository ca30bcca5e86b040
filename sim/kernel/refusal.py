"""Why a request could not be served: the test that was binding, from the numbers of every zone's watermark test.

One answer for all who tell it: the story, the answer, the panel, Why, and the report of a run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sim.core.zone import watermark as w
from sim.core.zone import watermark_numbers as t


class Binding(StrEnum):
    """What a request failed by, from what stops most to what stops least."""

    MARK = "mark"  # too few free pages, whatever they are
    CLOSED = "closed"  # enough, if those counted that this request may not have
    BLOCK = "block"  # enough that it may have, but no block of the order
    HELD = "held"  # a block, but its tag page could not be had
    LISTS = "lists"  # enough and a block, but no list that was asked gave it


ORDER = list(Binding)
CLOSED_TO = (("metadata", "tag storage"), ("cma", "CMA"), ("highatomic", "the reserve for atomic requests"))


@dataclass(frozen=True, slots=True)
class ZoneTest:
    """The numbers of one watermark test, in pages."""

    zone: int
    name: str
    order: int
    which: str  # min, low or high
    free: int
    highatomic: int  # of these not for this request, as the next two
    cma: int
    metadata: int
    mark: int  # with its boost
    lowered: int  # mark for this request
    reserve: int  # lowmem reserve
    ok: bool
    boost: int
    closed_block: bool  # only lists that are closed to it have a block that fits

    @property
    def closed(self) -> int:
        """Free pages that this request may not have."""
        return self.highatomic + self.cma + self.metadata

    @property
    def usable(self) -> int:
        """Free pages that count for this request."""
        return self.free - self.closed - (1 << self.order) + 1

    @property
    def needed(self) -> int:
        """What `usable` must exceed."""
        return self.lowered + self.reserve

    @property
    def closed_to(self) -> str:
        """What the closed pages are: `tag storage and CMA`."""
        return " and ".join(name for field, name in CLOSED_TO if getattr(self, field))

    def binding(self, refusals: int) -> Binding:
        """What a request failed by in this zone."""
        if self.ok:
            return Binding.HELD if refusals else Binding.LISTS
        if self.usable > self.needed:
            return Binding.BLOCK
        return Binding.CLOSED if self.usable + self.closed > self.needed else Binding.MARK


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that could not be served, as it stood when it was given up."""

    op: int
    order: int
    process: int
    refusals: int  # blocks that it was offered and could not keep
    tests: tuple[ZoneTest, ...]  # the first zone that is asked first

    @property
    def nearest(self) -> ZoneTest:
        """The test of the zone that came nearest to serving it: the binding one."""
        return max(self.tests, key=lambda test: ORDER.index(test.binding(self.refusals)))

    @property
    def binding(self) -> Binding:
        """The binding test."""
        return self.nearest.binding(self.refusals)


def zone_test(zone: int, name: str, v: Sequence[int]) -> ZoneTest:
    """From the numbers that the core wrote (sim/core/zone/watermark_numbers.py)."""
    return ZoneTest(
        zone=zone,
        name=name,
        order=v[t.T_ORDER],
        which={w.WMARK_LOW: "low", w.WMARK_HIGH: "high"}.get(v[t.T_FLAGS] & w.WMARK_MASK, "min"),
        free=v[t.T_FREE],
        highatomic=v[t.T_HIGHATOMIC],
        cma=v[t.T_CMA],
        metadata=v[t.T_METADATA],
        mark=v[t.T_MARK],
        lowered=v[t.T_LOWERED],
        reserve=v[t.T_RESERVE],
        ok=bool(v[t.T_OK]),
        boost=v[t.T_BOOST],
        closed_block=bool(v[t.T_CLOSED]),
    )


def last_tests(tests: Iterable[ZoneTest]) -> tuple[ZoneTest, ...]:
    """Of many passes over the zones the last test of each zone at its least mark, in the order they were asked."""
    by_zone: dict[int, ZoneTest] = {}
    for test in tests:
        before = by_zone.get(test.zone)
        if before is None or test.needed <= before.needed:
            by_zone[test.zone] = test
    return tuple(by_zone.values())
