"""The second machine: it stands at the op before, runs one op with the explain flag on, and again with one change."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.alloc import request
from sim.core.hooks import why
from sim.core.jit.builds import make_state
from sim.core.page import process
from sim.core.state import consts as c
from sim.core.state.arrays import views
from sim.core.state.indices import D_EVENTS, D_EXPLAIN, D_OP, D_WATCH
from sim.core.state.state import EVENT_ROWS, WHY_FIELDS, WHY_ROWS, State
from sim.errors import ScenarioError
from sim.explain.changes import Change, changes_of, find_free, hold_back
from sim.explain.explained import Explained, Request, WhatIf, ZoneNow
from sim.explain.outcome import outcome_of, same_request
from sim.explain.read import read
from sim.kernel.kernel_trace import decode
from sim.kernel.trace_row import Names
from sim.policies import POLICIES
from sim.run.assemble import assemble
from sim.run.checkpoints import Checkpoints, Whole, copy_of
from sim.run.drive import Drive, Plan, plan_of
from sim.run.snapshot import Event
from sim.scenario.layout import Layout
from sim.scenario.scenario import Scenario

UNHEARD = 1 << 62  # a bit of D_WATCH that no event has: the core tells every event, and watches none
MOST_OPS = 3_000_000  # another policy is run from boot: not for later ops than this


class Second:
    """A machine of its own over these arrays, written over as it runs."""

    def __init__(self, whole: Whole, layout: Layout, plan: Plan) -> None:
        self.whole = whole
        self.arrays = views(whole | {"why": np.zeros(WHY_ROWS * WHY_FIELDS, np.int64)}, layout.total_pages)
        self.state: State = make_state(self.arrays)
        self._drive = Drive(self.arrays, self.state, plan)
        self._layout = layout

    def run(self, ops: int) -> None:
        """Run on."""
        if ops > 0:
            self._drive.run(ops)

    def explain(self) -> tuple[tuple[Request, ...], int]:
        """Run one op; its requests, and how many rows did not fit."""
        self.arrays["dim"][[D_EXPLAIN, D_WATCH]] = 1, UNHEARD
        self._drive.run(1)
        why.settle(self.state)
        table: NDArray[Any] = self.arrays["why"].reshape(-1, WHY_FIELDS)
        return read(table.tolist(), self._layout.zones), int(table[0, why.H_LOST])

    def apply(self, change: Change) -> bool:
        """Change the one thing; False if it cannot be changed."""
        if change.what == "other-block":
            return hold_back(self.arrays, change.page)
        if change.what == "unpin":
            return bool(process.unpin(self.state, change.page))
        for page in change.pages:
            request.release(self.state, change.process, page)
        return all(find_free(self.arrays, page) != c.NO_PAGE for page in change.pages)

    def events(self, names: Names) -> tuple[Event, ...]:
        """The events of the op it stands at, as many as the ring holds."""
        dim, ring = self.arrays["dim"], self.arrays["ev"].reshape(-1, c.EVENT_FIELDS)
        total, op = int(dim[D_EVENTS]), int(dim[D_OP])
        rows = (ring[n % EVENT_ROWS].tolist() for n in range(max(0, total - EVENT_ROWS), total))
        return tuple(decode(row, self._layout, names) for row in rows if row[0] == op)

    def zones(self) -> tuple[ZoneNow, ...]:
        """Free memory of each zone."""
        free, meta = self.arrays["z_free"].tolist(), self.arrays["z_meta"].tolist()
        return tuple(ZoneNow(*zone) for zone in zip(self._layout.zones, free, meta, strict=True))


class Explanations:
    """The decision paths of one scenario, from the copies of the state that its machine keeps."""

    def __init__(self, checkpoints: Checkpoints, layout: Layout, scenario: Scenario) -> None:
        self._checkpoints = checkpoints
        self._layout = layout
        self.scenario = scenario  # may change while somebody asks: the answer is that of either future
        self.names: tuple[tuple[str, int], ...] = names_of(scenario)
        self._lock = threading.Lock()
        self._newest: tuple[Scenario, Explained] | None = None

    def of(self, op: int, what_ifs: bool = True) -> Explained:
        """What op `op` decided; with `what_ifs` also what else would have happened. Raises ScenarioError."""
        if not 1 <= op <= self.scenario.length:
            raise ScenarioError(f"op: {op}: must be 1 to {self.scenario.length}")
        with self._lock:
            if self._newest is not None and self._newest[0] is self.scenario:
                known = self._newest[1]
                if known.op == op and (known.what_ifs or not what_ifs):
                    return known
            self._newest = self.scenario, self._explain(op, what_ifs)
            return self._newest[1]

    @property
    def other_policies(self) -> tuple[str, ...]:
        """The policies that the scenario could be run under instead; without tag storage they are all the same."""
        sizes = [region.block_pages for region in self._layout.regions]
        others = [policy for policy in POLICIES if policy.name != self.scenario.policy and policy.can_manage(sizes)]
        return tuple(policy.name for policy in others) if sizes else ()

    def under(self, found: Explained, policy: str) -> WhatIf:
        """The request of this op under another policy, run from boot: seconds. Raises ScenarioError."""
        if policy not in self.other_policies:
            raise ScenarioError(f"policy: {policy[:80]!r} is not one of {', '.join(self.other_policies)}")
        if found.subject is None:
            raise ScenarioError(f"policy: op {found.op} asked for no page that another policy could serve")
        with self._lock:
            return self._under(policy, found.op, found.subject)

    def _explain(self, op: int, what_ifs: bool) -> Explained:
        copy = self._checkpoints.before(op - 1)
        second = Second(copy_of(copy.whole), self._layout, plan_of(self.scenario, self._layout))
        second.run(op - 1 - copy.op)
        before = copy_of(second.whole) if what_ifs else {}
        zones = second.zones()
        requests, lost = second.explain()
        found = Explained(op, requests, zones, (), lost, second.events(self.names))
        return replace(found, what_ifs=self._what_ifs(found, before)) if what_ifs and found.main else found

    def _what_ifs(self, found: Explained, before: Whole) -> tuple[WhatIf, ...]:
        main = found.subject
        assert main is not None
        ran = (self._changed(change, before, main) for change in changes_of(main))
        return tuple(what_if for what_if in ran if what_if is not None)

    def _changed(self, change: Change, before: Whole, main: Request) -> WhatIf | None:
        second = Second(copy_of(before), self._layout, plan_of(self.scenario, self._layout))
        if not second.apply(change):
            return None
        return self._what_if(second, change.what, self._layout.pfn_of(change.page), "", main)

    def _under(self, policy: str, op: int, main: Request) -> WhatIf:
        if op > MOST_OPS:
            return WhatIf("policy", -1, policy, None, f"not run: op {op:,} is too far from boot")
        scenario = self.scenario.with_changes({"policy": policy})
        _, whole, _ = assemble(scenario, self._layout)
        second = Second(whole, self._layout, plan_of(scenario, self._layout))
        second.run(op - 1)
        return self._what_if(second, "policy", -1, policy, main)

    def _what_if(self, second: Second, change: str, pfn: int, policy: str, main: Request) -> WhatIf:
        requests, _ = second.explain()
        there = next((one for one in reversed(requests) if same_request(one, main)), None)
        if there is None:
            return WhatIf(change, pfn, policy, None, asked=False)
        return WhatIf(change, pfn, policy, outcome_of(there, self._layout))


def names_of(scenario: Scenario) -> tuple[tuple[str, int], ...]:
    """Name and pid by number of the process; 0 is the kernel."""
    return (("kernel", 0), *((process.name, process.pid) for process in scenario.processes))
