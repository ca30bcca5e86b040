"""/proc files of a recorded kernel, from the machine that its dump describes, taken back to when the file was read.

Counters that a dump does not hold are left out; a recorded simulation holds all of them.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import KINDS
from sim.core.state.indices import D_KSWAPD
from sim.core.state.state import COUNT_STRIDE
from sim.errors import ScenarioError
from sim.kernel.procfs import proc_file
from sim.look.counts import zone_view
from sim.replay.build import Recorded, layout_of
from sim.replay.columns import CPU, PAGE
from sim.replay.dump import Dump, read_dump
from sim.replay.instants import find_places, instants
from sim.replay.log import cma_range
from sim.replay.prepare import to_pages
from sim.replay.reading import reading
from sim.replay.requests import kswapd_awake
from sim.replay.rewind import rewind
from sim.replay.trace import Trace, find_trace, read_trace
from sim.replay.types import guess_types
from sim.run.snapshot import ZoneView

Rows = NDArray[np.int64]
NO_ROWS = np.zeros((0, 10), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ProcView:
    """As much of a snapshot as /proc needs."""

    zones: tuple[ZoneView, ...]
    counters: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """What `zone_view` looks at."""

    arrays: dict[str, np.ndarray]
    layout: object
    count: np.ndarray


class RecordedFiles:
    """The /proc files of a run folder. Without a trace in it they are those of the dumps themselves."""

    def __init__(self, folder: Path) -> None:
        """The trace is read when a file is asked for."""
        self.folder = folder
        self._views: dict[tuple[str, int], ProcView] = {}

    @cached_property
    def trace(self) -> Trace | None:
        """The trace, if the folder has one."""
        path = find_trace(self.folder)
        return read_trace(path) if path else None

    def text(self, snapshot: str, name: str) -> str:
        """One file. Raises ScenarioError for a snapshot or file there is not."""
        dump = read_dump(self._find(snapshot))
        at, done = self._rows(dump, name)
        key = dump.name, at
        if key not in self._views:
            rows = self.trace.rows if self.trace else NO_ROWS
            self._views[key] = proc_view(self.folder, rewind(dump, rows[at:done]), rows, at)
        return proc_file(self._views[key], name)

    def _find(self, snapshot: str) -> Path:
        with reading("run", self.folder / "snapshots"):
            paths = sorted((self.folder / "snapshots").iterdir())
        found = [path for path in paths if snapshot in (path.name, path.name.split("-")[0])]
        if not found:
            raise ScenarioError(f"until: {snapshot[:60]!r}: no such snapshot in {self.folder}")
        return found[0]

    def _rows(self, dump: Dump, name: str) -> tuple[int, int]:
        """Row at which the file was read, and row at which the dump had surely been taken."""
        if self.trace is None:
            return 0, 0
        packed = (self.folder / "snapshots" / dump.name / "dump.gz").exists()
        _, done = find_places(self.trace, packed).get(dump.name, (0, 0))
        return min(instants(self.trace).get((dump.name, name), done), done), done


def recorded_file(folder: Path, snapshot: str, name: str) -> str:
    """One file as the kernel of a run folder printed it at a snapshot."""
    return RecordedFiles(folder).text(snapshot, name)


def proc_view(folder: Path, dump: Dump, rows: Rows, at: int) -> ProcView:
    """The machine of a dump, as /proc sees it. `rows`: the trace (pfns); the dump is its state before row `at`."""
    layout = layout_of(dump, folder, 1 + int(rows[:, CPU].max(initial=0)))
    machine = Recorded(layout, np.zeros((2, 10), dtype=np.int64))
    later = rows[at:].copy()
    later[:, PAGE] = to_pages(later[:, PAGE], layout)
    later = later[later[:, PAGE] >= 0]
    machine.fill(dump, None if dump.sure else guess_types(dump, layout, cma_range(folder), later))
    machine.arrays["dim"][D_KSWAPD] = kswapd_awake(rows[:at])
    return machine_view(machine, dump.counters)


def machine_view(machine: Recorded, counters: dict[str, int] | None = None) -> ProcView:
    """A machine that came from a dump, as /proc sees it. How often kswapd failed no dump says.

    `counters`: what the dump says besides its lists.
    """
    found = (counters or {}) | _counters(machine)
    place = _Place(machine.arrays, machine.layout, machine.arrays["count"].reshape(-1, COUNT_STRIDE))
    none = np.zeros(KINDS, dtype=np.int64)
    views = (zone_view(place, z, name, none) for z, name in enumerate(machine.layout.zones))  # type: ignore[arg-type]
    has = "nr_free_metadata" in found
    return ProcView(tuple(replace(view, has_metadata=has, unreclaimable=None) for view in views), found)


def _counters(machine: Recorded) -> dict[str, int]:
    """By name in /proc/vmstat: what the lists say."""
    arrays = machine.arrays
    found = {"nr_free_pages": int(arrays["z_free"].sum()), "nr_free_cma": int(arrays["z_cma"].sum())}
    if machine.layout.regions:
        found["nr_free_metadata"] = int(arrays["z_meta"].sum())
    return found
