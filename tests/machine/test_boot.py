"""Boot numbers: every captured cell of page-allocator facts section 2, and the presets."""

from pathlib import Path

import pytest

from sim.kernel import boot
from sim.policies import find_policy
from sim.policies.off import OFF
from sim.policies.rfc_v1 import RFC_V1
from sim.scenario.layout import load_layout
from sim.scenario.scenario import load_scenario

INPUTS = Path(__file__).parent.parent / "data" / "inputs"

CAPTURED = {
    "512m": ({"DMA": 120481}, [(5632, 7040, 8448, 31, 3520, 12, (0, 0, 0, 0))]),
    "2g": ({"DMA": 506208}, [(5632, 7040, 8448, 63, 3520, 20, (0, 0, 0, 0))]),
    "2zone": (
        {"DMA": 763220, "Normal": 47562},
        [(10603, 13253, 15903, 63, 6626, 24, (0, 0, 185, 185)), (660, 825, 990, 15, 412, 8, (0, 0, 0, 0))],
    ),
}


@pytest.mark.parametrize("machine", CAPTURED)
def test_the_numbers_are_those_of_the_captured_kernels(machine: str) -> None:
    managed, expected = CAPTURED[machine]
    zones = boot.zone_numbers(managed, cpus=2, thp=True)  # turned on by hand where they recorded 512 MiB
    assert [(z.min, z.low, z.high, z.batch, z.pcp_high, z.threshold, z.protection) for z in zones] == expected


def test_v49_one_zone_keeps_5632_pages_free_for_huge_pages() -> None:
    assert boot.min_free_pages({"DMA": 120481}, thp=True) == 5632


def test_v50_two_zones_keep_11264_pages_free() -> None:
    assert boot.min_free_pages({"DMA": 763220, "Normal": 47562}, thp=True) == 11264


def test_a_guest_of_300_mib_has_the_marks_that_its_kernel_reported() -> None:
    """A 6.19 guest without transparent huge pages: below 512 MiB the kernel leaves them off."""
    zones = boot.zone_numbers({"DMA": 3840, "DMA32": 49819}, cpus=2)
    assert [(z.min, z.low, z.high) for z in zones] == [(33, 41, 49), (429, 536, 643)]


def test_a_scenario_of_that_guest_has_its_marks_too() -> None:
    """As it was handed in: DMA32 has 155 pages less than the guest managed, which costs its mark of 429 one page."""
    scenario = load_scenario(INPUTS / "b03.yaml")
    zones = boot.boot_numbers(load_layout(scenario.layout), OFF)
    assert [(zone.name, zone.min) for zone in zones] == [("DMA", 33), ("DMA32", 428)]


def test_huge_pages_raise_the_marks_from_512_mib_on() -> None:
    found = [boot.zone_numbers({"DMA": pages}, cpus=2)[0].min for pages in (131071, 131072)]
    assert found == [boot.min_free_pages({"DMA": 131071}, thp=False), 5632]


def test_v51_the_batch_of_47562_pages_is_15() -> None:
    assert boot.zone_batchsize(47562) == 15


def test_v52_the_per_cpu_lists_hold_412_pages_at_low_825() -> None:
    assert boot.zone_highsize(825, batch=15, cpus=2) == 412


@pytest.mark.parametrize(
    ("threshold", "value"),
    [
        (boot.stat_threshold(506208, 2), 20),
        (boot.pressure_threshold(7040, 5632, 2), 125),
        (boot.pressure_threshold(825, 660, 2), 82),
    ],
)
def test_v53_counter_thresholds(threshold: int, value: int) -> None:
    assert threshold == value


def test_mini_keeps_260_pages_and_wakes_kswapd_at_325() -> None:
    (zone,) = boot.boot_numbers(load_layout("mini"), RFC_V1)
    assert (zone.min, zone.low, zone.high, zone.managed) == (260, 325, 390, 16896)


@pytest.mark.parametrize(("policy", "managed"), [("off", 16896), ("rfc-v1", 16896), ("static", 16384)])
def test_only_the_carve_out_takes_tag_storage_from_the_allocator(policy: str, managed: int) -> None:
    (zone,) = boot.boot_numbers(load_layout("mini"), find_policy(policy))
    assert zone.managed == managed


def test_the_kernels_own_pages_are_not_managed() -> None:
    dma32, normal = boot.boot_numbers(load_layout("fvp-v1"), OFF)
    assert (dma32.managed, normal.managed) == (523776 - 4096, 523776)


def test_a_small_machine_keeps_at_most_a_twentieth_free() -> None:
    first_high = boot.watermarks(259, 16896, 16896)[2]
    assert boot.min_free_pages({"DMA32": 16896}, thp=True) == (16896 - first_high) // 20
