"""What a presenter does to a running machine, and what comes of it. Runs in the worker's thread, but for the models."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.runs.recipe import Recipe
from app.runs.run import Run
from sim.errors import ScenarioError
from sim.machine import Machine
from sim.policies import choices
from sim.scenario.poke import Command, command_of, end_of, ops_taken, until, written
from sim.words.commands import outcome

FIELDS = ("do", "pfn", "process", "what", "order", "count", "every", "from", "ops", "name", "value")
Number = int | str | None


class Step(BaseModel):
    """A step of a command, without the op: what it needs depends on `do`. Numbers may be hexadecimal texts."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    do: str | None = Field(None, description="alloc, free, pin, unpin, free_page, drain, compact, exit, kill or knob")
    pfn: Number = Field(None, description="a page, for pin, unpin and free_page")
    process: str | None = Field(None, description="name of a process of the scenario")
    what: str | None = Field(None, description="class of memory, for alloc and free")
    order: Number = Field(None, description="for alloc, 0 if left out")
    count: Number = Field(None, description="blocks, an op each; 1 if left out")
    every: Number = Field(None, description="pages from one block to the next, for free_page")
    which: str | None = Field(None, alias="from", description="newest or oldest, for free")
    ops: Number = Field(None, description="how many ops a pin lasts; until it is unpinned if left out")
    name: str | None = Field(None, description="the knob: reserve_tries or min_free_kbytes")
    value: Number = Field(None, description="what the knob is turned to")

    def fields(self) -> dict[str, Any]:
        """What was given of a step."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        return {key: value for key, value in given.items() if key in FIELDS}

    def at(self, op: int) -> Command:
        """The command at an op. Raises ScenarioError."""
        if self.do is None:
            raise ScenarioError("do: missing")
        return command_of(self.fields() | {"at": op})


class ForkBody(Step):
    """What is different in a run of one's own: nothing need be."""

    op: int | None = Field(None, ge=0, le=10**12, description="op to fork at, by default that of the run")
    policy: str | None = Field(None, description=choices())
    seed: int | None = Field(None, description="1 to 2147483646")

    def recipe(self, run: Run, here: int) -> Recipe:
        """The run's past up to an op, what is different, and no future. Raises ScenarioError."""
        op = here if self.op is None else self.op
        kept = list(until(run.scenario.commands, op))
        if self.fields():
            kept.append(self.at(op))
            op = end_of(kept[-1])
        changed = {"policy": self.policy or run.recipe.policy, "seed": self.seed or run.recipe.seed}
        return run.recipe.model_copy(update=changed | {"commands": [written(command) for command in kept], "op": op})


@dataclass(frozen=True, slots=True)
class Did:
    """What a command did."""

    op: int  # it happened after this op
    ops: int  # and took so many
    done: bool  # False: it changed nothing, `words` say why
    words: str
    command: str  # as it stands in links
    dropped: int  # recorded ops that were forgotten


def poke(run: Run, machine: Machine, step: Step) -> Did:
    """Give a command at the op where the machine is. What was to come after it is forgotten. Raises ScenarioError."""
    op, head = machine.op, run.worker.moment.recorded.op
    command = step.at(op)
    before = machine.page(command.pfn) if getattr(command, "pfn", None) is not None else None  # type: ignore[union-attr]
    rewrite(run, machine, [*until(run.scenario.commands, op), command])
    machine.step(ops_taken(command))
    done, words = outcome(command, machine.outcomes, before, machine.layout)
    return Did(op, ops_taken(command), done, words, written(command), max(0, head - op))


def forget(run: Run, machine: Machine) -> None:
    """The commands that were to come are forgotten."""
    kept = until(run.scenario.commands, machine.op)
    if kept != run.scenario.commands:
        rewrite(run, machine, list(kept))


def rewrite(run: Run, machine: Machine, commands: list[Command]) -> None:
    """Give the run other commands from this op on: in its machine, its scenario and its recipe."""
    try:
        scenario = run.scenario.with_commands(commands)
    except ScenarioError as error:
        raise ScenarioError(str(error).removeprefix(f"commands[{len(commands) - 1}].")) from None
    machine.amend(scenario)
    run.scenario = scenario
    run.recipe = run.recipe.model_copy(update={"commands": [written(command) for command in commands]})
