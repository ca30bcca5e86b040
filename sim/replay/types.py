"""Pageblock types of a machine whose dump does not say them: from its lists, its pages, its log and its trace."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import CMA, METADATA, MOVABLE, PCPTYPES, RECLAIMABLE, T_DRAIN, T_EXTFRAG, UNMOVABLE
from sim.replay.columns import MT, PAGE, B, C
from sim.replay.dump import Dump
from sim.scenario.layout import Layout

MOVABLE_LETTERS, UNMOVABLE_LETTERS = frozenset("aAmMsSf"), frozenset("ltk")


def _told_types(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pageblocks and the type that the trace first says they have: by a drain, or by being stolen as a whole."""
    drained = (rows[:, 0] == T_DRAIN) & (rows[:, MT] < PCPTYPES)
    stolen = (rows[:, 0] == T_EXTFRAG) & (rows[:, C] == 1)
    found = rows[drained | stolen]
    blocks, first_at = np.unique(found[:, PAGE] // 512, return_index=True)
    first = found[first_at]
    return blocks, np.where(first[:, 0] == T_DRAIN, first[:, MT], first[:, B])


def guess_types(dump: Dump, layout: Layout, cma: tuple[int, int], rows: NDArray[np.int64]) -> NDArray[np.int8]:
    """A type for every pageblock. `rows`: the trace from the dump on."""
    votes = np.zeros((layout.total_pages // 512, PCPTYPES))
    votes[:, MOVABLE] = 0.5
    for zone in dump.zones.values():
        for (order, mt), pfns in zone.free.items():
            for pfn in pfns if mt < PCPTYPES else ():
                votes[layout.page_of(pfn) // 512, mt] += 1 << order
        first = layout.page_of(zone.start)
        for at in range(0, len(zone.pages), 512):
            text = zone.pages[at : at + 512]
            block = (first + at) // 512
            votes[block, MOVABLE] += sum(text.count(letter) for letter in MOVABLE_LETTERS)
            used = sum(text.count(letter) for letter in UNMOVABLE_LETTERS)
            votes[block, RECLAIMABLE if votes[block, RECLAIMABLE] else UNMOVABLE] += used
    blocks, told = _told_types(rows)
    votes[blocks, told] += 10000
    types: NDArray[np.int8] = votes.argmax(axis=1).astype(np.int8)
    if cma[1]:
        types[layout.page_of(cma[0]) // 512 : layout.page_of(cma[1] - 1) // 512 + 1] = CMA
    for region in layout.regions:
        first = layout.page_of(region.tag_start) // 512
        types[first : first + region.tag_pages // 512] = METADATA
    return types
