"""Machines for the tests of the core, each checked from first to last page on the way out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.machine import Machine
from sim.scenario.scenario import make_scenario

Boot = Callable[[dict[str, Any]], Machine]


@pytest.fixture
def boot() -> Iterator[Boot]:
    """Boots machines. When the test is over every one of them must still be whole."""
    machines: list[Machine] = []

    def boot_one(scenario: dict[str, Any]) -> Machine:
        machines.append(Machine(make_scenario(scenario)))
        return machines[-1]

    yield boot_one
    for machine in machines:
        machine.check()


@pytest.fixture
def run(boot: Boot) -> Callable[[dict[str, Any]], Machine]:
    """Boots a machine and runs its program to the end."""

    def run_one(scenario: dict[str, Any]) -> Machine:
        machine = boot(scenario)
        machine.step(machine.length)
        return machine

    return run_one
