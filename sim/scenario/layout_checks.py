"""Why a layout is refused: the checks of RFC v1 (tag-storage facts 1.3 and 1.4, patches 13, 14, 16-18), then our own.

The first failure disables tag storage in the kernel; here it refuses the layout, with the kernel's reason.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.core.state.consts import PAGEBLOCK_PAGES, PAGES_PER_TAG_PAGE
from sim.scenario.schema import refuse

if TYPE_CHECKING:
    from sim.scenario.layout import Bank, Layout, Region

ZONE_ORDER = ("DMA", "DMA32", "Normal", "Movable")
BITS32 = 1 << 20  # first pfn that 32 bits of address do not reach
MAX_TAG_REGIONS = 32
MAX_CPUS = 8
MAX_PAGES = 1 << 24  # 64 GiB
UNALIGNED = f"not aligned to pageblock ({PAGEBLOCK_PAGES} pages)"


def validate_layout(layout: "Layout") -> None:
    """Raise ScenarioError for the first thing that is wrong."""
    need(layout.page_size == 4096, "page_size", layout.page_size, "only pages of 4096 bytes are simulated so far")
    need(1 <= layout.cpus <= MAX_CPUS, "cpus", layout.cpus, f"must be 1 to {MAX_CPUS}")
    _validate_banks(layout.banks)
    count = len(layout.regions)
    need(count <= MAX_TAG_REGIONS, "regions", count, f"exceeds the maximum number of regions, {MAX_TAG_REGIONS}")
    for number, region in enumerate(layout.regions):
        _validate_node(layout, region, f"regions[{number}]")
    for number, region in enumerate(layout.regions):
        _validate_activation(layout, region, f"regions[{number}]")
        _validate_ours(layout, region, f"regions[{number}]")
    _validate_overlaps(layout)
    _validate_kernel(layout)


def need(ok: bool, field: str, value: object, reason: str) -> None:
    """Refuse `value` unless `ok`."""
    if not ok:
        raise refuse(field, value, reason)


def _validate_banks(banks: "tuple[Bank, ...]") -> None:
    for number, bank in enumerate(banks):
        at = f"banks[{number}]"
        need(bank.start_pfn % PAGEBLOCK_PAGES == 0, f"{at}.start_pfn", bank.start_pfn, UNALIGNED)
        need(bank.pages > 0 and bank.pages % PAGEBLOCK_PAGES == 0, f"{at}.pages", bank.pages, UNALIGNED)
    for number, (before, bank) in enumerate(pairwise(banks), start=1):
        at, start = f"banks[{number}]", bank.start_pfn
        need(start >= before.start_pfn, f"{at}.start_pfn", start, "banks must be sorted by start_pfn")
        need(start >= before.end, f"{at}.start_pfn", start, f"overlaps banks[{number - 1}] up to {before.end:#x}")
        ascends = ZONE_ORDER.index(bank.zone) >= ZONE_ORDER.index(before.zone)
        need(ascends, f"{at}.zone", bank.zone, f"lies above {before.zone} in memory, but below it as a zone")
    _validate_zone_ends(banks)
    total = sum(bank.pages for bank in banks)
    need(total <= MAX_PAGES, "banks", total, f"more than {MAX_PAGES} pages in all")


def _validate_zone_ends(banks: "tuple[Bank, ...]") -> None:
    """DMA and DMA32 are what 32 bits of address reach, unless all memory begins above that (arm64 max_zone_phys)."""
    if banks and banks[0].start_pfn >= BITS32:
        return
    for number, bank in enumerate(banks):
        reason = f"ends at {bank.end:#x}, past 4 GiB ({BITS32:#x}), where no kernel has {bank.zone}"
        need(bank.zone not in ("DMA", "DMA32") or bank.end <= BITS32, f"banks[{number}].zone", bank.zone, reason)


def _validate_node(layout: "Layout", region: "Region", at: str) -> None:
    """The rows of facts 1.3 in the kernel's order."""
    tags, data, block = region.tag_pages, region.data_pages, region.block_size
    need(tags > 0, f"{at}.tag_pages", tags, "invalid tag storage node (size 0)")
    need(region.tag_start % PAGEBLOCK_PAGES == 0, f"{at}.tag_start", region.tag_start, UNALIGNED)
    need(tags % PAGEBLOCK_PAGES == 0, f"{at}.tag_pages", tags, UNALIGNED)
    found = layout.bank_of(region.data_start) is not None
    need(found, f"{at}.data_start", region.data_start, "associated memory node not found (no bank holds it)")
    need(data > 0, f"{at}.data_pages", data, "invalid address for data memory node (size 0)")
    covers = f"does not exactly cover the memory region: serves {tags * PAGES_PER_TAG_PAGE} pages, not {data}"
    need(tags * PAGES_PER_TAG_PAGE == data, f"{at}.tag_pages", tags, covers)
    need(block > 0, f"{at}.block_size", block, "invalid or missing 'block-size' property")
    whole = f"size is not a multiple of the block size, {region.block_pages} pages"
    need(tags % region.block_pages == 0, f"{at}.tag_pages", tags, whole)


