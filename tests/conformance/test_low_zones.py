"""Requests that must lie low: __GFP_DMA and __GFP_DMA32 name the highest zone (page-allocator facts 3.1, 5.10)."""

from typing import Any

import pytest

from sim.core.alloc import freelist
from sim.kernel import gfp
from sim.machine import Machine
from sim.replay.trace import parse_trace
from sim.scenario.scenario import make_scenario
from tests.core.scenarios import alloc, scenario
from tests.core.test_twin import LAYOUTS


@pytest.mark.parametrize(
    ("flags", "zone"),
    [
        (gfp.KERNEL, 2),
        (gfp.KERNEL | gfp.DMA, 0),
        (gfp.KERNEL | gfp.DMA32, 1),
        (gfp.KERNEL | gfp.DMA | gfp.DMA32, 0),
        (gfp.HIGHUSER_MOVABLE, 3),
        (gfp.USER | 0x8, 2),
        (gfp.HIGHUSER_MOVABLE | gfp.DMA32, 1),
    ],
)
def test_the_highest_zone_is_named_by_the_gfp(flags: int, zone: int) -> None:
    assert freelist.highest_zone(None, flags) == zone


def two_zones(*steps: dict[str, Any]) -> Machine:
    """DMA32 below, Normal above, after these steps."""
    machine = Machine(make_scenario(scenario(layout=LAYOUTS["two zones"], program=list(steps))))
    machine.step(machine.length)
    machine.check()
    return machine


def zone_of_the_last(machine: Machine) -> int:
    """Zone of the page that the last request got; 9 if it got none."""
    page = int(machine.arrays["req"][3])
    return int(machine.arrays["pb_zone"][page // 512]) if page >= 0 else 9


def test_an_unmovable_request_comes_from_normal_and_one_for_dma32_from_below() -> None:
    assert zone_of_the_last(two_zones(alloc("unmovable"))) == 1
    assert zone_of_the_last(two_zones(alloc("unmovable") | {"zone": "DMA32"})) == 0


def test_the_gfp_of_the_event_names_the_zone_and_reads_back() -> None:
    (line,) = (event.line for event in two_zones(alloc("slab") | {"zone": "DMA32"}).snapshot().events[-1:])
    assert "GFP_DMA32" in line
    text = f"  p-1  [000] .....     0.000001: {line}\n".encode()
    assert parse_trace(text).rows[0, 4] & gfp.DMA32


def test_a_request_for_a_full_low_zone_fails_and_kills_nobody() -> None:
    machine = two_zones(alloc("slab", 0, 20_000) | {"zone": "DMA32"})
    assert zone_of_the_last(machine) == 9
    assert machine.counters()["oom_kill"] == 0
    assert machine.snapshot().processes[0].slab > 16_000
    assert machine.snapshot().zones[1].free > 16_000


def test_a_low_request_goes_deeper_than_one_that_could_have_gone_higher() -> None:
    """lowmem_reserve keeps the low zone for those who have no other."""
    machine = two_zones(alloc("slab", 0, 20_000) | {"zone": "DMA32"})
    zone = machine.snapshot().zones[0]
    assert zone.protection[2] > zone.protection[1] == 0
    assert zone.free - zone.free_metadata <= zone.min < zone.min + zone.protection[2]
