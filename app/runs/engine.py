"""The simulator as the service sees it."""

from typing import Protocol

from sim import __version__
from sim.machine import Machine
from sim.scenario.scenario import Scenario

NAME = f"Carveout {__version__}"


class Engine(Protocol):
    """Makes machines."""

    def boot(self, scenario: Scenario) -> Machine: ...


class CoreEngine:
    """The core of `sim.core`, in the best build that there is."""

    def boot(self, scenario: Scenario) -> Machine:
        """A machine at op 0. Raises ScenarioError."""
        return Machine(scenario, keep=True)
