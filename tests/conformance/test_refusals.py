"""Refusals as seen on a running kernel: rows 7 to 10 and 13 of tag-storage facts section 12, by their numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.core.state.consts import (
    E_ALLOC,
    E_COMPACT_TRY,
    E_DIRECT_RECLAIM,
    E_FREE,
    E_OOM_KILL,
    E_RELEASE,
    E_RESERVE,
    E_RETURN,
    EBUSY,
    EINTR,
    PRIO_ASYNC,
    PRIO_SYNC_LIGHT,
)
from sim.core.state.state import OOM_FIELDS
from sim.machine import Machine
from sim.scenario.scenario import load_scenario
from tests.conformance.machines import UNKILLABLE, events, free, lend, processes, program, refs, reserved, result
from tests.core.scenarios import DRAIN, MINI_TAGS, alloc, free_page, leave
from tests.core.scenarios import free as free_block

Run = Callable[[dict[str, Any]], Machine]
PIN = {"do": "pin", "pfn": MINI_TAGS}


def one_pin(*last: dict[str, Any], **adj: int) -> dict[str, Any]:
    """Tag page 0 is pinned; free is the order-5 block whose tags belong there, and most of memory in larger blocks."""
    fill = [alloc("anon", 5, 32, "other"), alloc("anon", 9, 28, "browser"), alloc("anon", 5, 32, "browser")]
    room = [leave("browser"), free_page(0x80000), DRAIN]
    steps = [*fill, alloc("anon", 0, 1, "worker"), PIN, *room, *last]
    return program(*steps, processes=processes(**({"other": UNKILLABLE, "worker": UNKILLABLE} | adj)))


def test_row_7_alone_on_its_list_the_same_page_is_refused_again_and_again(run: Run) -> None:
    refused = events(run(one_pin(alloc("tagged"))), E_RETURN)
    assert len(refused) == 20
    assert {(row[2], row[4]) for row in refused} == {(refused[0][2], 1)}  # the merged page, alone on its list


def test_row_7_order_9_with_a_second_block_the_next_pass_takes_that_one(run: Run) -> None:
    room = (free_page(0x80800), free_page(0x80400), free_page(0x80000), DRAIN)
    machine = run(program(*lend(1), PIN, *room, alloc("tagged", 9)))
    assert (len(events(machine, E_RETURN)), result(machine)) == (1, 0x80400)


def test_row_7a_one_pinned_page_is_enough(run: Run) -> None:
    machine = run(one_pin(DRAIN))
    orders = [order for order, pfns in free(machine, "M").items() if pfns]
    assert orders[0] == 5
    assert max(orders) == 10
    assert machine.counters()["nr_free_pages"] > 15_000
    killed = run(one_pin(alloc("anon", 9, 1, "one"), DRAIN, alloc("tagged"))).snapshot().ooms
    assert [oom.victim for oom in killed] == ["one", "server"]


def test_row_7a_the_shipped_scenario_shows_it() -> None:
    machine = Machine(load_scenario("spurious-oom"))
    machine.step(machine.length)
    machine.check()
    assert reserved(machine)[1] == 20
    assert machine.counters()["oom_kill"] == 1


def refusals_at_kills(machine: Machine) -> list[int]:
    """How often the request had been refused at each kill."""
    kills = len(events(machine, E_OOM_KILL))
    return [int(row[8]) for row in machine.arrays["oom"].reshape(-1, OOM_FIELDS)[:kills]]


def test_row_8_20_passes_before_the_first_kill_and_18_before_each_further_one(run: Run) -> None:
    victims = (alloc("anon", 9, 2, "one"), alloc("anon", 9, 1, "two"), DRAIN)
    machine = run(one_pin(*victims, alloc("tagged"), server=UNKILLABLE))
    assert refusals_at_kills(machine) == [20, 38]
    assert (reserved(machine)[1], result(machine)) == (56, -1)  # nobody is left to be killed


def test_row_8_a_refused_request_above_order_3_makes_seven_passes_and_kills_nobody(run: Run) -> None:
    """As phase tagged-all-pinned shows it at 20.904 s: fast, slow, compaction (nothing to do), the loop, reclaim that
    answers 1 because compaction is ready, again with empty per-CPU lists, compaction once more.
    """
    machine = run(one_pin(alloc("tagged", 5)))
    assert (len(events(machine, E_RETURN)), machine.counters()["oom_kill"], result(machine)) == (7, 0, -1)
    assert [row[3] for row in events(machine, E_COMPACT_TRY)] == [PRIO_ASYNC, PRIO_SYNC_LIGHT]
    assert [row[2] for row in events(machine, E_DIRECT_RECLAIM)] == [1]


def test_row_9_the_killed_requester_gets_one_page_without_storage(run: Run) -> None:
    machine = run(one_pin(alloc("anon", 9, 1), DRAIN, alloc("tagged")))
    assert events(machine, E_RESERVE)[-1][-1] == EINTR
    assert reserved(machine) == (0, 21, 0)
    given = events(machine, E_ALLOC)[-1][0]
    assert [row[4] for row in events(machine, E_RELEASE) if row[0] == given] == [-1]  # freed as "not reserved"


@pytest.mark.parametrize("k", [0, 1, 5, 15])
def test_row_10_a_rollback_after_k_of_16_counts_k_taken_one_failed_none_freed(run: Run, k: int) -> None:
    room = (free_page(0x80400), free_page(0x80000), free_block("anon", 1, "browser"), DRAIN)
    pin = {"do": "pin", "pfn": MINI_TAGS + k}
    machine = run(program(*lend(k + 1), pin, *room, alloc("tagged", 9)))
    assert events(machine, E_RESERVE)[0][-1] == EBUSY
    assert reserved(machine) == (k + 16, 1, 0)
    assert refs(machine) == [33] * 16


def test_row_13_a_refused_attempt_is_neither_allocated_nor_freed(boot: Callable[..., Machine]) -> None:
    nobody = {"server": UNKILLABLE, "one": UNKILLABLE, "two": UNKILLABLE}
    machine = boot(one_pin(alloc("tagged"), **nobody))
    machine.step(machine.length - 1)
    before = {kind: len(events(machine, kind)) for kind in (E_RETURN, E_ALLOC, E_FREE)}
    machine.step()
    after = {kind: len(events(machine, kind)) - count for kind, count in before.items()}
    assert after == {E_RETURN: 20, E_ALLOC: 1, E_FREE: 0}  # the one mm_page_alloc is that of the failure
