"""A scenario: a question, a machine, who uses it, what happens, and a seed.

One YAML file each, in `sim/scenario/scenarios/`.
"""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator

from sim import policies
from sim.errors import ScenarioError
from sim.scenario.changes import apply_changes
from sim.scenario.costs import Costs
from sim.scenario.files import parse_mapping, read_mapping
from sim.scenario.layout import MISSING, Layout, load_layout, preset
from sim.scenario.poke import MOST as MOST_COMMANDS
from sim.scenario.poke import Command, ops_taken, validate_commands
from sim.scenario.program import Step, ops_of, program_array, validate_program
from sim.scenario.schema import Int, Model, Pfn, build, refuse, show
from sim.scenario.workload import MAX_PROCESSES, Process, pin_array, validate_processes, workload_array

if TYPE_CHECKING:
    PolicyName = str
else:
    PolicyName = Literal[policies.NAMES]
CHAPTERS = ("First principles", "When it fails", "In the wild")
LABELS = ("name", "question", "summary", "answer", "chapter")  # what a change may not touch


def _load(layout: Any) -> Any:
    if not isinstance(layout, str | dict | Layout):
        raise refuse("layout", layout, "must be a name or a mapping")
    try:
        return load_layout(layout)
    except ScenarioError as error:
        line = str(error)
        raise ScenarioError(line if line.startswith("layout:") else f"layout.{line}") from None


def _known(repair: dict[str, bool]) -> dict[str, bool]:
    for name, value in repair.items():
        if name not in policies.WEAK:
            raise refuse(
                f"repair.{show('', name)}", value, f"no such weak point (there are {', '.join(policies.WEAK)})"
            )
    return repair


Repair = Annotated[dict[str, StrictBool], AfterValidator(_known)]


class Place(Model):
    """Where the map of a new run looks. The page looks at the middle when the layout has no memory at `at`."""

    level: Literal["zone", "pageblock", "page"]
    at: Pfn


class Scenario(Model):
    """One scenario, complete and possible."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    question: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=120)] = ""  # one line of the answer, for lists
    answer: Annotated[str, Field(max_length=4000)] = ""  # what was observed
    chapter: Literal["First principles", "When it fails", "In the wild"] = "In the wild"
    layout: Annotated[Layout, BeforeValidator(_load)]
    policy: PolicyName = policies.DEFAULT.name
    repair: Repair = Field(default_factory=dict)  # weak points of the policy: true mends one
    seed: Annotated[Int, Field(ge=1, le=2147483646)] = 1
    speed: Annotated[Int, Field(ge=0, le=100_000_000)] = 20  # ops per second to start with; 0 = as fast as it goes
    look: Place | None = None  # nowhere: the whole machine
    costs: Costs = Costs()
    processes: Annotated[tuple[Process, ...], Field(max_length=MAX_PROCESSES)] = ()
    program: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10_000)]
    commands: Annotated[tuple[Command, ...], Field(max_length=MOST_COMMANDS)] = ()  # what a person does on the way

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if not self.rules.can_manage(region.block_pages for region in self.layout.regions):
            most = self.rules.most_block_pages
            raise refuse("policy", self.policy, f"cannot manage tag blocks of more than {most} page (block_size)")
        validate_processes(self.processes, self.layout.cpus)
        validate_program(self.program, self.processes, self.layout)
        validate_commands(self.commands, self.processes, self.layout, self.program_ops)
        return self

    @cached_property
    def program_ops(self) -> int:
        """Ops of the program alone."""
        return sum(ops_of(step) for step in self.program)

    @cached_property
    def length(self) -> int:
        """Op at which the run ends: the program, and the commands in between."""
        return self.program_ops + sum(ops_taken(command) for command in self.commands)

    @cached_property
    def rules(self) -> policies.Policy:
        """What the policy does, with what is mended: whoever has to know asks this, never the name."""
        return policies.find_policy(self.policy).mended(name for name, on in self.repair.items() if on)

    def program_array(self, layout: Layout | None = None) -> NDArray[np.int64]:
        """[step, field] for the core: step, process, class, order, count, argument (pages, not pfns)."""
        return program_array(self.program, self.processes, layout or self.layout)

    def workload_array(self) -> NDArray[np.int64]:
        """[process, class, field] for the core: weight, target, grow, thp, order, 0."""
        return workload_array(self.processes, self.layout.present_pages)

    def pin_array(self) -> NDArray[np.int64]:
        """[process, field] for the core: pins per 1000 ops, ops a pin lasts."""
        return pin_array(self.processes)

    def with_commands(self, commands: Sequence[Command]) -> "Scenario":
        """The same with other commands. Raises ScenarioError where they cannot be given."""
        return self.with_changes({"commands": [c.model_dump(by_alias=True, exclude_none=True) for c in commands]})

    def with_changes(self, changes: Mapping[str, object]) -> "Scenario":
        """The same with other settings: `policy`, `seed`, `layout.cpus`, `processes.server.pin.ops`, ...

        Raises ScenarioError for a setting that does not exist or a value that is not possible.
        """
        for key in changes:
            if key in LABELS:
                raise ScenarioError(f"{key}: belongs to the scenario and cannot be set")
        named = {key: preset(v) if key == "layout" and isinstance(v, str) else v for key, v in changes.items()}
        return make_scenario(apply_changes(self.model_dump(mode="json", by_alias=True, exclude_none=True), named))


def make_scenario(data: Mapping[str, object]) -> Scenario:
    """A scenario from a mapping. Raises ScenarioError with the first thing wrong."""
    return build(Scenario, dict(data), MISSING)


def load_scenario(source: str | Path) -> Scenario:
    """A shipped scenario by name, or one from a file by Path. Raises ScenarioError."""
    if isinstance(source, Path):
        return make_scenario(read_mapping(source))
    return make_scenario(parse_mapping(scenario_text(source), source))


def scenario_text(name: str) -> str:
    """The file of a shipped scenario, as it is."""
    if name not in list_scenarios():
        raise ScenarioError(f"scenario: {name[:60]!r}: no such scenario (there are {', '.join(list_scenarios())})")
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def list_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios, chapter by chapter."""
    files = {path.stem: parse_mapping(path.read_text(encoding="utf-8"), path.name) for path in _folder().glob("*.yaml")}
    return tuple(sorted(files, key=lambda name: (CHAPTERS.index(files[name]["chapter"]), name)))


def _folder() -> Path:
    return Path(str(resources.files("sim.scenario") / "scenarios"))
