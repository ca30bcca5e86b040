"""/proc files of a machine built from a dump. Counters that a dump does not hold are left out."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.core.consts import KINDS
from sim.core.state import COUNT_STRIDE
from sim.errors import ScenarioError
from sim.look.counts import zone_view
from sim.procfs import proc_file
from sim.replay.build import Recorded, layout_of
from sim.replay.dump import Dump, read_dump
from sim.replay.types import cma_range, guess_types
from sim.snapshot import ZoneView


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


def recorded_file(folder: Path, snapshot: str, name: str) -> str:
    """One file as the machine of a dump would print it. Raises ScenarioError for a snapshot or file there is not."""
    paths = sorted((folder / "snapshots").iterdir())
    found = [path for path in paths if snapshot in (path.name, path.name.split("-")[0])]
    if not found:
        raise ScenarioError(f"until: {snapshot[:60]!r}: no such snapshot in {folder}")
    dump = read_dump(found[0])
    return proc_file(proc_view(folder, dump), name)


def proc_view(folder: Path, dump: Dump) -> ProcView:
    """The machine of a dump, as /proc sees it."""
    layout = layout_of(dump, folder, 1)
    machine = Recorded(layout, np.zeros((2, 10), dtype=np.int64))
    empty = np.zeros((0, 10), dtype=np.int64)
    machine.fill(dump, None if dump.sure else guess_types(dump, layout, cma_range(folder), empty))
    return ProcView(_zones(machine), _counters(machine))


def _zones(machine: Recorded) -> tuple[ZoneView, ...]:
    place = _Place(machine.arrays, machine.layout, machine.arrays["count"].reshape(-1, COUNT_STRIDE))
    none = np.zeros(KINDS, dtype=np.int64)
    views = (zone_view(place, z, name, none) for z, name in enumerate(machine.layout.zones))  # type: ignore[arg-type]
    has = bool(machine.layout.regions)
    return tuple(replace(view, has_metadata=has) for view in views)


def _counters(machine: Recorded) -> dict[str, int]:
    """By name in /proc/vmstat: what the lists say."""
    arrays = machine.arrays
    found = {"nr_free_pages": int(arrays["z_free"].sum()), "nr_free_cma": int(arrays["z_cma"].sum())}
    if machine.layout.regions:
        found["nr_free_metadata"] = int(arrays["z_meta"].sum())
    return found
