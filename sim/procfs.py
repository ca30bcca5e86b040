"""/proc files of a machine, in the kernel's own format (page-allocator facts section 10; v6.1 with RFC v1).

Only fields the model has are printed; those that are, are printed as the kernel prints them. The row `Metadata` of
pagetypeinfo is named as the recorded ports name it: the posted series gives it no name (tag-storage facts 2.3).
"""

from collections.abc import Callable, Iterator

from sim.boot import stat_threshold
from sim.core.consts import K_SLAB, METADATA, ORDERS, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from sim.errors import ScenarioError
from sim.layout_checks import ZONE_ORDER
from sim.snapshot import Snapshot, ZoneView
from sim.words.text import MIGRATETYPES

CAP = 100000  # pagetypeinfo counts no further
NODE_STATS = ("nr_slab_reclaimable", "nr_anon_pages", "nr_file_pages", "nr_dirty", "nr_written", "nr_page_table_pages")
VMSTAT_ORDER = (
    "nr_free_pages",
    "nr_free_metadata",
    *NODE_STATS,
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


def proc_file(snapshot: Snapshot, name: str) -> str:
    """The text of one file. Raises ScenarioError for a name that is not in FILES."""
    if name not in FILES:
        raise ScenarioError(f"file: {name[:60]!r}: must be one of {', '.join(FILES)}")
    return "".join(f"{line}\n" for line in FILES[name](snapshot))


def buddyinfo(snapshot: Snapshot) -> Iterator[str]:
    """Free blocks by order."""
    for zone in snapshot.zones:
        yield f"Node 0, zone {zone.name:>8} " + _numbers(zone.free_lists.sum(axis=0).tolist())


def _numbers(values: list[int], width: int = 6) -> str:
    return "".join(f"{value:>{width}} " for value in values)


def pagetypeinfo(snapshot: Snapshot) -> Iterator[str]:
    """Free blocks by migratetype and order, pageblocks by migratetype."""
    yield f"Page block order: {PAGEBLOCK_ORDER}"
    yield f"Pages per block:  {PAGEBLOCK_PAGES}"
    yield ""
    yield f"{'Free pages count per migrate type at order':<43} " + _numbers(list(range(ORDERS)))
    for zone in snapshot.zones:
        for name, counts in zip(MIGRATETYPES, zone.free_lists.tolist(), strict=True):
            yield f"Node {0:>4}, zone {zone.name:>8}, type {name:>12} " + "".join(_capped(n) for n in counts)
    yield ""
    yield f"{'Number of blocks type ':<23}" + "".join(f"{name:>12} " for name in MIGRATETYPES)
    for zone in snapshot.zones:
        yield f"Node 0, zone {zone.name:>8} " + _numbers(zone.block_types.tolist(), 12)


def _capped(count: int) -> str:
    return f">{CAP:>6} " if count >= CAP else f"{count:>6} "


def zoneinfo(snapshot: Snapshot) -> Iterator[str]:
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
            yield from (f"      {stat:<12} {snapshot.counters[stat]}" for stat in NODE_STATS)
        yield from _zone(zone)


def _watermarks(values: list[int], protection: tuple[int, int, int, int], metadata: int = 0) -> Iterator[str]:
    """The part of a zone that even an empty one has."""
    names = ("boost", "min", "low", "high", "spanned", "present", "managed")
    yield f"  pages free     {values[0]}"
    yield from (f"        {name:<8} {value}" for name, value in zip(names, values[1:], strict=True))
    yield f"        {'cma':<8} 0"
    if metadata:
        yield f"        metadata {metadata}"
    yield f"        protection: ({', '.join(str(pages) for pages in protection)})"


def _zone(zone: ZoneView) -> Iterator[str]:
    marks = [zone.free, 0, zone.min, zone.low, zone.high, zone.spanned, zone.present, zone.managed]
    yield from _watermarks(marks, zone.protection, int(zone.block_types[METADATA]) * PAGEBLOCK_PAGES)
    yield f"      {'nr_free_pages':<12} {zone.free}"
    yield f"      {'nr_free_metadata':<12} {zone.free_metadata}"
    yield "  pagesets"
    for cpu, pcp in enumerate(zone.pcp):
        yield f"    cpu: {cpu}"
        yield f"              count: {pcp.count}"
        yield f"              high:  {pcp.high}"
        yield f"              batch: {pcp.batch}"
        yield f"  vm stats threshold: {stat_threshold(zone.managed, len(zone.pcp))}"
    yield "  node_unreclaimable:  0"
    yield f"  start_pfn:           {zone.start_pfn}"


def vmstat(snapshot: Snapshot) -> Iterator[str]:
    """Every counter the model has, in the kernel's order; those of the allocator's own that it lacks come last."""
    known = [name for name in VMSTAT_ORDER if name in snapshot.counters]
    rest = [name for name in snapshot.counters if name not in VMSTAT_ORDER]
    for name in [*known, *rest]:
        yield f"{name} {snapshot.counters[name]}"


def meminfo(snapshot: Snapshot) -> Iterator[str]:
    """Memory in kB; the two lines of tag storage are those of RFC v1."""
    counters = snapshot.counters
    slab = sum(int(zone.data_kinds[K_SLAB] + zone.tag_kinds[K_SLAB]) for zone in snapshot.zones)
    metadata = sum(int(zone.block_types[METADATA]) * PAGEBLOCK_PAGES for zone in snapshot.zones)
    pages = {
        "MemTotal": sum(zone.managed for zone in snapshot.zones),
        "MemFree": counters["nr_free_pages"],
        "MemAvailable": available_pages(snapshot, slab),
        "Cached": counters["nr_file_pages"],
        "Dirty": counters["nr_dirty"],
        "AnonPages": counters["nr_anon_pages"],
        "KReclaimable": slab,
        "SReclaimable": slab,
        "PageTables": counters["nr_page_table_pages"],
        "MetadataTotal": metadata,
        "MetadataFree": counters["nr_free_metadata"],
    }
    for name, value in pages.items():
        yield f"{name + ':':<16}{value * 4:>8} kB"


def available_pages(snapshot: Snapshot, reclaimable: int) -> int:
    """What a new process could have without swapping (si_mem_available)."""
    zones, file = snapshot.zones, snapshot.counters["nr_file_pages"]
    reserve = sum(min(zone.managed, max(zone.protection) + zone.high) for zone in zones)
    low = sum(zone.low for zone in zones)
    found = snapshot.counters["nr_free_pages"] - reserve
    found += file - min(file // 2, low) + reclaimable - min(reclaimable // 2, low)
    return max(found, 0)


FILES: dict[str, Callable[[Snapshot], Iterator[str]]] = {
    "buddyinfo": buddyinfo,
    "pagetypeinfo": pagetypeinfo,
    "zoneinfo": zoneinfo,
    "vmstat": vmstat,
    "meminfo": meminfo,
}
