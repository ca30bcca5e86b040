"""Copies of the state: going back is faster with them, and nothing else is different."""

import pytest

from sim.machine import Machine
from sim.run.checkpoints import BUDGET, MOST, Checkpoints
from sim.scenario.scenario import load_scenario

OPS = 6_000


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that has come to OPS, with a copy every so often."""
    monkeypatch.setattr("sim.run.checkpoints.APART", 500)
    machine = Machine(load_scenario("quiet-mix"), keep=True)
    machine.seek(OPS)
    return machine


@pytest.mark.parametrize("op", [0, 1, 499, 500, 501, 3_777, OPS - 1])
def test_going_back_to_a_copy_gives_the_same_bytes_as_from_boot(kept: Machine, op: int) -> None:
    plain = Machine(kept.scenario)
    plain.seek(op)

    kept.seek(op)

    assert kept.digest() == plain.digest()


def test_the_copies_are_few_and_spread_over_the_whole_run(kept: Machine) -> None:
    ops = kept._checkpoints.ops
    gaps = [after - before for before, after in zip(ops, (*ops[1:], OPS), strict=True)]

    assert ops[0] == 0
    assert len(ops) <= MOST + 1
    assert max(gaps) <= OPS // 3


def test_a_machine_that_went_back_keeps_its_copies_and_takes_none_twice(kept: Machine) -> None:
    before = kept._checkpoints.ops

    kept.seek(100)
    kept.seek(OPS)

    assert kept._checkpoints.ops == before


def test_a_machine_that_is_not_to_keep_any_has_only_the_one_at_boot() -> None:
    machine = Machine(load_scenario("quiet-mix"))
    machine.seek(OPS)

    assert machine._checkpoints.ops == (0,)


def test_all_copies_of_a_large_machine_fit_in_the_budget() -> None:
    machine = Machine(load_scenario("busy-phone").with_changes({"layout": "phone-16g"}))

    copies = Checkpoints(machine._checkpoints.before(0).whole, keep=True)

    assert copies._most >= 1
    assert copies._most * machine.nbytes <= BUDGET
