"""The core against its slow twin: random requests, every list in order."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.machine import Machine
from sim.policies import POLICIES
from sim.scenario.scenario import make_scenario
from tests.core.driver import Driver
from tests.core.states import State, machine_state, twin_state

MINI = {"zone": "DMA32", "start_pfn": 0x80000, "pages": 16896}
NORMAL = {"zone": "Normal", "start_pfn": 0x100000, "pages": 16896}


def region(start: int, pageblocks: int = 1, block_size: int = 0x1000) -> dict[str, int]:
    """Data from `start` on and its tag storage behind it."""
    tags = 512 * pageblocks
    return {
        "data_start": start,
        "data_pages": 32 * tags,
        "tag_start": start + 32 * tags,
        "tag_pages": tags,
        "block_size": block_size,
    }


def layout(banks: list[dict[str, Any]], regions: list[dict[str, int]]) -> dict[str, Any]:
    """A small machine."""
    return {"name": "small", "cpus": 2, "min_free_kbytes": 1040 * len(banks), "banks": banks, "regions": regions}


WIDE = {"zone": "DMA32", "start_pfn": 0x80000, "pages": 4 * 16896}
LAYOUTS = {
    "mini": layout([MINI], [region(0x80000)]),
    "pairs": layout([MINI], [region(0x80000, block_size=0x2000)]),
    "apart": layout([MINI | {"pages": 17408}], [region(0x80000) | {"tag_start": 0x84200}]),  # a pageblock outside
    "two zones": layout([MINI, NORMAL], [region(0x80000), region(0x100000)]),
    "wide": layout([WIDE], [region(0x80000, pageblocks=4)]),
}


def compare(driver: Driver, codes: list[int]) -> None:
    """Run the same requests in the twin and in the core; look half way and at the end."""
    goals: list[tuple[int, State]] = []
    for n, code in enumerate(codes, start=1):
        driver.request(code)
        if n in {len(codes) // 2, len(codes)}:
            goals.append((driver.ops, twin_state(driver.twin)))
    machine = Machine(make_scenario(driver.scenario()))
    for op, expected in goals:
        machine.seek(op)
        machine.check()
        found = machine_state(machine)
        for part, value in expected.items():
            assert found[part] == value, f"{part} after op {op}"


def block_pages(layout: dict[str, Any]) -> list[int]:
    """Pages of a tag block, by region."""
    return [region["block_size"] // 4096 for region in layout["regions"]]


BOOTED = [(name, one.name) for name in LAYOUTS for one in POLICIES if one.can_manage(block_pages(LAYOUTS[name]))]


@pytest.mark.parametrize(("name", "policy"), BOOTED)
def test_a_machine_that_has_just_booted_equals_its_twin(name: str, policy: str) -> None:
    compare(Driver(LAYOUTS[name], policy), [0, 0])


@pytest.mark.timeout(400)  # a failure is made smaller before it is shown
@pytest.mark.parametrize(
    ("name", "policy", "examples"),
    [
        ("mini", "rfc-v1", 60),
        ("pairs", "rfc-v1", 40),
        ("apart", "rfc-v1", 25),
        ("mini", "a0", 25),
        ("apart", "a0", 10),
        ("mini", "static", 10),
        ("pairs", "static", 10),
        ("two zones", "off", 10),
        ("wide", "off", 10),
        ("two zones", "rfc-v1", 40),
        ("wide", "rfc-v1", 20),
    ],
)
def test_random_requests_leave_core_and_twin_with_the_same_lists(name: str, policy: str, examples: int) -> None:
    codes = st.lists(st.integers(0, (1 << 24) - 1), min_size=250, max_size=300)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(codes=codes, cache=st.sampled_from([False, False, True]), room=st.integers(0, 24), pins=st.integers(0, 6))
    def agree(codes: list[int], cache: bool, room: int, pins: int) -> None:
        driver = Driver(LAYOUTS[name], policy, cache)
        if room:
            driver.crowd(room, 0 if cache else pins)
        compare(driver, codes)

    agree()
