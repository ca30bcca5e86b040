"""Runs a machine through its program, and through the commands that a person gave on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sim.core.jit.builds import at_once, renewed
from sim.core.run import program
from sim.core.state.consts import S_EXIT
from sim.core.state.indices import D_OOMS, D_OP, D_TOUCHED
from sim.core.state.state import State
from sim.kernel import knobs
from sim.policies import DEFAULT, Policy
from sim.scenario.layout import Layout
from sim.scenario.poke import Command, Kill, Knob, end_of
from sim.scenario.program import step_rows
from sim.scenario.scenario import Scenario

Arrays = dict[str, NDArray[Any]]
Row = tuple[int, ...]
NOTHING: Row = (0, 0, 0, 0, 1, 0)


@dataclass(frozen=True, slots=True)
class Due:
    """One command as the core knows it: a row an op."""

    command: Command
    rows: tuple[Row, ...]

    @property
    def at(self) -> int:
        """The op after which it happens."""
        return self.command.at

    @property
    def end(self) -> int:
        """The op at which it is done."""
        return end_of(self.command)


@dataclass(frozen=True, slots=True)
class Plan:
    """The commands of a scenario, in order. Nothing of them is in the state of a machine before they happen."""

    due: tuple[Due, ...]
    layout: Layout
    rules: Policy = DEFAULT  # without commands nobody asks for them

    def next(self, op: int) -> Due | None:
        """The first command that is not done at this op."""
        return next((due for due in self.due if due.end > op), None)


def plan_of(scenario: Scenario, layout: Layout) -> Plan:
    """What a machine of this scenario will be told."""
    numbers: dict[str | None, int] = {process.name: n for n, process in enumerate(scenario.processes, start=1)}
    due = (Due(command, tuple(_rows(command, numbers, layout))) for command in scenario.commands)
    return Plan(tuple(due), layout, scenario.rules)


def _rows(command: Command, numbers: dict[str | None, int], layout: Layout) -> list[Row]:
    if isinstance(command, Knob):
        return [NOTHING]
    if isinstance(command, Kill):
        return [(S_EXIT, numbers[command.process], 0, 0, 1, 0)]
    rows = step_rows(command, numbers, layout)
    return rows if len(rows) > 1 else rows * rows[0][4]


class Drive:
    """One state, and how to run it."""

    def __init__(self, arrays: Arrays, state: State, plan: Plan) -> None:
        self.arrays = arrays
        self.state = state
        self.plan = plan
        self.outcomes: list[int] = []  # of the command at work or done last, an entry an op

    def run(self, ops: int) -> int:
        """Up to `ops` ops; returns how many ran."""
        return self._through(program.run, ops, None)

    def run_until_oom(self, ops: int) -> int:
        """As `run`, but ends after the first op with an OOM kill."""
        return self._through(program.run_until_oom, ops, D_OOMS)

    def run_until_touched(self, ops: int) -> int:
        """As `run`, but ends after the first op with an event that is watched."""
        return self._through(program.run_until_touched, ops, D_TOUCHED)

    def _through(self, run: Callable[[State, int], int], ops: int, watched: int | None) -> int:
        dim = self.arrays["dim"]
        before = None if watched is None else int(dim[watched])
        done = 0
        while done < ops and (watched is None or dim[watched] == before):
            self.state = renewed(self.state, self.arrays)
            op = int(dim[D_OP])
            due = self.plan.next(op)
            if due is not None and due.at <= op:
                done += self._command(due, op - due.at)
                continue
            piece = min(ops - done, at_once(self.state), ops if due is None else due.at - op)
            ran = run(self.state, piece)
            done += ran
            if ran < piece:
                break
        return done

    def _command(self, due: Due, unit: int) -> int:
        """One op of a command."""
        command = due.command
        if isinstance(command, Knob):
            knobs.turn(self.arrays, command.name, command.value, self.plan.layout, self.plan.rules)
        step, process, what, order, _, argument = due.rows[unit]
        result = program.run_command(self.state, step, process, what, order, argument)
        self.outcomes = [*(self.outcomes if unit else ()), result]
        return 1
