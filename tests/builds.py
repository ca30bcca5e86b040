"""The three builds of the core side by side, in one process: a state says which of them runs."""

from collections.abc import Mapping

from sim.core.jit.builds import BUILDS, Build, using
from sim.machine import Machine
from sim.scenario.scenario import make_scenario

__all__ = ["BUILDS", "Build", "machine_of", "using"]


def machine_of(build: Build, scenario: Mapping[str, object]) -> Machine:
    """A machine of this build, booted."""
    with using(build):
        return Machine(make_scenario(scenario))
