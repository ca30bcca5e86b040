"""Where things are in a machine's arrays: the pages of each plate, the names of processes. Worked out once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import F_PINNED, PAGES_PER_TAG_PAGE
from sim.core.state.state import COUNT_STRIDE
from sim.run.geometry import Geometry
from sim.scenario.layout import Layout, Region
from sim.scenario.scenario import Scenario

Arrays = dict[str, NDArray[Any]]


class Place:
    """One machine's arrays and what does not change about them."""

    def __init__(self, arrays: Arrays, scenario: Scenario, layout: Layout, geometry: Geometry) -> None:
        """Work out the pages of every plate and region."""
        self.arrays = arrays
        self.layout = layout
        self.geometry = geometry
        self.rules = scenario.rules
        self.names = [("kernel", 0), *((p.name, p.pid) for p in scenario.processes)]
        self.pids = np.array([pid for _, pid in self.names], dtype=np.int32)
        self.count = arrays["count"].reshape(-1, COUNT_STRIDE)
        plates = geometry.plates
        self.blocks = np.concatenate([layout.page_of(p.data_start) // 512 + np.arange(p.blocks) for p in plates])
        self.data = [self.range(p.data_start, p.data_pages) for p in plates]
        self.tags = [self.range(p.tag_start, p.tag_pages) for p in plates]
        self.tag_pages = [self.range(r.tag_start, r.tag_pages) for r in layout.regions]

    def range(self, pfn: int, pages: int) -> slice:
        """Pages of a range of pfns, an empty slice for none."""
        start = self.layout.page_of(pfn) if pages else 0
        return slice(start, start + pages)

    def dim(self, index: int) -> int:
        """A scalar of the state, D_*."""
        return int(self.arrays["dim"][index])

    def kinds(self, pages: slice) -> NDArray[np.uint8]:
        """Kind of each page, 0x80 set when it is pinned."""
        pinned = (self.arrays["flags"][pages] & F_PINNED) != 0
        kinds: NDArray[np.uint8] = self.arrays["kind"][pages].astype(np.uint8) | (pinned.astype(np.uint8) << 7)
        return kinds

    def region_of_tag(self, pfn: int) -> Region | None:
        """The region whose tag storage holds the pfn."""
        return next((r for r in self.layout.regions if r.tag_start <= pfn < r.tag_end), None)

    def region_of_data(self, pfn: int) -> Region | None:
        """The region whose data range holds the pfn."""
        return next((r for r in self.layout.regions if r.data_start <= pfn < r.data_end), None)

    def served(self, region: Region, tag_pfn: int) -> tuple[int, int]:
        """First and last data pfn whose tags lie in the block of this tag page."""
        block = (tag_pfn - region.tag_start) // region.block_pages * region.block_pages
        first = region.data_start + block * PAGES_PER_TAG_PAGE
        return first, first + region.block_pages * PAGES_PER_TAG_PAGE - 1
