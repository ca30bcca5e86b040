"""The steps of a decision path, from the shipped scenarios, without a browser."""

from collections.abc import Callable

import pytest

from sim.core.state import consts as c
from sim.errors import ScenarioError
from sim.explain import steps as s
from sim.explain.explained import Explained, Request, WhatIf
from sim.explain.fold import fold
from sim.machine import Machine
from sim.policies import DEFAULT, NAMES, POLICIES
from tests.support import busy_phone_oom

Boot = Callable[..., Machine]


def main_of(explained: Explained) -> Request:
    assert explained.main is not None
    return explained.main


def kinds(steps: tuple[s.Step, ...]) -> list[str]:
    return [type(step).__name__ for step in steps]


def test_the_first_tagged_page_takes_the_shortest_way(boot: Boot) -> None:
    main = main_of(boot("first-tagged-page").explanations.of(1))
    assert kinds(main.path) == ["Ask", "Zone", "Take", "Reserve", "Got"]


def test_a_zone_says_what_was_free_and_what_of_it_does_not_count(boot: Boot) -> None:
    zone = main_of(boot("first-tagged-page").explanations.of(1)).all(s.Zone)[0]
    assert isinstance(zone, s.Zone)
    test = zone.test
    assert (test.free, test.metadata, test.usable, test.which, test.ok) == (
        16896,
        512,
        16384,
        "low",
        True,
    )


def test_a_take_says_which_list_gave_and_every_order_of_it(boot: Boot) -> None:
    take = main_of(boot("first-tagged-page").explanations.of(1)).all(s.Take)[0]
    assert isinstance(take, s.Take)
    assert (take.source, take.counts, take.listed) == ((c.MOVABLE, 10), (0,) * 10 + (16,), False)


@pytest.mark.parametrize(("op", "refs", "taken"), [(1, 0, 1), (2, 3, 0), (32, 33, 0)])
def test_a_reservation_says_whether_the_tag_page_was_reserved_already(
    boot: Boot, op: int, refs: int, taken: int
) -> None:
    reserve = main_of(boot("first-tagged-page").explanations.of(op)).all(s.Reserve)[0]
    assert isinstance(reserve, s.Reserve)
    assert (reserve.blocks[0].refs, reserve.taken) == (refs, taken)


def test_the_path_to_a_spurious_oom_has_twenty_refusals_of_one_pinned_page(boot: Boot) -> None:
    main = main_of(boot("spurious-oom").explanations.of(42))
    refused = [step for step in main.path if isinstance(step, s.Reserve) and step.ret == c.EBUSY]
    assert {(step.page, step.tries, step.failed_at.pinned if step.failed_at else -1) for step in refused} == {
        (0, 5, 16384)
    }
    assert len(refused) == 20


def test_a_long_path_is_folded(boot: Boot) -> None:
    main = main_of(boot("spurious-oom").explanations.of(42))
    (again,) = [step for step in main.told if isinstance(step, s.Again)]
    assert (again.times, again.pages, again.refusals) == (16, 1, 16)
    assert len(main.told) < 40 < len(main.path)


def test_nothing_is_lost_by_folding(boot: Boot) -> None:
    main = main_of(boot("spurious-oom").explanations.of(42))
    again = next(step for step in main.told if isinstance(step, s.Again))
    assert len(main.told) - 1 + again.times * again.steps == len(main.path)


def test_a_path_without_repeats_is_told_as_it_is() -> None:
    path = (s.Slow(1), s.Last(2), s.Got(3, -1, 0))
    assert fold(path) == path


def test_the_oom_of_the_busy_phone_is_closed_tag_storage_not_a_pin(boot: Boot) -> None:
    main = main_of(boot("busy-phone").explanations.of(busy_phone_oom()))
    (oom,) = main.all(s.Oom)
    short = [step for step in main.path if isinstance(step, s.Zone) and not step.ok]
    assert isinstance(oom, s.Oom)
    assert oom.metadata > 6000
    assert any(step.test.usable + step.test.metadata > step.test.needed for step in short)


def test_costs_only_rise_and_end_at_what_the_histogram_counts(boot: Boot) -> None:
    machine = boot("spurious-oom")
    path = main_of(machine.explanations.of(42)).path
    costs = [step.cost for step in path]
    assert costs == sorted(costs)
    machine.seek(42)
    assert costs[-1] == max(row.most for row in machine.snapshot().costs)


def what_ifs(machine: Machine, op: int) -> dict[str, WhatIf]:
    return {one.policy or one.change: one for one in machine.explanations.of(op).what_ifs}


def test_without_the_pin_one_page_moves_and_nobody_is_killed(boot: Boot) -> None:
    end = what_ifs(boot("spurious-oom"), 42)["unpin"].outcome
    assert end is not None
    assert (end.pfn, end.moved, end.kills, end.refusals) == (0x80000, 1, 0, 0)


def test_what_would_have_been_is_what_is_when_the_step_is_in_the_program(boot: Boot) -> None:
    machine = boot("spurious-oom")
    program = [step.model_dump(by_alias=True) for step in machine.scenario.program]
    changed = boot("spurious-oom", program=[*program[:-1], {"do": "unpin", "pfn": 0x84000}, program[-1]])
    changed.seek(43)
    end = what_ifs(machine, 42)["unpin"].outcome
    assert end is not None
    assert changed.page(0x80000).owner == "server"
    assert end.moved == changed.counters()["pgmigrate_success"] == 1


def test_another_block_of_the_same_zone_would_have_served_it(boot: Boot) -> None:
    end = what_ifs(boot("spurious-oom"), 42)["other-block"].outcome
    assert end is not None
    assert (end.pfn, end.refusals, end.reserved) == (0x80200, 0, 1)


def under(machine: Machine, op: int, policy: str) -> WhatIf:
    return machine.explanations.under(machine.explanations.of(op), policy)


@pytest.mark.parametrize("policy", [policy.name for policy in POLICIES if not policy.lends])
def test_another_policy_is_run_from_boot(boot: Boot, policy: str) -> None:
    told = under(boot("spurious-oom"), 42, policy)
    machine = boot("spurious-oom", policy=policy)
    machine.seek(42)
    assert told.outcome is not None
    assert machine.page(told.outcome.pfn).owner == "server"


def test_another_policy_may_ask_for_something_else_there(boot: Boot) -> None:
    told = under(boot("busy-phone"), busy_phone_oom(), "static")
    assert (told.outcome, told.asked) == (None, False)


def test_no_other_policy_is_run_before_somebody_asks(boot: Boot) -> None:
    machine = boot("spurious-oom")
    assert list(what_ifs(machine, 42)) == ["unpin", "empty", "other-block"]
    assert machine.explanations.other_policies == tuple(name for name in NAMES if name != DEFAULT.name)


@pytest.mark.parametrize(("op", "policy"), [(42, "rfc-v1"), (42, "no-such"), (39, "static")])
def test_a_policy_that_cannot_be_asked_is_refused(boot: Boot, op: int, policy: str) -> None:
    with pytest.raises(ScenarioError, match=r"^policy: "):
        under(boot("spurious-oom"), op, policy)


def test_an_op_that_asked_for_nothing_has_no_request_but_events(boot: Boot) -> None:
    explained = boot("spurious-oom").explanations.of(39)
    assert (explained.main, [event.name for event in explained.events]) == (None, ["metadata_pin"])


@pytest.mark.parametrize("op", [0, 43])
def test_an_op_that_the_scenario_does_not_have_is_refused(boot: Boot, op: int) -> None:
    with pytest.raises(ScenarioError, match="must be 1 to 42"):
        boot("spurious-oom").explanations.of(op)
