"""The numbers the allocator boots with (page-allocator facts section 2; mm/page_alloc.c, mm/khugepaged.c, v6.1).

Simplified: one node, every CPU online, transparent huge pages on, `watermark_boost` 0.
"""

from dataclasses import dataclass
from math import isqrt

from sim.core.state.consts import PAGEBLOCK_PAGES
from sim.policies import Policy
from sim.scenario.layout import Layout
from sim.scenario.layout_checks import ZONE_ORDER

PAGE_KB = 4
PCPTYPES = 3
MIN_FREE_KBYTES = (128, 262144)
THP_LEAST_PAGES = (512 << 20) >> 12  # of managed memory, for transparent huge pages to be on at boot
WATERMARK_SCALE_FACTOR = 10  # of 10000
LOWMEM_RESERVE_RATIO = {"DMA": 256, "DMA32": 256, "Normal": 32, "Movable": 0}
MAX_STAT_THRESHOLD = 125


@dataclass(frozen=True, slots=True)
class ZoneBoot:
    """One populated zone at boot. Units are pages."""

    name: str
    managed: int  # the allocator's: without the kernel's own pages and without tag storage that is kept
    min: int
    low: int
    high: int
    protection: tuple[int, int, int, int]  # lowmem_reserve, by the highest zone a request may use
    batch: int
    pcp_high: int
    threshold: int  # of a per-CPU counter


def boot_numbers(layout: Layout, rules: Policy) -> tuple[ZoneBoot, ...]:
    """The populated zones, ascending."""
    managed = {zone: managed_pages(layout, zone, rules) for zone in layout.zones}
    return zone_numbers(managed, layout.cpus, layout.min_free_kbytes)


def zone_numbers(
    managed: dict[str, int], cpus: int, min_free_kbytes: int | None = None, thp: bool | None = None
) -> tuple[ZoneBoot, ...]:
    """The zones of `managed` (name to pages, ascending). Without `min_free_kbytes` the kernel chooses it.

    `thp`: whether transparent huge pages are on; by default as they are at boot.
    """
    huge = thp_at_boot(managed) if thp is None else thp
    pages_min = min_free_pages(managed, huge) if min_free_kbytes is None else min_free_kbytes // PAGE_KB
    return tuple(_zone(zone, managed, pages_min, cpus) for zone in managed)


def managed_pages(layout: Layout, zone: str, rules: Policy) -> int:
    """Pages of a zone that the allocator may hand out. Tag storage that is kept is never freed to it."""
    total = sum(bank.pages for bank in layout.zone_banks(zone))
    if layout.banks[0].zone == zone:
        total -= layout.kernel_pages
    if rules.keeps:
        total -= sum(_pages_in(layout, zone, region.tag_start, region.tag_end) for region in layout.regions)
    return total


def _pages_in(layout: Layout, zone: str, start: int, end: int) -> int:
    banks = layout.zone_banks(zone)
    return sum(max(0, min(bank.end, end) - max(bank.start_pfn, start)) for bank in banks)


def thp_at_boot(managed: dict[str, int]) -> bool:
    """Whether transparent huge pages are on without anybody turning them on: not below 512 MiB (hugepage_init, 6.1)."""
    return sum(managed.values()) >= THP_LEAST_PAGES


def min_free_pages(managed: dict[str, int], thp: bool) -> int:
    """Pages of min_free_kbytes: what the size of memory gives, with `thp` raised by khugepaged."""
    low = {zone: pages for zone, pages in managed.items() if zone != "Movable"}
    first = calculate_min_free_kbytes(sum(low.values()) * PAGE_KB) // PAGE_KB
    if not thp:
        return first
    high = sum(watermarks(first, pages, sum(low.values()))[2] for pages in low.values())
    return max(first, recommended_min_free_pages(len(low), sum(low.values()) - high))


def calculate_min_free_kbytes(lowmem_kbytes: int) -> int:
    """kB to keep free by the size of memory alone (calculate_min_free_kbytes)."""
    least, most = MIN_FREE_KBYTES
    return min(max(isqrt(16 * lowmem_kbytes), least), most)


def recommended_min_free_pages(zones: int, free_buffer_pages: int) -> int:
    """Pages to keep free for huge pages: room for every migratetype (set_recommended_min_free_kbytes)."""
    return min(PAGEBLOCK_PAGES * zones * (2 + PCPTYPES * PCPTYPES), free_buffer_pages // 20)


def watermarks(pages_min: int, managed: int, total: int) -> tuple[int, int, int]:
    """min, low and high of a zone that has `managed` of `total` pages (__setup_per_zone_wmarks)."""
    low_at = pages_min * managed // total
    gap = max(low_at >> 2, managed * WATERMARK_SCALE_FACTOR // 10000)
    return low_at, low_at + gap, low_at + 2 * gap


def lowmem_reserve(zone: str, managed: dict[str, int]) -> tuple[int, int, int, int]:
    """Pages a zone keeps from requests that could have gone to a higher zone (setup_per_zone_lowmem_reserve)."""
    at, ratio = ZONE_ORDER.index(zone), LOWMEM_RESERVE_RATIO[zone]
    above = [sum(managed.get(name, 0) for name in ZONE_ORDER[at + 1 : j + 1]) for j in range(4)]
    dma, dma32, normal, movable = (pages // ratio if ratio else 0 for pages in above)
    return dma, dma32, normal, movable


def zone_batchsize(managed: int) -> int:
    """Pages of one refill of a per-CPU list (zone_batchsize)."""
    batch = max(min(managed >> 10, 256) // 4, 1)
    return max((1 << ((batch + batch // 2).bit_length() - 1)) - 1, 1)


def zone_highsize(low: int, batch: int, cpus: int) -> int:
    """Pages the per-CPU lists of one CPU may hold (zone_highsize)."""
    return max(low // cpus, 4 * batch)


def stat_threshold(managed: int, cpus: int) -> int:
    """How far a per-CPU counter may drift (calculate_normal_threshold)."""
    return min(MAX_STAT_THRESHOLD, 2 * cpus.bit_length() * (1 + (managed >> 15).bit_length()))


def pressure_threshold(low: int, lowest: int, cpus: int) -> int:
    """The same while kswapd is awake (calculate_pressure_threshold)."""
    return max(1, min(MAX_STAT_THRESHOLD, (low - lowest) // cpus))


def _zone(zone: str, managed: dict[str, int], pages_min: int, cpus: int) -> ZoneBoot:
    pages = managed[zone]
    lowest, low, high = watermarks(pages_min, pages, sum(managed.values()))
    batch = zone_batchsize(pages)
    return ZoneBoot(
        name=zone,
        managed=pages,
        min=lowest,
        low=low,
        high=high,
        protection=lowmem_reserve(zone, managed),
        batch=batch,
        pcp_high=zone_highsize(low, batch, cpus),
        threshold=stat_threshold(pages, cpus),
    )
