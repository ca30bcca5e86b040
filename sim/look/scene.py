"""What the story is told from: the events of one op, and what stood around them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.core.state.indices import D_EVENTS, D_OP, D_PINS
from sim.core.state.state import EVENT_ROWS
from sim.kernel.refusal import Refusal
from sim.kernel.trace_row import Row
from sim.look.history import oom_views
from sim.look.place import Place
from sim.look.refusals import last_failed
from sim.policies import Policy
from sim.run.snapshot import OomView, ZoneView
from sim.scenario.layout import Layout, Region

ALWAYS = (c.E_RESERVE, c.E_RELEASE, c.E_RETURN, c.E_MIGRATE, c.E_DROP, c.E_OOM_KILL)
LATEST = (c.E_EXTFRAG, c.E_DIRECT_RECLAIM, c.E_EXIT)  # told while they are the last op
IN_TAGS = (c.E_PIN, c.E_UNPIN)  # told if they are about tag storage


@dataclass(frozen=True, slots=True)
class Scene:
    """One op and its surroundings."""

    now: int  # op of the machine
    op: int  # op that is told, -1 for none
    rules: Policy
    rows: tuple[Row, ...]  # its events, oldest first
    whole: bool  # no event of this op is lost
    layout: Layout
    names: tuple[tuple[str, int], ...]
    zones: tuple[ZoneView, ...]
    pins: dict[int, str]  # pinned pages and who holds them, now
    kills: tuple[OomView, ...]  # OOM kills of this op
    failed: Refusal | None  # the last request that failed, if it is of this op
    tagged: Callable[[int], int]  # tagged pages that a block of tag storage serves, by its first page, now

    @property
    def latest(self) -> bool:
        """Whether the op that is told is the last one, so that the machine still looks as it left it."""
        return self.op == self.now

    def region_of(self, page: int) -> Region | None:
        """The region that serves a data page."""
        pfn = self.layout.pfn_of(page)
        return next((r for r in self.layout.regions if r.data_start <= pfn < r.data_end), None)

    def holds_tags(self, page: int) -> bool:
        """Whether a page lies in tag storage."""
        pfn = self.layout.pfn_of(page)
        return any(r.tag_start <= pfn < r.tag_end for r in self.layout.regions)

    def zone_of(self, page: int) -> str:
        """The zone of a page."""
        bank = self.layout.bank_of(self.layout.pfn_of(page))
        return bank.zone if bank else ""


def scene_of(at: Place, zones: tuple[ZoneView, ...]) -> Scene:
    """The newest op that is worth telling."""
    now, total = at.dim(D_OP), at.dim(D_EVENTS)
    known = np.arange(max(0, total - EVENT_ROWS), total) % EVENT_ROWS
    ring = at.arrays["ev"].reshape(-1, c.EVENT_FIELDS)[known]
    hits = np.flatnonzero(_worth(at, ring, now))
    op = int(ring[hits[-1], 0]) if len(hits) else -1
    rows = ring[ring[:, 0] == op]
    whole = total <= EVENT_ROWS or not len(ring) or int(ring[0, 0]) < op
    pins = {int(p): _holder(at, i) for i, p in enumerate(at.arrays["pin_page"][: at.dim(D_PINS)])}
    return Scene(
        now=now,
        op=op,
        rules=at.rules,
        rows=tuple(Row(*row) for row in rows.tolist()),
        whole=whole,
        layout=at.layout,
        names=tuple(at.names),
        zones=zones,
        pins=pins,
        kills=tuple(kill for kill in oom_views(at)[-8:] if kill.op == op),
        failed=_failed(at, op),
        tagged=lambda page: _tagged(at, page),
    )


def _failed(at: Place, op: int) -> Refusal | None:
    last = last_failed(at)
    return last if last is not None and last.op == op else None


def _worth(at: Place, ring: NDArray[np.int64], now: int) -> NDArray[np.bool_]:
    """Which rows make an op worth telling."""
    latest = np.isin(ring[:, 1], LATEST) & (ring[:, 0] == now)
    in_tags = np.zeros(len(ring), dtype=bool)
    for pages in at.tag_pages:
        in_tags |= (ring[:, 3] >= pages.start) & (ring[:, 3] < pages.stop)
    worth: NDArray[np.bool_] = np.isin(ring[:, 1], ALWAYS) | latest | (np.isin(ring[:, 1], IN_TAGS) & in_tags)
    return worth


def _holder(at: Place, row: int) -> str:
    name, pid = at.names[int(at.arrays["pin_owner"][row])]
    return f"{name} ({pid})" if pid else "somebody"


def _tagged(at: Place, page: int) -> int:
    """From the count of references: 1 for being reserved, 1 for each tagged page."""
    pfn, base = at.layout.pfn_of(page), 0
    for region in at.layout.regions:
        if region.tag_start <= pfn < region.tag_end:
            return max(0, int(at.arrays["tag_ref"][base + pfn - region.tag_start]) - 1)
        base += region.tag_pages
    return 0
