"""Many pages at once: a process that ends gives back in batches, a bulk request takes from one per-CPU list."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.state.consts import E_ALLOC
from sim.core.state.indices import D_EVENTS
from sim.machine import Machine
from sim.scenario.scenario import make_scenario
from tests.core.driver import Driver
from tests.core.scenarios import alloc, free, leave, scenario
from tests.core.states import machine_state, twin_state
from tests.core.test_twin import LAYOUTS

Run = Callable[[dict[str, Any]], Machine]


def bulk(pages: int, count: int = 1, process: str = "p") -> dict[str, Any]:
    """A step that asks for many single unmovable pages."""
    return alloc("unmovable", 0, count, process) | {"bulk": pages}


@pytest.mark.timeout(400)  # a failure is made smaller before it is shown
@pytest.mark.parametrize(("name", "policy", "examples"), [("mini", "rfc-v1", 25), ("two zones", "rfc-v1", 15)])
def test_batches_leave_core_and_twin_with_the_same_lists(name: str, policy: str, examples: int) -> None:
    codes = st.lists(st.integers(0, (1 << 24) - 1), min_size=40, max_size=60)

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(codes=codes, sizes=st.lists(st.integers(2, 300), min_size=5, max_size=5), room=st.integers(0, 24))
    def agree(codes: list[int], sizes: list[int], room: int) -> None:
        driver = Driver(LAYOUTS[name], policy)
        if room:
            driver.crowd(room, 3)
        for n, code in enumerate(codes):
            driver.request(code)
            if n % 10 == 0:
                driver.do(bulk(sizes[n // 10 % 5], 1 + n % 3, "pqr"[n % 3]))
        driver.request(3 | 255 << 4)
        for process in "qpr":
            driver.do(leave(process))
        expected = twin_state(driver.twin)
        machine = Machine(make_scenario(driver.scenario()))
        machine.step(machine.length)
        machine.check()
        found = machine_state(machine)
        for part, value in expected.items():
            assert found[part] == value, part

    agree()


def test_a_bulk_request_makes_no_mm_page_alloc(run: Run) -> None:
    machine = run(scenario(program=[bulk(100)]))
    assert machine.snapshot().processes[0].unmovable == 100
    assert all(event.name != "mm_page_alloc" for event in machine.snapshot().events)


def test_a_bulk_request_leaves_free_factor_alone(run: Run) -> None:
    drains = [alloc("slab", 0, 800), free("slab", 800)]
    before = run(scenario(program=drains)).arrays["pcp_factor"].tolist()
    assert max(before) > 1
    assert run(scenario(program=[*drains, bulk(40)])).arrays["pcp_factor"].tolist() == before
    assert run(scenario(program=[*drains, alloc("unmovable")])).arrays["pcp_factor"].tolist() != before


def test_a_bulk_request_that_would_go_below_the_low_mark_gets_one_page(run: Run) -> None:
    full = [alloc("anon", 9, 30), bulk(1000)]
    machine = run(scenario(program=full))
    assert machine.snapshot().processes[0].unmovable == 1
    ring = machine.arrays["ev"].reshape(-1, 10)[: machine.arrays["dim"][D_EVENTS]]
    assert ring[-1, 1] == E_ALLOC


def test_a_process_that_ends_leaves_its_newest_page_at_the_head_of_the_list(run: Run) -> None:
    ends = run(scenario(processes=[{"name": "p", "pid": 1}, {"name": "q", "pid": 2}],
                        program=[alloc("anon", 0, 5), leave(), alloc("anon", 0, 1, "q")]))  # fmt: skip
    first = run(scenario(program=[alloc("anon", 0, 5)]))
    newest = int(first.arrays["req"][3])
    assert int(ends.arrays["req"][3]) == newest
