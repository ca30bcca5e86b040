"""A dump taken back in time: what the trace says happened before it, undone, row by row from the last to the first.

Free blocks and the lists of each CPU come out as sets, as /proc counts them; the order of a list does not.
"""

import copy

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.errors import ScenarioError
from sim.replay.columns import CPU, MT, ORDER, PAGE
from sim.replay.dump import Dump, ZoneDump

Rows = NDArray[np.int64]
LISTS = (c.T_LOCKED, c.T_DRAIN, c.T_FREE, c.T_BATCHED, c.T_ALLOC)
NOT_UNDONE = (c.T_EXTFRAG, c.T_ISOLATE_FREE, c.T_RESERVE, c.T_RETURN)


def rewind(dump: Dump, rows: Rows) -> Dump:
    """The dump as it was before these rows (pfns, not pages). Raises ScenarioError if one of them cannot be undone.

    Rows at the end that had not happened yet when the dump was taken are passed over.
    """
    earlier = copy.deepcopy(dump)
    if np.isin(rows[:, 0], NOT_UNDONE).any():
        raise ScenarioError(f"dump: {dump.name}: memory was stolen, isolated or reserved between the file and the dump")
    undo = Undo(earlier)
    for row in rows[::-1]:
        if row[0] in LISTS and row[PAGE] >= 0:
            undo.row(row.tolist())
    return earlier


class Undo:
    """Moves blocks of a dump back where they came from."""

    def __init__(self, dump: Dump) -> None:
        """`free` and `held` find a block by its pfn."""
        self.dump = dump
        self.free = {pfn: (z, *key) for z in dump.zones.values() for key, pfns in z.free.items() for pfn in pfns}
        self.held = {
            pfn: (z, cpu, index)
            for z in dump.zones.values()
            for cpu, pcp in z.pcp.items()
            for index, entries in pcp.lists.items()
            for pfn, _ in entries
        }

    def row(self, row: list[int]) -> None:
        """Undo one event."""
        kind, pfn, order, mt = row[0], row[PAGE], row[ORDER], row[MT]
        if kind == c.T_LOCKED:  # it left the buddy lists
            if self._around(pfn, order) < 0:
                self._unhold(pfn)
                self._give(pfn, order, mt)
        elif kind == c.T_DRAIN:  # it went from a per-CPU list to the buddy lists
            if pfn not in self.held:
                self._cut(pfn, order)
                self._hold(pfn, order, mt, row[CPU])
        elif kind == c.T_ALLOC:  # it left a per-CPU list, or the buddy lists, which the row before tells
            if pfn not in self.held and self._around(pfn, order) < 0:
                self._hold(pfn, order, mt, row[CPU])
        elif not self._unhold(pfn):  # it was freed past the per-CPU lists
            self._cut(pfn, order)

    def _zone(self, pfn: int) -> ZoneDump:
        return next(z for z in self.dump.zones.values() if z.start <= pfn < z.start + z.spanned)

    def _hold(self, pfn: int, order: int, mt: int, cpu: int) -> None:
        if order > c.COSTLY_ORDER and order != c.PAGEBLOCK_ORDER:
            return
        zone = self._zone(pfn)
        kind = mt if mt < c.PCPTYPES else c.MOVABLE
        index = 12 + (kind == c.MOVABLE) if order == c.PAGEBLOCK_ORDER else 3 * order + kind
        zone.pcp[cpu].lists.setdefault(index, []).insert(0, (pfn, mt))
        zone.pcp[cpu].count += 1 << order
        self.held[pfn] = zone, cpu, index

    def _unhold(self, pfn: int) -> bool:
        if pfn not in self.held:
            return False
        zone, cpu, index = self.held.pop(pfn)
        entries = zone.pcp[cpu].lists[index]
        entries.pop(next(i for i, entry in enumerate(entries) if entry[0] == pfn))
        zone.pcp[cpu].count -= 1 << (c.PAGEBLOCK_ORDER if index >= 12 else index // 3)
        return True

    def _around(self, pfn: int, order: int) -> int:
        """Order of the free block that contains this one, -1 if none does."""
        for high in range(order, c.ORDERS):
            found = self.free.get(pfn & ~((1 << high) - 1))
            if found and found[1] == high:
                return high
        return -1

    def _cut(self, pfn: int, order: int) -> None:
        """Take a block out of the free block around it; what is left stays in the blocks that had merged with it."""
        high = self._around(pfn, order)
        if high < 0:
            return
        first = pfn & ~((1 << high) - 1)
        zone, _, mt = self._remove(first)
        while high > order:
            high -= 1
            upper = first + (1 << high)
            self._add(zone, upper if pfn < upper else first, high, mt)
            first = first if pfn < upper else upper

    def _give(self, pfn: int, order: int, mt: int) -> None:
        """Back to the buddy lists, merging with the halves that were split off it."""
        zone = self._zone(pfn)
        while order < c.MAX_ORDER and self.free.get(pfn ^ (1 << order)) == (zone, order, mt):
            self._remove(pfn ^ (1 << order))
            pfn &= ~(1 << order)
            order += 1
        self._add(zone, pfn, order, mt)

    def _add(self, zone: ZoneDump, pfn: int, order: int, mt: int) -> None:
        zone.free.setdefault((order, mt), []).append(pfn)
        self.free[pfn] = zone, order, mt

    def _remove(self, pfn: int) -> tuple[ZoneDump, int, int]:
        zone, order, mt = self.free.pop(pfn)
        zone.free[order, mt].remove(pfn)
        return zone, order, mt
