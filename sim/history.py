"""When something touched a page, exactly: a second machine runs from boot with a watch in its core.

It shares nothing that changes with the machine on screen, so it may run in another thread meanwhile.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from numpy.typing import NDArray

from sim.core import program
from sim.core.build import make_state
from sim.core.consts import (
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
from sim.core.state import D_CHANGED, D_EVENTS, D_TOUCHED, D_WATCH, D_WATCHED, EVENT_ROWS, views
from sim.errors import ScenarioError
from sim.kernel_trace import decode
from sim.layout import Layout
from sim.snapshot import Event

Kind = Literal["any", "reserve", "refusal", "release", "migrate", "steal", "oom", "pin", "exit"]
Direction = Literal["next", "previous"]
ALL = (1 << 16) - 1
WATCH: dict[Kind, int] = {
    "any": ALL,
    "reserve": 1 << E_RESERVE,
    "refusal": 1 << E_RETURN | 1 << E_REFUSED,
    "release": 1 << E_RELEASE,
    "migrate": 1 << E_MIGRATE,
    "steal": 1 << E_EXTFRAG,
    "oom": 1 << E_OOM_KILL,
    "pin": 1 << E_PIN,
    "exit": 1 << E_EXIT,
}
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Touched:
    """What touched a page, seen from one op."""

    since: int  # op at which the page became what it is, 0: since boot
    previous: int | None  # last op before this one with an event that touched the page
    next: int | None  # first op after this one with such an event, as far as the run was recorded


@dataclass(frozen=True, slots=True)
class Found:
    """An op with a wanted event, and the events of that op that are still known, oldest first."""

    op: int
    events: tuple[Event, ...]


class History:
    """The past of one scenario, from the arrays of a machine that has just booted."""

    def __init__(self, booted: dict[str, NDArray[Any]], layout: Layout, names: list[tuple[str, int]]) -> None:
        self._booted = booted
        self._layout = layout
        self._names = names

    def touched(self, pfn: int, op: int, head: int) -> Touched:
        """What touched a page before and after `op`, up to the op `head`. Raises ScenarioError without memory there."""
        seen = self._watch(ALL, pfn)
        seen.run(op - 1)
        previous = seen.last
        seen.run(min(op, 1))
        since = int(seen.dim[D_CHANGED])
        return Touched(since, previous, seen.run_until_touched(head - op))

    def find(self, kind: Kind, op: int, direction: Direction, head: int, pfn: int | None = None) -> Found | None:
        """The nearest op before or after `op` with an event of a kind, at a page if one is given."""
        seen = self._watch(WATCH[kind], pfn)
        if direction == "next":
            seen.run(op)
            found = seen.run_until_touched(head - op)
        else:
            seen.run(op - 1)
            found = seen.last
            if found is not None:
                seen = self._watch(WATCH[kind], pfn)
                seen.run(found)
        return None if found is None else Found(found, seen.events(found, self._layout, self._names))

    def _watch(self, events: int, pfn: int | None) -> "Watcher":
        page = -1 if pfn is None else self._layout.page_of(pfn)
        if pfn is not None and page == NO_PAGE:
            raise ScenarioError(f"pfn: {pfn:#x}: there is no memory here")
        return Watcher({name: array.copy() for name, array in self._booted.items()}, self._layout, events, page)


class Watcher:
    """A machine that runs forward only and remembers when it last saw what it watches."""

    def __init__(self, whole: dict[str, NDArray[Any]], layout: Layout, events: int, page: int) -> None:
        self._arrays = views(whole, layout.total_pages)
        self._state = make_state(self._arrays)
        self.dim = self._arrays["dim"]
        self.dim[D_WATCH], self.dim[D_WATCHED] = events, page + 1

    @property
    def last(self) -> int | None:
        """The last op that had it."""
        return int(self.dim[D_TOUCHED]) or None

    def run(self, ops: int) -> None:
        """Run on."""
        if ops > 0:
            program.run(self._state, ops)

    def run_until_touched(self, ops: int) -> int | None:
        """Run on to the next op that has it, `ops` at most; None if none has."""
        before = self.last
        if ops > 0:
            program.run_until_touched(self._state, ops)
        return self.last if self.last != before else None

    def events(self, op: int, layout: Layout, names: list[tuple[str, int]]) -> tuple[Event, ...]:
        """The events of the op it stands at."""
        total = int(self.dim[D_EVENTS])
        ring = self._arrays["ev"].reshape(-1, EVENT_FIELDS)
        rows = (ring[n % EVENT_ROWS].tolist() for n in range(max(0, total - EVENT_ROWS), total))
        return tuple(decode(row, layout, names) for row in rows if row[0] == op)
