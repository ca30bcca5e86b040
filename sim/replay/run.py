"""A run folder, replayed window by window: from each dump to the next, and compared there."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.replay import replay_events, replay_fates, replay_requests
from sim.core.state import indices
from sim.errors import ScenarioError
from sim.replay.build import Recorded, layout_of
from sim.replay.compare import Comparison, compare, tag_refs
from sim.replay.dump import Dump, read_dump
from sim.replay.explain import explain_miss
from sim.replay.instants import find_places, snapshot_times
from sim.replay.log import cma_range
from sim.replay.prepare import prepare
from sim.replay.requests import begin_requests, prepare_requests, reservations_right
from sim.replay.trace import Trace, Unread, find_trace, read_trace
from sim.replay.types import guess_types
from sim.scenario.layout import Layout

MODES = ("events", "requests")
HINTS = "TDCI"


@dataclass(frozen=True, slots=True)
class Window:
    """What one window showed; `why` explains its first divergence, if any; `row` is where its second dump belongs."""

    start: str
    end: str
    counts: dict[str, int]
    compared: Comparison
    hints_used: dict[str, int]
    why: str
    row: int

    def view(self, tagged: bool) -> dict[str, Any]:
        """The fields of `carveout replay --json`."""
        c = self.compared
        names = ("allocs", "predicted", "drains", "drains_predicted")
        found: dict[str, Any] = {"from": self.start, "to": self.end} | {name: self.counts[name] for name in names}
        found |= {"free_blocks": c.free_blocks, "wrong_blocks": c.wrong_blocks}
        found |= {"lists": c.lists, "lists_right": c.lists_right, "wrong_pcp": c.wrong_pcp}
        if tagged:
            found |= {name: self.counts[name] for name in ("reservations", "reservations_right")}
            found |= {"tag_blocks": c.tag_blocks, "tag_blocks_right": c.tag_blocks_right}
        return found | {"hints_used": self.hints_used}


@dataclass(slots=True)
class Run:
    """A run folder, read: its trace made ready, its dumps, and the machine that is filled from them."""

    folder: Path
    dumps: list[Dump]
    trace: Trace
    layout: Layout
    machine: Recorded
    places: dict[str, tuple[int, int]]
    refreshed: dict[str, int]  # snapshot -> row at which the kernel had folded its per-CPU counters
    cma: tuple[int, int]
    mode: str
    unread: Unread
    refs: dict[int, int] = field(default_factory=dict)

    def sure_types(self, dump: Dump, row: int) -> NDArray[np.int8] | None:
        """None when the dump says the pageblock types, else a guess."""
        return None if dump.sure else guess_types(dump, self.layout, self.cma, self.trace.rows[row:])


def read_run(folder: Path, mode: str = "events", hints: str = "") -> Run:
    """Read a run folder, for one mode. Raises ScenarioError with what is missing."""
    path = find_trace(folder)
    if path is None or not (folder / "snapshots").is_dir():
        raise ScenarioError(f"run: {folder}: no trace.txt.gz or no snapshots in it")
    dumps = [read_dump(path) for path in sorted((folder / "snapshots").iterdir()) if has_dump(path)]
    if len(dumps) < 2:
        raise ScenarioError(f"run: {folder}: fewer than two dumps")
    raw = read_trace(path)
    layout = layout_of(dumps[0], folder, 1 + int(raw.rows[:, -1].max()))
    trace = prepare(raw, layout)
    if mode == "requests":
        trace = prepare_requests(trace, tag_pages(layout), hints)
    packed = (folder / "snapshots" / dumps[0].name / "dump.gz").exists()
    places = find_places(trace, packed)
    missing = [dump.name for dump in dumps if dump.name not in places]
    if missing:
        raise ScenarioError(f"trace: no marker says where dump {missing[0]} belongs")
    refreshed = snapshot_times(trace)
    machine = Recorded(layout, trace.rows)
    return Run(folder, dumps, trace, layout, machine, places, refreshed, cma_range(folder), mode, raw.unread)


def tag_pages(layout: Layout) -> tuple[int, int]:
    """Pages of tag storage [start, end)."""
    if not layout.regions:
        return 0, 0
    region = layout.regions[0]
    return layout.page_of(region.tag_start), layout.page_of(region.tag_end - 1) + 1


def has_dump(path: Path) -> bool:
    """Whether a snapshot folder holds an exact state."""
    return any((path / name).exists() for name in ("dump.gz", "state.json", "freelists.txt", "freelists.txt.gz"))


def replay(run: Run, hints: str, start: str | None, end: str | None) -> tuple[list[Window], float]:
    """The windows from one snapshot to another, and the seconds their replay took."""
    first, last = _find(run, start, 0), _find(run, end, len(run.dumps) - 1)
    if first >= last:
        raise ScenarioError(f"from: {run.dumps[first].name}: is not before {run.dumps[last].name}")
    if run.places[run.dumps[first].name][1] >= run.places[run.dumps[last].name][0]:
        raise ScenarioError(f"trace: no event between {run.dumps[first].name} and {run.dumps[last].name}")
    windows, seconds, row = [], 0.0, run.places[run.dumps[first].name][0]
    for a, b in zip(run.dumps[first:last], run.dumps[first + 1 : last + 1], strict=True):
        began = time.perf_counter()
        row, window = _window(run, a, b, row, hints)
        seconds += time.perf_counter() - began
        windows.append(window)
    return windows, seconds


def _find(run: Run, name: str | None, default: int) -> int:
    """A snapshot by its name, or by the number it starts with."""
    if name is None:
        return default
    found = [i for i, dump in enumerate(run.dumps) if name in (dump.name, dump.name.split("-")[0])]
    if not found:
        known = ", ".join(dump.name for dump in run.dumps)
        raise ScenarioError(f"snapshot: {name[:60]!r}: not one of {known}")
    return found[0]


def _window(run: Run, a: Dump, b: Dump, row: int, hints: str) -> tuple[int, Window]:
    """Replay one window; returns the row at which dump `b` belongs."""
    ready, done = run.places[b.name]
    begin(run, a, row, hints)
    if run.mode == "events":
        advance(run, row, done)
        begin(run, a, row, hints)  # once more: frees that found the lock taken are known only now
    advance(run, row, ready)
    end, compared, counts = ready, compare(run.machine, b), read_counts(run, row, ready)
    why = explain_miss(run, compared)
    if done > ready and not compared.exact:
        advance(run, ready, done)
        later = compare(run.machine, b)
        if len(later.wrong) <= len(compared.wrong):
            end, compared, counts = done, later, read_counts(run, row, done)
            why = explain_miss(run, later)
    run.refs = tag_refs(run.machine) if run.layout.regions else {}
    sums = run.machine.arrays["rp_sum"]
    used = {hint: int(sums[indices.RP_USED_T + i]) for i, hint in enumerate(HINTS) if hint in hints}
    return end, Window(a.name, b.name, counts, compared, used, why, end)


def advance(run: Run, start: int, end: int) -> None:
    """Replay rows [start, end)."""
    mode = replay_events.replay_events if run.mode == "events" else replay_requests.replay_requests
    mode(run.machine.state, start, end)


def begin(run: Run, dump: Dump, row: int, hints: str) -> None:
    """The machine as it was at a dump, and what the trace says will happen to each page from there."""
    run.machine.fill(dump, run.sure_types(dump, row), run.refs)
    replay_fates.note_fates(run.machine.state, row, len(run.trace.rows))
    if run.mode == "requests":
        run.machine.arrays["rp_page"][:] = 0
        begin_requests(run.machine, run.refreshed.get(dump.name, row), row, hints)


COUNTS = {
    "allocs": indices.RP_ALLOCS,
    "predicted": indices.RP_PREDICTED,
    "drains": indices.RP_DRAINS,
    "drains_predicted": indices.RP_DRAINS_RIGHT,
    "reservations": indices.RP_RESERVES,
    "reservations_right": indices.RP_RESERVES_RIGHT,
    "failed": indices.RP_FAILED,
    "failed_ours": indices.RP_FAILED_OURS,
}


def read_counts(run: Run, start: int, end: int) -> dict[str, int]:
    """What the replay of these rows counted, by name."""
    counts = {name: int(run.machine.arrays["rp_sum"][index]) for name, index in COUNTS.items()}
    if run.mode == "requests" and run.layout.regions:
        told, right = reservations_right(run.machine, run.trace.rows[start:end])
        counts |= {"reservations": told, "reservations_right": right}
    return counts
