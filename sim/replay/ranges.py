"""Contiguous allocations outside tag storage: which pageblocks one isolates, from which row to which.

No event says so (what the trace does not show, 6). It prints the ranges that it empties, migrations with the reason
contig_range, then the free blocks that it takes; before all that it drains every per-CPU list.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.replay.columns import CPU, PAGE, PID, A

Rows = NDArray[np.int64]
Extra = tuple[int, int, int, int]  # row before which it happens, kind, page, cpu
SEEN = (c.T_ISOLATE_MIGRATE, c.T_MIGRATE, c.T_ISOLATE_FREE, c.T_DRAIN, c.T_FREE)


@dataclass(slots=True)
class Call:
    """One contiguous allocation so far: pages [low, high), rows [begin, end)."""

    low: int
    high: int
    begin: int
    end: int
    cpu: int
    taken: bool = False

    def blocks(self) -> range:
        """First pages of its pageblocks."""
        return range(self.low & ~511, -(-self.high // 512) * 512, 512)

    def goes_on(self, page: int) -> bool:
        """Whether a range that starts here belongs to it."""
        return not self.taken and self.low <= page <= self.high + 512

    def extras(self) -> list[Extra]:
        """Its isolations and their end."""
        begins = [(self.begin, c.T_CONTIG_BEGIN, page, self.cpu) for page in self.blocks()]
        return begins + [(self.end, c.T_CONTIG_END, page, self.cpu) for page in self.blocks()]


def ranges(rows: Rows) -> list[Extra]:
    """Isolations of every task, in the order of the rows."""
    found: list[Extra] = []
    if not ((rows[:, 0] == c.T_MIGRATE) & (rows[:, A] == 1)).any():
        return found
    for pid in np.unique(rows[(rows[:, 0] == c.T_MIGRATE) & (rows[:, A] == 1), PID]).tolist():
        for call in _calls(rows, np.flatnonzero((rows[:, PID] == pid) & np.isin(rows[:, 0], SEEN)).tolist()):
            found += call.extras()
    return sorted(found, key=lambda item: item[0])


def _calls(rows: Rows, own: list[int]) -> list[Call]:
    calls: list[Call] = []
    scan, drains = -1, -1  # row of the last range that was looked at; first row of the drains before it
    for at, n in enumerate(own):
        kind, page, end = int(rows[n, 0]), int(rows[n, PAGE]), int(rows[n, A])
        if kind == c.T_DRAIN and (at == 0 or rows[own[at - 1], 0] != c.T_DRAIN):
            drains = n
        elif kind == c.T_ISOLATE_MIGRATE:
            after_drain = at > 0 and rows[own[at - 1], 0] == c.T_DRAIN
            scan, drains = n, drains if after_drain else n
        elif kind == c.T_MIGRATE and end == 1 and scan >= 0:
            _add(calls, rows, scan, n, drains)
        elif calls and kind == c.T_ISOLATE_FREE and page < calls[-1].high and end > calls[-1].low:
            calls[-1].high, calls[-1].end, calls[-1].taken = max(calls[-1].high, end), n + 1, True
        elif calls and kind == c.T_FREE and calls[-1].taken and page & ~511 in calls[-1].blocks():
            calls[-1].end = n + 1
    return calls


def _add(calls: list[Call], rows: Rows, scan: int, n: int, drains: int) -> None:
    low, high = int(rows[scan, PAGE]), int(rows[scan, A])
    if calls and calls[-1].goes_on(low):
        calls[-1].high, calls[-1].end = max(calls[-1].high, high), n + 1
    else:
        calls.append(Call(low, high, min(drains, scan), n + 1, int(rows[n, CPU])))
