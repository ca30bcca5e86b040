"""The decisions of the core: written only when asked for, the same in every build, and true to the events."""

from functools import cache
from typing import Any

import pytest

from sim.core.state.consts import E_RESERVE, E_RETURN, EVENT_FIELDS
from sim.core.state.indices import D_EXPLAIN
from tests.builds import BUILDS, Build, machine_of, using
from tests.core.conftest import Boot
from tests.core.scenarios import under_pressure

OPS = range(3000, 9000, 250)


@cache
def paths(build: Build) -> dict[int, str]:
    """op -> every step of every request, as text."""
    machine = machine_of(build, under_pressure())
    with using(build):  # the second machine too
        return {op: repr(machine.explanations.of(op, what_ifs=False).requests) for op in OPS}


@pytest.mark.timeout(400)  # the first to ask for the checked build compiles it
@pytest.mark.parametrize("build", BUILDS[1:])
def test_every_build_decides_for_the_same_reasons(build: Build) -> None:
    assert paths(build) == paths("compiled")


def test_a_normal_machine_writes_no_decisions(boot: Boot) -> None:
    machine = boot(under_pressure())
    machine.step(9000)
    assert (len(machine.arrays["why"]), machine.arrays["dim"][D_EXPLAIN]) == (0, 0)


def test_to_explain_an_op_changes_nothing_in_the_machine_on_screen(boot: Boot) -> None:
    machine = boot(under_pressure())
    machine.step(9000)
    before = machine.digest()
    machine.explanations.of(6000)
    assert machine.digest() == before


def reserved(machine: Any, op: int) -> tuple[list[tuple[int, ...]], int]:
    """From the event ring: (page, taken, tries, ret) of each reservation of an op, and how many pages went back."""
    machine.seek(op)
    ring = machine.arrays["ev"].reshape(-1, EVENT_FIELDS)
    rows = [row for row in ring.tolist() if row[0] == op]
    made = sorted((row[3], row[7], row[8], row[9]) for row in rows if row[1] == E_RESERVE)
    return made, sum(row[1] == E_RETURN for row in rows)


def test_the_reservations_of_a_path_are_those_of_the_events(boot: Boot) -> None:
    from sim.explain.steps import Back, Reserve

    machine = boot(under_pressure())
    found = 0
    for op in OPS:
        steps = [step for request in machine.explanations.of(op, what_ifs=False).requests for step in request.path]
        made = sorted((s.page, s.taken, s.tries, s.ret) for s in steps if isinstance(s, Reserve))
        backs = sum(isinstance(step, Back) for step in steps)
        assert (made, backs) == reserved(machine, op)
        found += len(made)
    assert found
