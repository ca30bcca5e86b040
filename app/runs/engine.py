"""The simulator as the service sees it. The only place that loads the compiled core, and only once it is warm."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.runs.worker import Simulated
from sim import __version__
from sim.scenario.scenario import Scenario

NAME = f"Carveout {__version__}"


class Machine(Simulated, Protocol):
    """The part of `sim.machine.Machine` that the service uses."""

    geometry: Any
    layout: Any
    history: Any
    explanations: Any

    @property
    def came_to(self) -> tuple[int, ...]: ...

    def amend(self, scenario: Scenario) -> None: ...
    def counters(self) -> Mapping[str, int]: ...
    def page(self, pfn: int) -> Any: ...
    def pages(self, start_pfn: int, end_pfn: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]: ...
    def pair(self, view: Any) -> Any: ...
    def block(self, pfn: int) -> Any: ...
    def process(self, pid: int) -> Any: ...
    def rows(self, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]: ...


class Engine(Protocol):
    """Makes machines."""

    def is_warm(self) -> bool: ...
    def load(self) -> object: ...
    def boot(self, scenario: Scenario) -> Machine: ...


class CompiledEngine:
    """The core of `sim.core`."""

    def is_warm(self) -> bool:
        """Whether loading needs no compiler."""
        from sim.core.jit.build import is_warm

        return is_warm()

    def load(self) -> object:
        """Import the core from its cache: 0.3 to 0.8 s."""
        from sim import machine

        return machine

    def boot(self, scenario: Scenario) -> Machine:
        """A machine at op 0. Raises ScenarioError."""
        from sim.machine import Machine as Compiled

        return Compiled(scenario, keep=True)
