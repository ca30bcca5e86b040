"""Scenario spurious-oom: facts S6 as recorded in 12.7, 12.7a and 12.8."""

import re
from collections.abc import Callable

import pytest

from sim.core.state.consts import MOVABLE
from sim.machine import Machine
from sim.run.snapshot import Event

Boot = Callable[..., Machine]


@pytest.fixture
def ended(boot: Boot) -> Machine:
    machine = boot("spurious-oom")
    machine.seek(machine.length)
    return machine


def fields(event: Event) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", event.line))


def shown(machine: Machine, name: str) -> list[dict[str, str]]:
    return [fields(event) for event in machine.snapshot().events if event.name == name]


def test_more_than_nine_tenths_of_memory_is_free_at_the_oom(ended: Machine) -> None:
    snapshot = ended.snapshot()
    (oom,) = snapshot.ooms
    assert oom.free > 0.9 * snapshot.zones[0].managed


def test_exactly_one_page_is_pinned_before_the_oom(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(machine.length - 1)
    (pin,) = machine.snapshot().pins
    assert (pin.pfn, pin.in_tag_storage, pin.blocks_pfn, pin.blocks_pages) == (0x84000, True, 0x80000, 32)


def test_the_pinned_page_is_data_that_its_owner_got_from_tag_storage(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(machine.length - 1)
    view = machine.page(0x84000)
    assert (view.owner, view.in_tag_storage, view.pinned) == ("worker", True, True)


def test_the_oom_comes_after_exactly_20_refusals_of_one_page(ended: Machine) -> None:
    (oom,) = ended.snapshot().ooms
    assert (oom.refusals, oom.refused_pfn, oom.tag_pfn) == (20, 0x80000, 0x84000)
    assert ended.counters()["metadata_reserve_fail"] == 20


def test_each_refusal_puts_the_same_page_back_alone_on_its_list(ended: Machine) -> None:
    returns = shown(ended, "metadata_return")
    same = {"pfn": "0x80000", "order": "0", "merged_pfn": "0x80000", "merged_order": "5", "alone": "1", "is_tail": "1"}
    assert len(returns) >= 8  # as many as the newest 48 events hold
    assert all(values == same for values in returns)


def test_all_twenty_returns_are_in_the_ring_of_events(ended: Machine) -> None:
    from sim.core.state.consts import E_RETURN, EVENT_FIELDS

    rows = ended.arrays["ev"].reshape(-1, EVENT_FIELDS)
    returns = rows[rows[:, 1] == E_RETURN]
    assert [tuple(row) for row in returns[:, 3:9]] == [(0, 0, 0, 5, 1, 1)] * 20


def test_each_attempt_tries_five_times_before_it_gives_up(ended: Machine) -> None:
    failed = [values for values in shown(ended, "metadata_reserve") if values["ret"] != "0"]
    assert {(values["block"], values["tries"], values["ret"]) for values in failed} == {("0x84000", "5", "-16")}


def test_fifteen_larger_blocks_are_free_and_never_looked_at(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(machine.length - 1)
    free = machine.snapshot().zones[0].free_lists[MOVABLE]
    assert (free[5], free[10]) == (1, 15)
    assert free[:5].sum() == 0


def test_somebody_else_is_killed_and_the_request_is_served_with_the_refused_page(ended: Machine) -> None:
    (oom,) = ended.snapshot().ooms
    assert (oom.requester, oom.victim) == ("server", "worker")
    assert ended.page(oom.refused_pfn).owner == "server"


@pytest.mark.parametrize("policy", ["static", "off"])
def test_no_other_policy_runs_out_of_memory(boot: Boot, policy: str) -> None:
    machine = boot("spurious-oom", policy=policy)
    machine.seek(machine.length)
    assert machine.counters()["oom_kill"] == 0
