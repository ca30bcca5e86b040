"""The map: plates, columns, and how many pageblocks stand in a column."""

import pytest

from sim.run.geometry import geometry_of
from sim.scenario.layout import Layout, load_layout, preset


def with_memory_outside() -> Layout:
    """`mini` in a bank with 2 MiB below its data and 4 MiB above its tag storage that no region serves."""
    banks = [{"zone": "DMA32", "start_pfn": 0x7FE00, "pages": 16896 + 512 + 1024}]
    return load_layout(preset("mini") | {"banks": banks})


def test_a_column_of_fvp_v1_is_32_pageblocks_on_one_pageblock_of_tag_storage() -> None:
    geometry = geometry_of(load_layout("fvp-v1"))
    assert (geometry.P, geometry.columns, geometry.blocks, geometry.small) == (32, 62, 1984, False)


def test_a_column_of_mini_is_one_pageblock_on_16_tag_pages() -> None:
    geometry = geometry_of(load_layout("mini"))
    assert geometry.P == 1
    assert geometry.column_tags(geometry.plates[0], 31) == (0x841F0, 0x84200)


def test_memory_outside_every_region_is_a_plate_of_its_own() -> None:
    plates = geometry_of(with_memory_outside()).plates
    assert [(p.data_start, p.data_pages, p.tag_pages) for p in plates] == [
        (0x7FE00, 512, 0),
        (0x80000, 16384, 512),
        (0x84200, 1024, 0),
    ]


def test_a_plate_without_tag_storage_has_no_tag_pages_under_its_columns() -> None:
    geometry = geometry_of(with_memory_outside())
    first, last = geometry.column_tags(geometry.plates[0], 0)
    assert first == last


@pytest.mark.parametrize("name", ["mini", "fvp-v1"])
def test_the_columns_of_a_plate_share_out_its_tag_storage(name: str) -> None:
    geometry = geometry_of(load_layout(name))
    for plate in geometry.plates:
        ranges = [geometry.column_tags(plate, column) for column in range(plate.columns)]
        assert sum(last - first for first, last in ranges) == plate.tag_pages


def test_every_page_of_dram_is_on_exactly_one_plate() -> None:
    layout = with_memory_outside()
    plates = geometry_of(layout).plates
    assert sum(plate.data_pages + plate.tag_pages for plate in plates) == layout.present_pages
