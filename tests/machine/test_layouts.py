"""The shipped layouts: from a pfn to its place on the map and back, and nothing is lost on the way."""

import pytest

from sim.machine import Machine
from sim.run.geometry import Geometry, Plate, geometry_of
from sim.scenario.layout import list_layouts, load_layout
from sim.scenario.layout_checks import MAX_PAGES
from sim.scenario.scenario import load_scenario

SAMPLES = 61  # pfns of a plate that are looked up


def plate_of(geometry: Geometry, pfn: int) -> tuple[int, Plate]:
    """Number and plate whose data holds the pfn."""
    plates = enumerate(geometry.plates)
    return next((n, plate) for n, plate in plates if plate.data_start <= pfn < plate.data_start + plate.data_pages)


def place_of(geometry: Geometry, pfn: int) -> tuple[int, int, int, int]:
    """Plate, column, pageblock in the column, page in the pageblock."""
    n, plate = plate_of(geometry, pfn)
    block, page = divmod(pfn - plate.data_start, 512)
    return n, block // geometry.P, block % geometry.P, page


def pfn_of(geometry: Geometry, place: tuple[int, int, int, int]) -> int:
    """And back."""
    n, column, block, page = place
    return geometry.plates[n].data_start + (column * geometry.P + block) * 512 + page


@pytest.mark.parametrize("name", list_layouts())
def test_a_place_on_the_map_leads_back_to_its_pfn(name: str) -> None:
    geometry = geometry_of(load_layout(name))
    for plate in geometry.plates:
        for pfn in range(plate.data_start, plate.data_start + plate.data_pages, plate.data_pages // SAMPLES + 1):
            assert pfn_of(geometry, place_of(geometry, pfn)) == pfn


@pytest.mark.parametrize("name", list_layouts())
def test_every_page_of_the_machine_is_on_one_plate(name: str) -> None:
    layout = load_layout(name)
    plates = geometry_of(layout).plates
    assert sum(plate.data_pages + plate.tag_pages for plate in plates) == layout.present_pages


@pytest.mark.parametrize("name", list_layouts())
def test_a_column_stands_on_the_tag_pages_that_serve_it(name: str) -> None:
    machine = Machine(load_scenario("quiet-mix").with_changes({"layout": name}))
    geometry = machine.geometry
    for plate in geometry.plates:
        for pfn in range(plate.data_start, plate.data_start + plate.data_pages, plate.data_pages // SAMPLES + 1):
            first, past = geometry.column_tags(plate, place_of(geometry, pfn)[1])
            assert first <= machine.page(pfn).tag_pfn < past or plate.tag_pages == 0


@pytest.mark.parametrize("name", list_layouts())
def test_the_totals_of_the_map_are_those_of_the_zones(name: str) -> None:
    machine = Machine(load_scenario("quiet-mix").with_changes({"layout": name}))
    machine.step(20_000)
    shown = machine.snapshot()
    by_zone = sum(zone.data_kinds for zone in shown.zones)
    assert shown.blocks.astype(int).sum(axis=0).tolist() == by_zone.tolist()
    assert shown.strip[:, :13].astype(int).sum() == shown.ledger.total == machine.layout.tag_pages
    machine.check()


def test_the_tags_of_the_first_bank_of_fvp_v3_lie_in_the_second() -> None:
    plates = geometry_of(load_layout("fvp-v3")).plates
    assert [(plate.zone, plate.tags_in) for plate in plates] == [("DMA32", "Normal"), ("Normal", "Normal")]


def test_qemu_512m_has_memory_that_can_never_be_tagged() -> None:
    plate = geometry_of(load_layout("qemu-512m")).plates[-1]
    assert (plate.data_start, plate.data_pages, plate.tag_pages) == (0x50800, 0x1400, 0)


def test_phone_16g_has_2_gib_below_the_4_gib_border_and_a_movable_zone() -> None:
    layout = load_layout("phone-16g")
    assert layout.zones == ("DMA32", "Normal", "Movable")
    assert layout.total_pages <= 4 * 1024 * 1024


def test_server_64g_is_as_large_as_a_machine_may_be() -> None:
    layout = load_layout("server-64g")
    assert layout.tag_pages * 33 == layout.present_pages
    assert 15 * 1024 * 1024 < layout.total_pages <= MAX_PAGES


def test_tag_pages_of_mini_b2_are_taken_two_by_two() -> None:
    assert [plate.block for plate in geometry_of(load_layout("mini-b2")).plates] == [2]
