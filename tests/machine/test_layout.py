"""Layouts: what they are, and every reason to refuse one (tag-storage facts 1.3, 1.4)."""

import copy
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario.layout import list_layouts, load_layout, preset

MINI = preset("mini")


def changed(**changes: Any) -> dict[str, Any]:
    """`mini` with some of its keys, or keys of its only bank and region, changed; None takes a key away."""
    data = copy.deepcopy(MINI)
    for name, value in changes.items():
        where, _, key = name.rpartition("__")
        target: Any = data[where][0] if where else data
        target.pop(key, None)
        if value is not None:
            target[key] = value
    return data


def refusal(data: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_layout(data)
    return str(caught.value)


def region(**changes: int) -> dict[str, int]:
    return MINI["regions"][0] | changes  # type: ignore[index]


@pytest.mark.parametrize("name", list_layouts())
def test_every_preset_is_valid_and_maps_each_pfn_to_a_page_and_back(name: str) -> None:
    layout = load_layout(name)
    edges = [pfn for bank in layout.banks for pfn in (bank.start_pfn, bank.end - 1)]
    assert [layout.pfn_of(layout.page_of(pfn)) for pfn in edges] == edges


def test_the_buddy_of_a_page_is_the_page_of_its_buddy() -> None:
    layout = load_layout(changed(banks__start_pfn=0x80200, regions=[]))
    pfn = 0x80400
    assert all(layout.page_of(pfn) ^ (1 << order) == layout.page_of(pfn ^ (1 << order)) for order in range(10))


def test_pages_between_two_banks_are_holes() -> None:
    layout = load_layout({"name": "two", "banks": [bank("DMA", 0x200, 512), bank("Normal", 0x1600, 512)]})
    assert (layout.bases, layout.total_pages, layout.pfn_of(0), layout.page_of(0x400)) == ((512, 1536), 2048, -1, -1)


def bank(zone: str, start: int, pages: int) -> dict[str, Any]:
    return {"zone": zone, "start_pfn": start, "pages": pages}


def test_mini_has_one_pageblock_of_tag_storage() -> None:
    layout = load_layout("mini")
    assert (layout.tag_pages, layout.regions[0].block_pages, layout.zones) == (512, 1, ("DMA32",))


def test_fvp_v1_has_31_pageblocks_of_tag_storage_in_each_of_two_zones() -> None:
    layout = load_layout("fvp-v1")
    assert ([r.tag_pages // 512 for r in layout.regions], layout.zones) == ([31, 31], ("DMA32", "Normal"))


@pytest.mark.parametrize(("block_size", "pages"), [(0x1000, 1), (0x2000, 2), (0x800, 1), (0x3000, 3), (0x1800, 3)])
def test_a_block_is_the_least_number_of_whole_pages(block_size: int, pages: int) -> None:
    layout = {"tag_pages": 1536, "data_pages": 49152, "tag_start": 0x8C000}
    data = changed(banks__pages=50688) | {"regions": [region(**layout, block_size=block_size)]}
    assert load_layout(data).regions[0].block_pages == pages


def test_check_1_a_33rd_region_is_refused() -> None:
    data = changed(regions=[region()] * 33)
    assert refusal(data) == "regions: 33: exceeds the maximum number of regions, 32"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        # 2: reg
        ({"regions__tag_start": None}, "regions[0].tag_start: invalid metadata node (no range of tag storage)"),
        ({"regions__tag_pages": None}, "regions[0].tag_pages: invalid metadata node (no range of tag storage)"),
        ({"regions__tag_pages": 0}, "regions[0].tag_pages: 0: invalid tag storage node (size 0)"),
        # 3: alignment to a pageblock
        ({"regions__tag_start": 0x84001}, "regions[0].tag_start: 0x84001: not aligned to pageblock (512 pages)"),
        ({"regions__tag_pages": 511}, "regions[0].tag_pages: 511: not aligned to pageblock (512 pages)"),
        # 4: memory property
        ({"regions__data_start": None}, "regions[0].data_start: missing 'memory' property"),
        ({"regions__data_pages": None}, "regions[0].data_pages: missing 'memory' property"),
        # 5: its phandle
        (
            {"regions__data_start": 0x90000},
            "regions[0].data_start: 0x90000: associated memory node not found (no bank holds it)",
        ),
        # 6: the memory node
        ({"regions__data_pages": 0}, "regions[0].data_pages: 0: invalid address for data memory node (size 0)"),
        # 7: size
        (
            {"regions__data_pages": 16352},
            "regions[0].tag_pages: 512: does not exactly cover the memory region: serves 16384 pages, not 16352",
        ),
        # 8: block-size
        ({"regions__block_size": None}, "regions[0].block_size: invalid or missing 'block-size' property"),
        ({"regions__block_size": 0}, "regions[0].block_size: 0x0: invalid or missing 'block-size' property"),
        # 9: whole blocks
        (
            {"regions__block_size": 0x3000},
            "regions[0].tag_pages: 512: size is not a multiple of the block size, 3 pages",
        ),
        # activation, point 2
        (
            {"banks__pages": 16384},
            "regions[0].tag_start: 0x84000: tag range up to 0x84200 is outside of DRAM bounds",
        ),
    ],
)
def test_a_bad_device_tree_is_refused_with_the_kernels_reason(changes: dict[str, Any], line: str) -> None:
    assert refusal(changed(**changes)) == line


def test_check_10_tag_storage_that_overlaps_is_refused_by_memblock() -> None:
    data = changed(banks__pages=33280) | {"regions": [region(), region(data_start=0x84200)]}
    line = "regions[1].tag_start: 0x84000: error adding tag memblock: overlaps regions[0].tag range up to 0x84200"
    assert refusal(data) == line


def test_activation_point_5_a_block_of_two_pages_may_not_cross_a_zone() -> None:
    banks = [bank("DMA32", 0x80000, 50176), bank("Normal", 0x8C400, 512)]
    blocks = region(data_pages=49152, tag_start=0x8C000, tag_pages=1536, block_size=0x3000)
    line = "regions[0].block_size: 0x3000: the tag block of 3 pages at 0x8c3ff crosses a zone"
    assert refusal({"name": "cross", "banks": banks, "regions": [blocks]}) == line


def test_the_zone_check_is_skipped_when_a_block_is_one_page() -> None:
    banks = [bank("DMA32", 0x80000, 50176), bank("Normal", 0x8C400, 512)]
    single = region(data_pages=49152, tag_start=0x8C000, tag_pages=1536, block_size=0x1000)
    assert load_layout({"name": "cross", "banks": banks, "regions": [single]}).tag_pages == 1536


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"page_size": 16384}, "page_size: 16384: only pages of 4096 bytes are simulated so far"),
        ({"cpus": 0}, "cpus: 0: must be 1 to 8"),
        ({"cpus": 9}, "cpus: 9: must be 1 to 8"),
        ({"cpus": 1.5}, "cpus: 1.5: not a whole number"),
        ({"cpus": True}, "cpus: true: not a whole number"),
        ({"banks": []}, "banks: []: fewer than 1 entries"),
        ({"banks__start_pfn": 0x80001}, "banks[0].start_pfn: 0x80001: not aligned to pageblock (512 pages)"),
        ({"banks__pages": 0}, "banks[0].pages: 0: not aligned to pageblock (512 pages)"),
        (
            {"banks__zone": "Normal", "banks__pages": 1 << 25, "regions": []},
            "banks: 33554432: more than 16777216 pages in all",
        ),
        ({"banks__zone": "HighMem"}, "banks[0].zone: HighMem: must be 'DMA', 'DMA32', 'Normal' or 'Movable'"),
        ({"banks__start_pfn": -512}, "banks[0].start_pfn: -512: must be at least 0"),
        ({"colour": "blue"}, "colour: blue: unknown key"),
        ({"regions__size": 3}, "regions[0].size: 3: unknown key"),
        ({"name": "Bad Name"}, "name: Bad Name: must match ^[a-z0-9][a-z0-9-]*$"),
        (
            {"regions__data_start": 0x80010},
            "regions[0].data_start: 0x80010: not aligned to pageblock (512 pages); the kernel does not check this",
        ),
        ({"kernel_pages": 16896}, "kernel_pages: 16896: must be 0 to 16895, within the first bank"),
        ({"kernel_pages": -1}, "kernel_pages: -1: must be 0 to 16895, within the first bank"),
        ({"kernel_pages": 16400}, "kernel_pages: 16400: the kernel would lie in the tag storage of regions[0]"),
        ({"zero_page": 0x80000}, "zero_page: 0x80000: must lie in the kernel's pages, 0x80000 up to 0x80000"),
        ({"min_free_kbytes": 40000}, "min_free_kbytes: 40000: must be 0 to 32768, half of what can hold data"),
        ({"min_free_kbytes": -1}, "min_free_kbytes: -1: must be 0 to 32768, half of what can hold data"),
    ],
)
def test_an_impossible_layout_is_refused_in_one_line(changes: dict[str, Any], line: str) -> None:
    assert refusal(changed(**changes)) == line


