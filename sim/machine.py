"""A machine that runs one scenario: step it, go back in it, look at it.

One thread at a time. `step` is the primitive; seeking is stepping from boot, or from a copy of the state that was kept
on the way, with the same bytes at every op.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.indices import D_OOMS, D_OP
from sim.errors import ScenarioError
from sim.explain.machine import Explanations
from sim.look.inspect import BlockView, Pair, ProcessPages
from sim.look.lens import Lens
from sim.run.assemble import assemble
from sim.run.checkpoints import Checkpoints, copy_of, digest_of, restore
from sim.run.drive import Drive, plan_of
from sim.run.geometry import Geometry, geometry_of
from sim.run.history import History
from sim.run.invariants import check_machine
from sim.run.snapshot import PageView, Snapshot
from sim.run.touched import Touched
from sim.scenario.layout import Layout, load_layout
from sim.scenario.poke import until
from sim.scenario.scenario import Scenario


class Machine:
    """A booted machine at some op of its scenario."""

    def __init__(self, scenario: Scenario, keep: bool = False) -> None:
        """Boot; `keep` copies of the state on the way, to go back fast. Raises ScenarioError when it is impossible."""
        self.scenario: Scenario = scenario
        self.layout: Layout = load_layout(scenario.layout)
        self.geometry: Geometry = geometry_of(self.layout)
        self.arrays, self._whole, self._state = assemble(scenario, self.layout)
        self._checkpoints = Checkpoints(copy_of(self._whole), keep)
        names = [("kernel", 0), *((process.name, process.pid) for process in scenario.processes)]
        self._drive = Drive(self.arrays, self._state, plan_of(scenario, self.layout))
        self.history: History = History(self._checkpoints, self.layout, names, self._drive.plan)
        self.explanations: Explanations = Explanations(self._checkpoints, self.layout, scenario)
        self._lens = Lens(self.arrays, scenario, self.layout, self.geometry)

    @property
    def length(self) -> int:
        """Op at which the run ends."""
        return self.scenario.length

    @property
    def op(self) -> int:
        """How many ops have run."""
        return int(self.arrays["dim"][D_OP])

    @property
    def nbytes(self) -> int:
        """Bytes of the whole state."""
        return sum(array.nbytes for array in self._whole.values())

    @property
    def ended(self) -> bool:
        """Whether the program is over."""
        return self.op >= self.length

    def step(self, n: int = 1) -> int:
        """Run up to `n` ops with the GIL released; returns how many ran."""
        done = 0
        while done < n:
            piece = self._checkpoints.room(self.op, n - done)
            ran = self._drive.run(piece)
            self._checkpoints.keep(self.op, self._whole)
            done += ran
            if ran < piece:
                break
        return done

    def step_until_oom(self, n: int) -> tuple[int, bool]:
        """Run up to `n` ops, but not past an OOM kill; returns how many ran, and whether the last of them killed."""
        before = self.arrays["dim"][D_OOMS]
        ran = self._drive.run_until_oom(n)
        return ran, bool(self.arrays["dim"][D_OOMS] != before)

    def amend(self, scenario: Scenario) -> None:
        """Go on to another future: the same scenario with other commands from this op on. Nothing runs.

        Raises ScenarioError if that is not so: what has happened cannot be changed.
        """
        same = scenario.model_copy(update={"commands": ()}) == self.scenario.model_copy(update={"commands": ()})
        if not same or until(scenario.commands, self.op) != until(self.scenario.commands, self.op):
            raise ScenarioError(f"commands: op {self.op}: what came before it cannot be changed")
        self.scenario = scenario
        self._drive.plan = self.history.plan = plan_of(scenario, self.layout)
        self.explanations.scenario = scenario
        self._checkpoints.forget_after(self.op)

    @property
    def outcomes(self) -> tuple[int, ...]:
        """What each op of the last command came to, as the core says it."""
        return tuple(self._drive.outcomes)

    def reset(self) -> None:
        """Back to op 0: the arrays as they were after boot."""
        restore(self._whole, self._checkpoints.before(0))

    def seek(self, op: int) -> None:
        """Go to an op, back or forward. Raises ScenarioError outside 0..length."""
        if not 0 <= op <= self.length:
            raise ScenarioError(f"op: {op} is not in 0..{self.length}")
        if op < self.op:
            restore(self._whole, self._checkpoints.before(op))
        self.step(op - self.op)

    def digest(self) -> str:
        """32 hex digits, BLAKE2b-128 of the whole state."""
        return digest_of(self._whole)

    def counters(self) -> dict[str, int]:
        """Counters by their names in /proc/vmstat."""
        return self._lens.counters()

    def snapshot(self) -> Snapshot:
        """Everything a screen needs, frozen."""
        return self._lens.snapshot(self.scenario)

    def page(self, pfn: int) -> PageView:
        """One page. Raises ScenarioError where there is no memory."""
        return self._lens.page(pfn)

    def pair(self, view: PageView) -> Pair | None:
        """The data pages round a page and the tag pages that serve them; None outside every region."""
        return self._lens.pair(view)

    def block(self, pfn: int) -> BlockView:
        """The pageblock of a pfn. Raises ScenarioError where there is no memory."""
        return self._lens.block(pfn)

    def process(self, pid: int) -> ProcessPages:
        """Where a process's memory lies. Raises ScenarioError when none has this pid."""
        return self._lens.process(pid)

    def touched(self, pfn: int, head: int | None = None) -> Touched:
        """Since when a page is what it is, and the ops before and after this one with an event that touched it.

        The next one is looked for up to the op `head`, by default the end of the scenario. Raises ScenarioError.
        """
        return self.history.touched(pfn, self.op, self.length if head is None else head)

    def pages(self, start_pfn: int, end_pfn: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Kind (0x80 set when pinned) and pid of the owner of every pfn of the range; holes where no memory is."""
        return self._lens.pages(start_pfn, end_pfn)

    def layer_pages(self, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
        """Class of every pfn of the range in a layer of the map (sim.look.layers), 0xff where no memory is."""
        return self._lens.layer_pages(layer, start_pfn, end_pfn)

    def layer_rows(self, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
        """[rows of 32 pages, classes of the layer] pages by class."""
        return self._lens.layer_rows(layer, start_pfn, end_pfn)

    def check(self) -> None:
        """Raises BrokenInvariant with the first thing that does not hold."""
        check_machine(self.arrays, self.layout, self.scenario.rules)