def _validate_activation(layout: "Layout", region: "Region", at: str) -> None:
    """Facts 1.4, points 2 and 5."""
    outside = f"tag range up to {region.tag_end:#x} is outside of DRAM bounds"
    need(_is_memory(layout.banks, region.tag_start, region.tag_end), f"{at}.tag_start", region.tag_start, outside)
    border = _crossed_zone(layout.banks, region)
    crosses = f"the tag block of {region.block_pages} pages at {border:#x} crosses a zone"
    need(not border, f"{at}.block_size", region.block_size, crosses)


def _is_memory(banks: "tuple[Bank, ...]", start: int, end: int) -> bool:
    """Whether every pfn of a range is in a bank."""
    for bank in banks:
        if bank.start_pfn <= start < bank.end:
            start = bank.end
    return start >= end


def _crossed_zone(banks: "tuple[Bank, ...]", region: "Region") -> int:
    """First pfn of a tag block whose pages lie in two zones, 0 if there is none."""
    for before, bank in pairwise(banks):
        inside = bank.start_pfn - region.tag_start
        if before.zone != bank.zone and 0 < inside < region.tag_pages and inside % region.block_pages:
            return bank.start_pfn - inside % region.block_pages
    return 0


def _validate_ours(layout: "Layout", region: "Region", at: str) -> None:
    """What the kernel does not check, or what the compact space needs."""
    start = region.data_start
    need(start % PAGEBLOCK_PAGES == 0, f"{at}.data_start", start, f"{UNALIGNED}; the kernel does not check this")
    bank = layout.bank_of(start)
    within = bank is not None and region.data_end <= bank.end
    need(within, f"{at}.data_pages", region.data_pages, f"data range up to {region.data_end:#x} is not within one bank")
    span = layout.page_of(region.tag_end - 1) - layout.page_of(region.tag_start)
    apart = "tag range over two banks that do not meet at a multiple of 1024 pages"
    need(span == region.tag_pages - 1, f"{at}.tag_start", region.tag_start, apart)


def _ranges(layout: "Layout") -> Iterator[tuple[int, int, str, str]]:
    """(start, end, what it is, field) of every range of every region."""
    for number, region in enumerate(layout.regions):
        yield region.data_start, region.data_end, "data", f"regions[{number}].data_start"
        yield region.tag_start, region.tag_end, "tag", f"regions[{number}].tag_start"


def _validate_overlaps(layout: "Layout") -> None:
    """Row 10 of facts 1.3: memblock refuses a tag range that is not its own. Nor may data be served twice."""
    for (_, end, _, owner), (start, _, what, field) in pairwise(sorted(_ranges(layout))):
        reason = "error adding tag memblock" if what == "tag" else "served twice"
        need(start >= end, field, start, f"{reason}: overlaps {owner.removesuffix('_start')} range up to {end:#x}")


def _validate_kernel(layout: "Layout") -> None:
    first, pages, zero = layout.banks[0], layout.kernel_pages, layout.zero_page
    need(0 <= pages < first.pages, "kernel_pages", pages, f"must be 0 to {first.pages - 1}, within the first bank")
    end = first.start_pfn + pages
    for number, region in enumerate(layout.regions):
        clear = not pages or region.tag_start >= end or region.tag_end <= first.start_pfn
        need(clear, "kernel_pages", pages, f"the kernel would lie in the tag storage of regions[{number}]")
    inside = zero is None or first.start_pfn <= zero < end
    need(inside, "zero_page", zero, f"must lie in the kernel's pages, {first.start_pfn:#x} up to {end:#x}")
    if layout.min_free_kbytes is not None:
        validate_min_free(layout, layout.min_free_kbytes, "min_free_kbytes")


def validate_min_free(layout: "Layout", kbytes: int, field: str) -> None:
    """The kernel takes any number; past half of memory nothing could be allocated."""
    most = (layout.present_pages - layout.kernel_pages - layout.tag_pages) * 4 // 2
    need(0 <= kbytes <= most, field, kbytes, f"must be 0 to {most}, half of what can hold data")
