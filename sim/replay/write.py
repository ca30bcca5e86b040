"""A machine written as the dump that `dump.py` reads: every list in its order, every pageblock, every page.

And every counter, which no dump of a kernel holds: so /proc of a recorded simulation is that of the simulation.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

from sim.core.state.consts import (
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_HOLE,
    K_ISOLATED,
    K_KERNEL,
    K_PAGETABLE,
    K_PCP,
    K_SLAB,
    K_TAGGED,
    K_TAGS,
    K_UNMOVABLE,
    MIGRATETYPES,
    ORDERS,
)
from sim.core.state.indices import D_PAGES, D_PCP_HEADS
from sim.core.state.state import PCP_LISTS
from sim.errors import ScenarioError
from sim.kernel.vmstat import vmstat
from sim.run.assemble import Arrays
from sim.scenario.layout import Layout

TYPES = "UMRHCDI"  # by migratetype
KINDS = {
    K_FREE: "b", K_PCP: "p", K_KERNEL: "r", K_HOLE: "r", K_SLAB: "l", K_PAGETABLE: "t", K_ANON: "a", K_FILE: "f",
    K_DIRTY: "f", K_UNMOVABLE: "k", K_TAGGED: "A", K_TAGS: "x", K_ISOLATED: "k",
}  # fmt: skip
WIDTH = 128  # letters a line


def write_dump(folder: Path, arrays: Arrays, layout: Layout, tagged: bool) -> None:
    """One snapshot folder with `dump.gz`. `tagged`: tag blocks are taken and given back, as under rfc-v1."""
    folder.mkdir(parents=True)
    lines = [line for z in range(len(layout.zones)) for line in _zone(z, arrays, layout)]
    if tagged:
        lines += ["@ blocks", *_references(arrays, layout)]
    lines += ["@ counters", *(f"{name} {value}" for name, value in vmstat(arrays, layout).items())]
    (folder / "dump.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))


def cmdline(layout: Layout, tagged: bool) -> str:
    """The kernel command line: where tag storage lies. Raises ScenarioError for what a recording cannot say."""
    if not tagged or not layout.regions:
        return "\n"
    if len(layout.regions) > 1 or layout.regions[0].block_pages > 1:
        raise ScenarioError(f"record: {layout.name}: a recording knows one tag region, with blocks of one page")
    region = layout.regions[0]
    numbers = (region.data_start, region.data_pages, region.tag_start)
    return f"tagstore={','.join(f'{number << 12:#x}' for number in numbers)}\n"


def _zone(z: int, arrays: Arrays, layout: Layout) -> Iterator[str]:
    name = layout.zones[z]
    banks = layout.zone_banks(name)
    start, end = banks[0].start_pfn, banks[-1].end
    marks = f"min {arrays['z_min'][z]} low {arrays['z_low'][z]} high {arrays['z_high'][z]} boost {arrays['z_boost'][z]}"
    yield f"@ freelists {name} start {start:x} spanned {end - start:x} managed {arrays['z_managed'][z]} {marks}"
    for order in range(ORDERS):
        for mt in range(MIGRATETYPES):
            pages = _walk(arrays, int(arrays["dim"][D_PAGES]) + (z * ORDERS + order) * MIGRATETYPES + mt)
            if pages:
                yield f"{name} {order} {TYPES[mt]} : {' '.join(f'{layout.pfn_of(page):x}' for page in pages)}"
    for cpu in range(layout.cpus):
        yield from _pcp(z, cpu, arrays, layout)
    yield f"@ pageblocks {name} from {start:x}"
    first = layout.page_of(start)
    blocks = arrays["pb_mt"][first // 512 : first // 512 + -(-(end - start) // 512)]
    yield from _grid("".join(TYPES[mt] for mt in blocks), 64)
    yield f"@ pages {name} from {start:x}"
    yield from _grid("".join(KINDS[kind] for kind in arrays["kind"][first : first + end - start].tolist()), WIDTH)


def _pcp(z: int, cpu: int, arrays: Arrays, layout: Layout) -> Iterator[str]:
    at = z * layout.cpus + cpu
    numbers = f"high {arrays['pcp_high'][z]} batch {arrays['pcp_batch'][z]} free_factor {arrays['pcp_factor'][at]}"
    yield f"@ pcp {layout.zones[z]} cpu {cpu} count {arrays['pcp_count'][at]} {numbers}"
    for index in range(PCP_LISTS):
        pages = _walk(arrays, int(arrays["dim"][D_PCP_HEADS]) + at * PCP_LISTS + index)
        if pages:
            entries = [f"{layout.pfn_of(page):x}{TYPES[arrays['mt'][page]]}" for page in pages]
            yield f"  {index} : {' '.join(entries)}"


def _references(arrays: Arrays, layout: Layout) -> Iterator[str]:
    tag_start = layout.regions[0].tag_start
    for i, count in enumerate(arrays["tag_ref"].tolist()):
        if count:
            yield f"{tag_start + i:x} {count - 1}"


def _walk(arrays: Arrays, head: int) -> list[int]:
    nxt, pages = arrays["nxt"], []
    page = int(nxt[head])
    while page != head:
        pages.append(page)
        page = int(nxt[page])
    return pages


def _grid(letters: str, width: int) -> Iterator[str]:
    for at in range(0, len(letters), width):
        yield letters[at : at + width]