@pytest.mark.parametrize(
    ("banks", "line"),
    [
        ([("DMA", 0x400, 512), ("DMA", 0x200, 512)], "banks[1].start_pfn: 0x200: banks must be sorted by start_pfn"),
        ([("DMA", 0x400, 512), ("DMA", 0x400, 512)], "banks[1].start_pfn: 0x400: overlaps banks[0] up to 0x600"),
        (
            [("Normal", 0x400, 512), ("DMA", 0x800, 512)],
            "banks[1].zone: DMA: lies above Normal in memory, but below it as a zone",
        ),
    ],
)
def test_banks_ascend_and_do_not_overlap(banks: list[tuple[str, int, int]], line: str) -> None:
    assert refusal({"name": "banks", "banks": [bank(*each) for each in banks]}) == line


def test_data_may_not_be_served_twice() -> None:
    second = region(tag_start=0x84200)
    line = "regions[1].data_start: 0x80000: served twice: overlaps regions[0].data range up to 0x84000"
    assert refusal(changed(banks__pages=17408) | {"regions": [region(), second]}) == line


def test_data_may_not_leave_its_bank() -> None:
    banks = [bank("DMA32", 0x80000, 8192), bank("DMA32", 0x82000, 8704)]
    line = "regions[0].data_pages: 16384: data range up to 0x84000 is not within one bank"
    assert refusal(changed(banks=banks)) == line


