"""Pageblock types of a machine whose dump does not say them: from its lists, its pages, its log and its trace."""

import gzip
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.core.consts import CMA, METADATA, MOVABLE, PCPTYPES, RECLAIMABLE, T_DRAIN, UNMOVABLE
from sim.layout import Layout
from sim.replay.dump import Dump

RESERVED = re.compile(r"cma: Reserved (\d+) MiB at (?:0x)?([0-9a-f]+)")
MOVABLE_LETTERS, UNMOVABLE_LETTERS = frozenset("aAmMsSf"), frozenset("ltk")


def cma_range(folder: Path) -> tuple[int, int]:
    """First pfn and end of the CMA area, from the log; (0, 0) without one."""
    for name in ("dmesg.txt.gz", "dmesg.txt"):
        path = folder / name
        if path.exists():
            text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
            found = RESERVED.search(text)
            if found:
                start = int(found[2], 16) >> 12
                return start, start + int(found[1]) * 256
    return 0, 0


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
    drained = rows[(rows[:, 0] == T_DRAIN) & (rows[:, 3] < PCPTYPES)]
    blocks, first_at = np.unique(drained[:, 1] // 512, return_index=True)
    votes[blocks, drained[first_at, 3]] += 10000
    types: NDArray[np.int8] = votes.argmax(axis=1).astype(np.int8)
    if cma[1]:
        types[layout.page_of(cma[0]) // 512 : layout.page_of(cma[1] - 1) // 512 + 1] = CMA
    for region in layout.regions:
        first = layout.page_of(region.tag_start) // 512
        types[first : first + region.tag_pages // 512] = METADATA
    return types
