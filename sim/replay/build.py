"""A machine as a dump describes it: the arrays of the simulator, filled from every list in its order."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.jit.builds import make_state
from sim.core.run import boot
from sim.core.state.arrays import lengths, make_arrays
from sim.core.state.consts import (
    CMA,
    F_TAGGED,
    ISOLATE,
    K_ANON,
    K_FILE,
    K_FREE,
    K_HOLE,
    K_KERNEL,
    K_PAGETABLE,
    K_PCP,
    K_SLAB,
    K_TAGGED,
    K_TAGS,
    K_UNMOVABLE,
    METADATA,
    MIGRATETYPES,
    MOVABLE,
    ORDERS,
    OWNED_CLASSES,
)
from sim.core.state.indices import (
    D_CPUS,
    D_LRU_HEADS,
    D_OWNER_HEADS,
    D_PAGES,
    D_PCP_HEADS,
    D_REGIONS,
    D_RESERVED,
    D_SAMPLE_EVERY,
    D_ZONES,
    RP_UNSURE,
)
from sim.core.state.state import COUNT_STRIDE, MAX_PROCESSES, PCP_LISTS, State
from sim.errors import ScenarioError
from sim.kernel.boot import zone_numbers
from sim.policies.off import OFF
from sim.policies.rfc_v1 import RFC_V1
from sim.replay.dump import TYPES, Dump, Pcp, ZoneDump
from sim.replay.log import cpus_online
from sim.replay.reading import reading
from sim.run.assemble import Arrays, fill_regions, fill_rules
from sim.scenario.layout import Layout, load_layout
from sim.scenario.layout_checks import ZONE_ORDER

LETTERS = {
    "b": K_FREE, "p": K_PCP, "r": K_KERNEL, "l": K_SLAB, "t": K_PAGETABLE, "a": K_ANON, "m": K_ANON, "s": K_ANON,
    "f": K_FILE, "k": K_UNMOVABLE, "0": K_UNMOVABLE, "x": K_TAGS, "A": K_TAGGED, "M": K_TAGGED, "S": K_TAGGED,
}  # fmt: skip
TAGSTORE = re.compile(r"tagstore=(0x[0-9a-f]+),(0x[0-9a-f]+),(0x[0-9a-f]+)")


def layout_of(dump: Dump, folder: Path, cpus: int) -> Layout:
    """The memory of the recorded machine, with at least so many CPUs. Its command line names tag storage."""
    zones = sorted((zone for zone in dump.zones.values() if zone.spanned), key=lambda zone: zone.start)
    data: dict[str, object] = {
        "name": "recorded",
        "banks": [{"zone": zone.name, "start_pfn": zone.start, "pages": zone.spanned} for zone in zones],
        "cpus": max(cpus, cpus_online(folder), *(1 + max(zone.pcp, default=0) for zone in zones)),
    }
    cmdline = folder / "cmdline"
    with reading("run", cmdline):
        found = TAGSTORE.search(cmdline.read_text()) if cmdline.exists() else None
    if found and dump.tag_refs is not None:
        start, size, tags = (int(number, 16) >> 12 for number in found.groups())
        region = {"data_start": start, "data_pages": size, "tag_start": tags, "tag_pages": size // 32}
        data["regions"] = [region | {"block_size": 4096}]
    return load_layout(data)


class Recorded:
    """The machine of one run folder: built once, filled anew from any of its dumps."""

    def __init__(self, layout: Layout, rows: NDArray[np.int64]) -> None:
        """Arrays for this layout and this trace."""
        self.layout = layout
        self.rows = rows
        self._rules = RFC_V1 if layout.regions else OFF  # of the kernels that were recorded
        cpus, regions = layout.cpus, len(layout.regions)
        shape = lengths(layout.total_pages, len(layout.zones), cpus, regions, layout.tag_pages, 1, len(rows))
        self.arrays, self._whole = make_arrays(shape)
        self.arrays["rp"][:] = rows.ravel()
        self.state: State = make_state(self.arrays, "replay")

    def fill(self, dump: Dump, types: NDArray[np.int8] | None = None, refs: dict[int, int] | None = None) -> None:
        """Make the machine what the dump says; `types` and `refs` stand in for what it does not say."""
        rp = self.arrays["rp"]
        for name, array in self.arrays.items():
            if name != "rp":
                array[:] = 0
        assert rp.size
        self._fill_dims()
        self._fill_pages(dump)
        if types is not None:
            self.arrays["pb_mt"][:] = types
            self.arrays["rp_sum"][RP_UNSURE] = 1
        boot.init_lists(self.state, self.layout.total_pages, len(self.arrays["nxt"]))
        numbers = zone_numbers(
            {name: dump.zones[name].managed for name in self.layout.zones}, self.layout.cpus, thp=True
        )
        for z, name in enumerate(self.layout.zones):
            self._fill_zone(z, dump.zones[name], numbers[z])
        self._fill_refs(refs or {} if dump.tag_refs is None else dump.tag_refs)

    def _fill_dims(self) -> None:
        dim, layout = self.arrays["dim"], self.layout
        zones, cpus = len(layout.zones), layout.cpus
        dim[D_PAGES], dim[D_ZONES], dim[D_CPUS], dim[D_REGIONS] = layout.total_pages, zones, cpus, len(layout.regions)
        fill_rules(self.arrays, self._rules)
        dim[D_SAMPLE_EVERY] = 1
        dim[D_PCP_HEADS] = layout.total_pages + zones * ORDERS * MIGRATETYPES
        dim[D_OWNER_HEADS] = dim[D_PCP_HEADS] + zones * cpus * PCP_LISTS
        dim[D_LRU_HEADS] = dim[D_OWNER_HEADS] + MAX_PROCESSES * OWNED_CLASSES

    def _fill_pages(self, dump: Dump) -> None:
        arrays, layout = self.arrays, self.layout
        arrays["order"][:] = -1
        arrays["kind"][:], arrays["pb_zone"][:], arrays["pb_mt"][:] = K_HOLE, -1, MOVABLE
        for z, name in enumerate(layout.zones):
            zone, start = dump.zones[name], layout.page_of(dump.zones[name].start)
            kinds = np.array([LETTERS.get(letter, K_UNMOVABLE) for letter in zone.pages], dtype=np.int8)
            arrays["kind"][start : start + len(kinds)] = kinds
            arrays["flags"][start : start + len(kinds)] = np.array(
                [F_TAGGED * letter.isupper() for letter in zone.pages]
            )
            types = [TYPES[letter] for letter in zone.blocks]
            arrays["pb_mt"][start // 512 : start // 512 + len(types)] = types
            arrays["pb_zone"][start // 512 : -(-(start + zone.spanned) // 512)] = z
        by_block = arrays["kind"].reshape(-1, 512)
        count = arrays["count"].reshape(-1, COUNT_STRIDE)
        for kind in range(13):
            count[:, kind] = (by_block == kind).sum(axis=1)

    def _fill_zone(self, z: int, zone: ZoneDump, numbers: Any) -> None:
        arrays, layout = self.arrays, self.layout
        arrays["z_start"][z] = layout.page_of(zone.start)
        arrays["z_end"][z] = layout.page_of(zone.start + zone.spanned - 1) + 1
        arrays["z_type"][z] = ZONE_ORDER.index(zone.name)
        arrays["z_managed"][z] = zone.managed
        arrays["z_min"][z], arrays["z_low"][z], arrays["z_high"][z] = zone.marks
        arrays["z_boost"][z] = zone.boost
        arrays["z_reserve"][z * 4 : z * 4 + 4] = numbers.protection
        for (order, mt), pfns in zone.free.items():
            self._fill_free(z, order, mt, [layout.page_of(pfn) for pfn in pfns])
        for cpu, pcp in zone.pcp.items():
            self._fill_pcp(z, cpu, pcp)

    def _fill_free(self, z: int, order: int, mt: int, pages: list[int]) -> None:
        arrays = self.arrays
        i = (z * ORDERS + order) * MIGRATETYPES + mt
        arrays["nr_free"][i] = len(pages)
        arrays["order"][pages], arrays["mt"][pages] = order, mt
        self._link(int(arrays["dim"][D_PAGES]) + i, pages)
        if mt != ISOLATE:
            arrays["z_free"][z] += len(pages) << order
        if mt == CMA:
            arrays["z_cma"][z] += len(pages) << order
        if mt == METADATA:
            arrays["z_meta"][z] += len(pages) << order

    def _fill_pcp(self, z: int, cpu: int, pcp: Pcp) -> None:
        arrays = self.arrays
        at = z * self.layout.cpus + cpu
        arrays["pcp_high"][z], arrays["pcp_batch"][z] = pcp.high, pcp.batch
        arrays["pcp_count"][at], arrays["pcp_factor"][at] = pcp.count, pcp.factor
        for index, entries in pcp.lists.items():
            pages = [self.layout.page_of(pfn) for pfn, _ in entries]
            arrays["pcp_len"][at * PCP_LISTS + index] = len(pages)
            self._link(int(arrays["dim"][D_PCP_HEADS]) + at * PCP_LISTS + index, pages)
            order = 9 if index >= 12 else index // 3
            for page, (_, told) in zip(pages, entries, strict=True):
                arrays["order"][page], arrays["owner"][page] = order, cpu
                arrays["mt"][page] = told if told >= 0 else _remembered(index, int(arrays["pb_mt"][page // 512]))
                _set_kinds(arrays, page, order, K_PCP)

    def _link(self, head: int, pages: list[int]) -> None:
        ring = np.array([head, *pages], dtype=np.int32)
        self.arrays["nxt"][ring], self.arrays["prv"][ring] = np.roll(ring, -1), np.roll(ring, 1)

    def _fill_refs(self, refs: dict[int, int]) -> None:
        fill_regions(self.arrays, self.layout, self._rules)
        for region in self.layout.regions:
            for pfn, held in refs.items():
                self.arrays["tag_ref"][pfn - region.tag_start] = 1 + held
                _set_kinds(self.arrays, self.layout.page_of(pfn), 0, K_TAGS)
        self.arrays["dim"][D_RESERVED] = len(refs)


def _remembered(index: int, block: int) -> int:
    """Type of a page whose dump does not say: the list's, or CMA and METADATA from its pageblock."""
    if index >= 12:
        return block if index == 13 or block != MOVABLE else 0
    mt = index % 3
    return block if mt == MOVABLE and block in (CMA, METADATA) else mt


def _set_kinds(arrays: Arrays, page: int, order: int, kind: int) -> None:
    count = arrays["count"]
    for i in range(page, page + (1 << order)):
        row = i // 512 * COUNT_STRIDE
        count[row + int(arrays["kind"][i])] -= 1
        count[row + kind] += 1
        arrays["kind"][i] = kind


__all__ = ["Recorded", "ScenarioError", "layout_of"]
