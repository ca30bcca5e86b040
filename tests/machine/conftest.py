"""Machines for tests: every one is checked whole on the way out."""

from collections.abc import Callable, Iterator

import pytest

from sim.machine import Machine
from sim.scenario.scenario import load_scenario

Boot = Callable[..., Machine]


@pytest.fixture
def boot() -> Iterator[Boot]:
    """`boot("mini-scenario", policy="off")`: a machine at op 0."""
    machines: list[Machine] = []

    def make(name: str, **changes: object) -> Machine:
        scenario = load_scenario(name)
        machines.append(Machine(scenario.with_changes(changes) if changes else scenario))
        return machines[-1]

    yield make
    for machine in machines:
        machine.check()
