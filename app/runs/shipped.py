"""The shipped scenarios. A name is all that comes in from outside: never a path."""

from functools import cache

from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario, scenario_text


@cache
def load(name: str) -> Scenario:
    """The scenario of this name. Raises ScenarioError naming those there are."""
    known = names()
    if name not in known:
        raise ScenarioError(f"scenario: {name[:80]!r} is not one of {', '.join(known)}")
    return load_scenario(name)


@cache
def names() -> tuple[str, ...]:
    """All names, in the order of the gallery."""
    return tuple(list_scenarios())


@cache
def text(name: str) -> str:
    """The file of this scenario, as shipped."""
    return scenario_text(name)