def test_a_tag_range_over_two_banks_must_stay_one_run_of_pages() -> None:
    banks = [bank("DMA32", 0x80000, 33280), bank("DMA32", 0x88200, 512)]
    parts = region(data_pages=32768, tag_start=0x88000, tag_pages=1024)
    line = "regions[0].tag_start: 0x88000: tag range over two banks that do not meet at a multiple of 1024 pages"
    assert refusal({"name": "split", "banks": banks, "regions": [parts]}) == line


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"layout: 'nano': no such layout \(there are fvp-v1, .*mini, "):
        load_layout("nano")


def test_numbers_of_a_json_file_may_be_written_in_hexadecimal() -> None:
    assert load_layout(changed(banks__start_pfn="0x80000")).banks[0].start_pfn == 0x80000


@pytest.mark.parametrize("zone", ["DMA", "DMA32"])
def test_no_kernel_has_a_low_zone_past_4_gib(zone: str) -> None:
    banks = [{"zone": zone, "start_pfn": 0x80000, "pages": 0x80200}]
    with pytest.raises(ScenarioError) as caught:
        load_layout({"name": "high", "banks": banks})
    where = "ends at 0x100200, past 4 GiB (0x100000), where no kernel has"
    assert str(caught.value) == f"banks[0].zone: {zone}: {where} {zone}"


def test_memory_that_begins_above_4_gib_may_all_be_dma() -> None:
    banks = [{"zone": "DMA", "start_pfn": 0x100000, "pages": 512}]
    assert load_layout({"name": "high", "banks": banks}).zones == ("DMA",)
