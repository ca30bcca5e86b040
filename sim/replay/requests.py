"""Requests mode: which rows of a trace are requests and when they start, and how far counters had drifted at a dump."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from sim.core.meanwhile import replay_frees as frees
from sim.core.replay import replay_requests as core
from sim.core.state import consts as c
from sim.core.state import indices as cell
from sim.core.state.gfp import GFP_RETRY_MAYFAIL, GFP_TAGGED
from sim.kernel.boot import pressure_threshold, stat_threshold
from sim.replay.build import Recorded
from sim.replay.columns import CPU, MT, ORDER, PAGE, PID, A, B, C, D
from sim.replay.marks import mark_memalloc, mark_overflows, mark_retries, mark_tagged, mark_victims
from sim.replay.prepare import insert
from sim.replay.trace import SECOND, Trace

Rows = NDArray[np.int64]
START = (c.T_LOCKED, c.T_RESERVE, c.T_ALLOC, c.T_FREE, c.T_RECLAIM_END)


class Requests:
    """Looks through the rows of every task for the first line of each request."""

    def __init__(self, rows: Rows, tags: tuple[int, int], hint_t: bool) -> None:
        """`tags`: pages of tag storage [start, end)."""
        self.rows, self.tags, self.hint_t = rows, tags, hint_t
        self.starts: list[tuple[int, int, bool]] = []  # (row of its first line, row of mm_page_alloc, a hint)
        self.locked: dict[int, dict[int, int]] = defaultdict(dict)  # pid -> page -> row that took it
        self.open: dict[int, int] = {}  # pid -> first line of a tagged request that is not answered
        self.reclaimed: dict[int, int] = {}  # pid -> row after a direct reclaim with progress
        self.inside: dict[int, list[int]] = defaultdict(list)  # pid -> its rows since then

    def find(self) -> None:
        """Fill `starts`, and mark the rows that a reservation of ours stands for."""
        for n in np.flatnonzero(np.isin(self.rows[:, 0], START)).tolist():
            self._row(n, int(self.rows[n, 0]), int(self.rows[n, PAGE]), int(self.rows[n, PID]))

    def _row(self, n: int, kind: int, page: int, pid: int) -> None:
        if kind == c.T_LOCKED:
            self.locked[pid][page] = n
        elif kind == c.T_RESERVE:
            if pid not in self.open:
                self.open[pid] = self.locked[pid].get(page, n)
        elif kind == c.T_ALLOC and pid in self.open and self.rows[n, A] & GFP_TAGGED:
            self._close(n, pid)
        elif kind == c.T_ALLOC and pid in self.reclaimed:
            self._close_reclaimed(n, pid)
        elif kind == c.T_ALLOC and self.hint_t and pid not in self.open and not self._is_target(n):
            self._moved(n, page, pid)
        elif kind == c.T_RECLAIM_END and pid not in self.open and self.rows[n, B] > 0 and self.rows[n, C] == 0:
            self.reclaimed[pid] = n + 1
        if kind in (c.T_ALLOC, c.T_FREE):
            self.inside[pid].append(n)

    def _is_target(self, n: int) -> bool:
        """Whether a request is for a place to move data to, out of tag storage."""
        gfp, mt = self.rows[n, A], self.rows[n, MT]
        return self.tags[1] > 0 and bool(gfp & GFP_RETRY_MAYFAIL) and mt == c.MOVABLE

    def _close(self, n: int, pid: int) -> None:
        start = self.open.pop(pid)
        self.starts.append((start, n, False))
        for row in self.inside.pop(pid, []):
            if row > start:
                self._mark(row)
        self.rows[n, B] = frees.OWN_LINE
        self.locked.pop(pid)

    def _close_reclaimed(self, n: int, pid: int) -> None:
        """The request was answered right after its direct reclaim, before its last line."""
        self.starts.append((self.reclaimed.pop(pid), n, False))
        self.rows[n, B], self.rows[n, C] = frees.OWN_LINE, 1

    def _mark(self, row: int) -> None:
        if self.rows[row, 0] == c.T_ALLOC:
            if self._is_target(row):
                self.rows[row, B] = frees.TARGET_LINE
        elif self.tags[0] <= self.rows[row, PAGE] < self.tags[1]:
            self.rows[row, B] = frees.OWN_LINE

    def _moved(self, n: int, page: int, pid: int) -> None:
        """The refill for this request was earlier, and others did something in between."""
        start = self.locked.pop(pid, {}).get(page)
        between = self.rows[start:n] if start is not None else self.rows[:0]
        others = (between[:, PID] != pid) & np.isin(between[:, 0], (c.T_ALLOC, c.T_FREE, c.T_BATCHED, c.T_LOCKED))
        if start is not None and (others.any() or self.rows[start, CPU] != self.rows[n, CPU]):
            self.starts.append((start, n, True))
            self.rows[n, B] = frees.OWN_LINE


def prepare_requests(trace: Trace, tags: tuple[int, int], hints: str) -> Trace:
    """The trace with a row where each request starts whose lines begin before its mm_page_alloc."""
    rows = trace.rows.copy()
    rows[np.isin(rows[:, 0], (c.T_ALLOC, c.T_FREE)), B] = 0
    mark_memalloc(rows)
    mark_victims(rows)
    mark_retries(rows)
    mark_overflows(rows)
    mark_tagged(rows)
    found = Requests(rows, tags, "T" in hints)
    found.find()
    prepared = Trace(rows, trace.marks)
    if found.starts:
        prepared = _insert(rows, trace.marks, sorted(found.starts))
    prepared = insert(prepared, kswapd_ends(prepared.rows))
    return insert(prepared, [(row, c.T_FOLD, -1, 0) for row, text in prepared.marks if text.startswith(SECOND)])


def kswapd_ends(rows: Rows) -> list[tuple[int, int, int, int]]:
    """kswapd is taken to end a round of balancing with the last line it prints before the next round or its sleep.

    The kernel has no event for it.
    """
    found = []
    for pid in np.unique(rows[rows[:, 0] == c.T_KSWAPD_WAKE, PID]).tolist():
        last, awake = 0, False
        for n in np.flatnonzero(rows[:, PID] == pid).tolist():
            if rows[n, 0] in (c.T_KSWAPD_WAKE, c.T_KSWAPD_SLEEP):
                if awake:
                    found.append((last + 1, c.T_KSWAPD_END, -1, int(rows[last, CPU])))
                awake = rows[n, 0] == c.T_KSWAPD_WAKE
            last = n
        if awake:
            found.append((last + 1, c.T_KSWAPD_END, -1, int(rows[last, CPU])))
    return sorted(found)


def _insert(rows: Rows, marks: tuple[tuple[int, str], ...], starts: list[tuple[int, int, bool]]) -> Trace:
    at, answers, hinted = (np.array(column) for column in zip(*starts, strict=True))
    extra = rows[answers].copy()
    extra[:, 0] = c.T_REQUEST
    extra[:, B] = answers + np.searchsorted(at, answers, "right")
    extra[:, CPU] = rows[at, CPU]
    extra[:, D] = hinted
    moved = tuple((row + int(np.searchsorted(at, row, "left")), text) for row, text in marks)
    return Trace(np.insert(rows, at, extra, axis=0), moved)


def begin_requests(machine: Recorded, refreshed: int, row: int, hints: str) -> None:
    """A machine that was just filled from a dump, ready to serve: owners, drift of the counters, hints."""
    arrays = machine.arrays
    core.own_everything(machine.state, 0, machine.layout.total_pages)
    arrays["dim"][cell.D_DRIFT] = arrays["dim"][cell.D_REPLAY] = 1
    for page in pinned_before(machine.rows[:row]):
        arrays["flags"][page] |= c.F_PINNED
    for hint, at in (("T", cell.RP_HINT_T), ("D", cell.RP_HINT_D), ("C", cell.RP_HINT_C), ("I", cell.RP_HINT_I)):
        arrays["rp_sum"][at] = hint in hints
    for z, low in enumerate(arrays["z_low"].tolist()):
        cpus = machine.layout.cpus
        arrays["z_threshold"][z] = stat_threshold(int(arrays["z_managed"][z]), cpus)
        arrays["z_pressure"][z] = pressure_threshold(low, int(arrays["z_min"][z]), cpus)
    drift_since(machine, machine.rows[refreshed:row])
    if kswapd_awake(machine.rows[:row]):
        arrays["rp_sum"][cell.RP_AWAKE] = 1
        both = arrays["z_threshold"].copy()
        arrays["z_threshold"][:], arrays["z_pressure"][:] = arrays["z_pressure"], both


def pinned_before(rows: Rows) -> set[int]:
    """Pages that somebody has pinned by the end of these rows."""
    pinned: set[int] = set()
    for kind, page in rows[np.isin(rows[:, 0], (c.T_PIN, c.T_UNPIN))][:, [0, PAGE]].tolist():
        (pinned.add if kind == c.T_PIN else pinned.discard)(page)
    return pinned - {-1}


def kswapd_awake(rows: Rows) -> bool:
    """Whether the last that was heard of kswapd is that it woke."""
    heard = rows[np.isin(rows[:, 0], (c.T_KSWAPD_WAKE, c.T_KSWAPD_SLEEP)), 0]
    return bool(len(heard)) and int(heard[-1]) == c.T_KSWAPD_WAKE


def drift_since(machine: Recorded, rows: Rows) -> None:
    """What each CPU holds back: the differences were folded when the snapshot's counters were refreshed."""
    arrays = machine.arrays
    arrays["z_seen"][:], arrays["z_seen_cma"][:] = arrays["z_free"], arrays["z_cma"]
    total = {c.T_LOCKED: -1, c.T_DRAIN: 1}
    for n, row in enumerate(rows.tolist()):
        if row[0] not in total:
            continue
        pages = total[row[0]] << row[ORDER]
        z = int(arrays["pb_zone"][row[PAGE] // 512])
        pcp = z * machine.layout.cpus + row[CPU]
        held = int(arrays["pcp_diff"][pcp]) + pages
        more = n + 1 < len(rows) and row[0] == c.T_LOCKED and rows[n + 1, 0] == c.T_LOCKED
        _hold(arrays, "pcp_diff", pcp, held, 1 << 40 if more else int(arrays["z_threshold"][z]))
        if row[MT] == c.CMA:
            held = int(arrays["pcp_diff_cma"][pcp]) + pages
            _hold(arrays, "pcp_diff_cma", pcp, held, int(arrays["z_threshold"][z]))
    for pcp, (diff, cma) in enumerate(zip(arrays["pcp_diff"].tolist(), arrays["pcp_diff_cma"].tolist(), strict=True)):
        arrays["z_seen"][pcp // machine.layout.cpus] -= diff
        arrays["z_seen_cma"][pcp // machine.layout.cpus] -= cma


def _hold(arrays: dict[str, NDArray[np.int64]], name: str, pcp: int, held: int, threshold: int) -> None:
    arrays[name][pcp] = 0 if abs(held) > threshold else held


def reservations_right(machine: Recorded, rows: Rows) -> tuple[int, int]:
    """How many reservations the trace has, and how many of ours are the same: page, block, taken, tries, result."""
    told = rows[rows[:, 0] == c.T_RESERVE][:, [PAGE, ORDER, A, 6, MT, 7]]
    ours = machine.arrays["rp_res"].reshape(-1, cell.RP_RES_FIELDS)[: int(machine.arrays["rp_sum"][cell.RP_OURS])]
    if len(told) == len(ours):
        return len(told), int((told == ours).all(axis=1).sum())
    from difflib import SequenceMatcher

    keys = [list(map(tuple, part.tolist())) for part in (told, ours)]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    return len(told), sum(block.size for block in matcher.get_matching_blocks())
