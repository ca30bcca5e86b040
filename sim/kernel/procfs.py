"""/proc files of a machine, in the kernel's own format (page-allocator facts section 10; v6.1 with RFC v1).

Fields the model has are printed as the kernel prints them. What readers cannot do without is printed as 0 where a
kernel without it prints 0 (no swap, no shared memory); other fields that the model lacks are left out. The row
`Metadata` of pagetypeinfo is named as the recorded ports name it: the posted series gives it no name
(tag-storage facts 2.3).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from sim.core.state.consts import CMA, METADATA, ORDERS, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from sim.errors import ScenarioError
from sim.kernel.boot import pressure_threshold, stat_threshold
from sim.run.snapshot import ZoneView
from sim.scenario.layout_checks import ZONE_ORDER
from sim.words.text import MIGRATETYPES

CAP = 100000  # pagetypeinfo counts no further
NODE_STATS = ("nr_slab_reclaimable", "nr_anon_pages", "nr_file_pages", "nr_dirty", "nr_written", "nr_page_table_pages")
VMSTAT_ORDER = (
    "nr_free_pages",
    "nr_free_cma",
    "nr_free_metadata",
    *NODE_STATS,
    "pswpin",
    "pswpout",
    *(f"pgalloc_{zone.lower()}" for zone in ZONE_ORDER),
    *(f"allocstall_{zone.lower()}" for zone in ZONE_ORDER),
    "pgfree",
    "pgsteal_kswapd",
    "pgsteal_direct",
    "pgscan_kswapd",
    "pgscan_direct",
    "pageoutrun",
    "oom_kill",
    "pgmigrate_success",
    "pgmigrate_fail",
    "metadata_reserve_success",
    "metadata_reserve_fail",
    "metadata_reserve_free",
    "thp_fault_alloc",
    "thp_fault_fallback",
)


class HasProc(Protocol):
    """What /proc is printed from: a snapshot, or a machine built from a dump. It prints the counters that are there."""

    @property
    def zones(self) -> tuple[ZoneView, ...]:
        """Populated zones, ascending."""

    @property
    def counters(self) -> Mapping[str, int]:
        """By their names in /proc/vmstat."""


def proc_file(snapshot: HasProc, name: str) -> str:
    """The text of one file. Raises ScenarioError for a name that is not in FILES."""
    if name not in FILES:
        raise ScenarioError(f"file: {name[:60]!r}: must be one of {', '.join(FILES)}")
    return "".join(f"{line}\n" for line in FILES[name](snapshot))


def buddyinfo(snapshot: HasProc) -> Iterator[str]:
    """Free blocks by order."""
    for zone in snapshot.zones:
        yield f"Node 0, zone {zone.name:>8} " + _numbers(zone.free_lists.sum(axis=0).tolist())


def _numbers(values: list[int], width: int = 6) -> str:
    return "".join(f"{value:>{width}} " for value in values)


def pagetypeinfo(snapshot: HasProc) -> Iterator[str]:
    """Free blocks by migratetype and order, pageblocks by migratetype."""
    yield f"Page block order: {PAGEBLOCK_ORDER}"
    yield f"Pages per block:  {PAGEBLOCK_PAGES}"
    yield ""
    yield f"{'Free pages count per migrate type at order':<43} " + _numbers(list(range(ORDERS)))
    for zone in snapshot.zones:
        for name, counts in zip(MIGRATETYPES, zone.free_lists.tolist(), strict=True):
            if name == MIGRATETYPES[METADATA] and not zone.has_metadata:
                continue
            yield f"Node {0:>4}, zone {zone.name:>8}, type {name:>12} " + "".join(_capped(n) for n in counts)
    yield ""
    shown = [mt for mt in range(len(MIGRATETYPES)) if mt != METADATA or snapshot.zones[0].has_metadata]
    yield f"{'Number of blocks type ':<23}" + "".join(f"{MIGRATETYPES[mt]:>12} " for mt in shown)
    for zone in snapshot.zones:
        yield f"Node 0, zone {zone.name:>8} " + _numbers([int(zone.block_types[mt]) for mt in shown], 12)


def _capped(count: int) -> str:
    return f">{CAP:>6} " if count >= CAP else f"{count:>6} "


def zoneinfo(snapshot: HasProc) -> Iterator[str]:
    """Every zone; statistics of the node stand in the first populated one."""
    zones = {zone.name: zone for zone in snapshot.zones}
    for name in ZONE_ORDER:
        yield f"Node 0, zone {name:>8}"
        zone = zones.get(name)
        if zone is None:
            yield from _watermarks([0] * 8, (0, 0, 0, 0))
            continue
        if zone is snapshot.zones[0]:
            yield "  per-node stats"
            known = (stat for stat in NODE_STATS if stat in snapshot.counters)
            yield from (f"      {stat:<12} {snapshot.counters[stat]}" for stat in known)
        yield from _zone(zone)


def _watermarks(
    values: list[int], protection: tuple[int, int, int, int], metadata: int = 0, cma: int = 0
) -> Iterator[str]:
    """The part of a zone that even an empty one has."""
    names = ("boost", "min", "low", "high", "spanned", "present", "managed")
    yield f"  pages free     {values[0]}"
    yield from (f"        {name:<8} {value}" for name, value in zip(names, values[1:], strict=True))
    yield f"        {'cma':<8} {cma}"
    if metadata:
        yield f"        metadata {metadata}"
    yield f"        protection: ({', '.join(str(pages) for pages in protection)})"


def _zone(zone: ZoneView) -> Iterator[str]:
    low, high = zone.low + zone.boost, zone.high + zone.boost
    marks = [zone.free, zone.boost, zone.min + zone.boost, low, high, zone.spanned, zone.present, zone.managed]
    metadata, cma = (int(zone.block_types[mt]) * PAGEBLOCK_PAGES for mt in (METADATA, CMA))
    yield from _watermarks(marks, zone.protection, metadata, cma)
    yield f"      {'nr_free_pages':<12} {zone.free}"
    yield f"      {'nr_free_cma':<12} {zone.free_cma}"
    if zone.has_metadata:
        yield f"      {'nr_free_metadata':<12} {zone.free_metadata}"
    cpus = len(zone.pcp)
    threshold = stat_threshold(zone.managed, cpus)
    if zone.kswapd_awake:
        threshold = pressure_threshold(zone.low, zone.min, cpus)
    yield "  pagesets"
    for cpu, pcp in enumerate(zone.pcp):
        yield f"    cpu: {cpu}"
        yield f"              count: {pcp.count}"
        yield f"              high:  {pcp.high}"
        yield f"              batch: {pcp.batch}"
        yield f"  vm stats threshold: {threshold}"
    if zone.unreclaimable is not None:
        yield f"  node_unreclaimable:  {int(zone.unreclaimable)}"
    yield f"  start_pfn:           {zone.start_pfn}"


def vmstat(snapshot: HasProc) -> Iterator[str]:
    """Every counter the model has, in the kernel's order; those of the allocator's own that it lacks come last."""
    known = [name for name in VMSTAT_ORDER if name in snapshot.counters]
    rest = [name for name in snapshot.counters if name not in VMSTAT_ORDER]
    for name in [*known, *rest]:
        yield f"{name} {snapshot.counters[name]}"


def meminfo(snapshot: HasProc) -> Iterator[str]:
    """Memory in kB; the two lines of tag storage are those of RFC v1."""
    counters = snapshot.counters
    whole = "nr_file_pages" in counters  # a dump knows less: what it does not know is no 0
    zero = 0 if whole else None
    metadata = sum(int(zone.block_types[METADATA]) * PAGEBLOCK_PAGES for zone in snapshot.zones)
    cma = sum(int(zone.block_types[CMA]) * PAGEBLOCK_PAGES for zone in snapshot.zones)
    pages: dict[str, int | None] = {
        "MemTotal": sum(zone.managed for zone in snapshot.zones),
        "MemFree": counters["nr_free_pages"],
        "MemAvailable": available_pages(snapshot) if whole else None,
        "Buffers": zero,
        "Cached": counters.get("nr_file_pages"),
        "SwapCached": zero,
        "Active": zero,
        "Inactive": counters["nr_anon_pages"] + counters["nr_file_pages"] if whole else None,
        "Active(anon)": zero,
        "Inactive(anon)": counters.get("nr_anon_pages"),
        "Active(file)": zero,
        "Inactive(file)": counters.get("nr_file_pages"),
        "SwapTotal": zero,
        "SwapFree": zero,
        "Dirty": counters.get("nr_dirty"),
        "AnonPages": counters.get("nr_anon_pages"),
        "Shmem": zero,
        "KReclaimable": counters.get("nr_slab_reclaimable"),
        "Slab": counters.get("nr_slab_reclaimable"),
        "SReclaimable": counters.get("nr_slab_reclaimable"),
        "SUnreclaim": zero,
        "PageTables": counters.get("nr_page_table_pages"),
        "CmaTotal": cma,
        "CmaFree": sum(zone.free_cma for zone in snapshot.zones),
        "MetadataTotal": metadata if snapshot.zones[0].has_metadata else None,
        "MetadataFree": counters.get("nr_free_metadata"),
    }
    for name, value in pages.items():
        if value is not None:
            yield f"{name + ':':<16}{value * 4:>8} kB"


def available_pages(snapshot: HasProc) -> int:
    """What a new process could have without swapping (si_mem_available)."""
    zones, counters = snapshot.zones, snapshot.counters
    file, reclaimable = counters["nr_file_pages"], counters["nr_slab_reclaimable"]
    reserve = sum(min(zone.managed, max(zone.protection) + zone.high) for zone in zones)
    low = sum(zone.low for zone in zones)
    found = counters["nr_free_pages"] - reserve
    found += file - min(file // 2, low) + reclaimable - min(reclaimable // 2, low)
    return max(found, 0)


FILES: dict[str, Callable[[HasProc], Iterator[str]]] = {
    "buddyinfo": buddyinfo,
    "pagetypeinfo": pagetypeinfo,
    "zoneinfo": zoneinfo,
    "vmstat": vmstat,
    "meminfo": meminfo,
}
