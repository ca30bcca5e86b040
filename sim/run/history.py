"""When something touched a page, exactly: a second machine runs with a watch in its core, from a copy of the state.

It shares nothing that changes with the machine on screen, so it may run in another thread meanwhile.
"""

import threading
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from sim.core.jit.builds import make_state
from sim.core.state.arrays import views
from sim.core.state.consts import (
    E_ALLOC,
    E_EXIT,
    E_EXTFRAG,
    E_MIGRATE,
    E_OOM_KILL,
    E_PIN,
    E_REFUSED,
    E_RELEASE,
    E_RESERVE,
    E_RETURN,
    EVENT_FIELDS,
    NO_PAGE,
)
from sim.core.state.indices import D_CHANGED, D_EVENTS, D_TOUCHED, D_WATCH, D_WATCHED
from sim.core.state.state import EVENT_ROWS
from sim.errors import ScenarioError
from sim.kernel.kernel_trace import decode
from sim.run.checkpoints import Checkpoint, Checkpoints, copy_of, digest_of, restore
from sim.run.drive import Drive, Plan
from sim.run.figures import figures
from sim.run.snapshot import Event
from sim.run.touched import Direction, Found, Kind, Touched
from sim.scenario.layout import Layout

ALL = (1 << 16) - 1
WATCH: dict[Kind, int] = {
    "any": ALL,
    "alloc": 1 << E_ALLOC,
    "reserve": 1 << E_RESERVE,
    "refusal": 1 << E_RETURN | 1 << E_REFUSED,
    "release": 1 << E_RELEASE,
    "migrate": 1 << E_MIGRATE,
    "steal": 1 << E_EXTFRAG,
    "oom": 1 << E_OOM_KILL,
    "pin": 1 << E_PIN,
    "exit": 1 << E_EXIT,
}


class History:
    """The past of one scenario, from the copies of the state that its machine keeps: at least the one at boot."""

    def __init__(
        self, checkpoints: Checkpoints, layout: Layout, names: list[tuple[str, int]], plan: Plan | None = None
    ) -> None:
        self._checkpoints = checkpoints
        self.plan = plan or Plan((), layout)  # may change while somebody asks: the answer is that of either future
        self._layout = layout
        self._names = names
        self._lock = threading.Lock()
        self._watcher: Watcher | None = None  # its arrays are written over, never allocated again

    def touched(self, pfn: int, op: int, head: int) -> Touched:
        """What touched a page before and after `op`, up to the op `head`. Raises ScenarioError without memory there."""
        page = self._page(pfn)
        with self._lock:
            seen, start = self._begin(ALL, page, op - 1)
            seen.run(op - 1 - start)
            previous = seen.last
            seen.run(min(op, 1))
            since = seen.changed
            following = seen.run_until_touched(head - op)
            for earlier in self._earlier(ALL, page, start):
                previous = previous or earlier.last
                since = since or earlier.changed
                if previous and since:
                    break
        return Touched(since, previous, following)

    def find(self, kind: Kind, op: int, direction: Direction, head: int, pfn: int | None = None) -> Found | None:
        """The nearest op before or after `op` with an event of a kind, at a page if one is given."""
        page = -1 if pfn is None else self._page(pfn)
        with self._lock:
            if direction == "next":
                found = self._next(WATCH[kind], page, op, head)
            else:
                ran = self._earlier(WATCH[kind], page, op - 1)
                found = next((earlier.last for earlier in ran if earlier.last), None)
            return None if found is None else Found(found, self._events(found))

    def digests(self, ops: tuple[int, ...]) -> list[str]:
        """The digest of the machine at each of these ops, which ascend."""
        return self.trail(ops)[0]

    def trail(self, ops: tuple[int, ...]) -> tuple[list[str], dict[str, int]]:
        """The digest at each of these ops, which ascend, and the key figures at the last of them."""
        said: list[str] = []
        with self._lock:
            seen, at = self._begin(0, -1, ops[0] if ops else 0)
            for op in ops:
                seen.run(op - at)
                said.append(seen.digest())
                at = op
            return said, seen.figures()

    def _next(self, events: int, page: int, op: int, head: int) -> int | None:
        seen, start = self._begin(events, page, op)
        seen.run(op - start)
        return seen.run_until_touched(head - op)

    def _events(self, op: int) -> tuple[Event, ...]:
        seen, start = self._begin(0, -1, op)
        seen.run(op - start)
        return seen.events(op, self._layout, self._names)

    def _earlier(self, events: int, page: int, end: int) -> "Iterator[Watcher]":
        """The watcher, run up to `end`, then up to where it began, and so on down to boot, each time over more ops."""
        steps = 1
        while end > 0:
            starts = [op for op in self._checkpoints.ops if op < end]
            seen, start = self._begin(events, page, starts[-min(steps, len(starts))])
            seen.run(end - start)
            yield seen
            end, steps = start, steps * 2

    def _page(self, pfn: int) -> int:
        page = self._layout.page_of(pfn)
        if page == NO_PAGE:
            raise ScenarioError(f"pfn: {pfn:#x}: there is no memory here")
        return page

    def _begin(self, events: int, page: int, op: int) -> "tuple[Watcher, int]":
        """The watcher at the newest copy that is not past `op`, and the op of that copy."""
        copy = self._checkpoints.before(max(op, 0))
        if self._watcher is None:
            self._watcher = Watcher(copy_of(copy.whole), self._layout)
        self._watcher.begin(copy, events, page, self.plan)
        return self._watcher, copy.op


class Watcher:
    """A machine that runs forward only and remembers when it last saw what it watches."""

    def __init__(self, whole: dict[str, NDArray[Any]], layout: Layout) -> None:
        self._whole = whole
        self._arrays = views(whole, layout.total_pages)
        self._drive = Drive(self._arrays, make_state(self._arrays), Plan((), layout))
        self.dim = self._arrays["dim"]

    def begin(self, copy: Checkpoint, events: int, page: int, plan: Plan | None = None) -> None:
        """Stand where a copy was taken, and watch these events (bits), at a page unless it is -1."""
        restore(self._whole, copy)
        self._drive.plan = plan or self._drive.plan
        self.dim[D_WATCH], self.dim[D_WATCHED] = events, page + 1

    @property
    def last(self) -> int | None:
        """The last op that had it."""
        return int(self.dim[D_TOUCHED]) or None

    @property
    def changed(self) -> int:
        """The last op since it began that changed what the page is, 0 if none did."""
        return int(self.dim[D_CHANGED])

    def digest(self) -> str:
        """That of the machine on screen at this op, while nothing is watched."""
        return digest_of(self._whole)

    def figures(self) -> dict[str, int]:
        """The key figures at the op it stands at."""
        return figures(self._arrays)

    def run(self, ops: int) -> None:
        """Run on."""
        if ops > 0:
            self._drive.run(ops)

    def run_until_touched(self, ops: int) -> int | None:
        """Run on to the next op that has it, `ops` at most; None if none has."""
        before = self.last
        if ops > 0:
            self._drive.run_until_touched(ops)
        return self.last if self.last != before else None

    def events(self, op: int, layout: Layout, names: list[tuple[str, int]]) -> tuple[Event, ...]:
        """The events of the op it stands at."""
        total = int(self.dim[D_EVENTS])
        ring = self._arrays["ev"].reshape(-1, EVENT_FIELDS)
        rows = (ring[n % EVENT_ROWS].tolist() for n in range(max(0, total - EVENT_ROWS), total))
        return tuple(decode(row, layout, names) for row in rows if row[0] == op)
