"""What the rows around a request or a drain say about it: who asks, and why the lists were emptied (requests mode)."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.core.state.gfp import GFP_MEMALLOC, GFP_OOM_VICTIM, GFP_TAGGED
from sim.replay.columns import CPU, PAGE, PID, A, B, C

Rows = NDArray[np.int64]


def mark_memalloc(rows: Rows) -> None:
    """Requests of tasks that are reclaiming carry PF_MEMALLOC: kswapd always, others inside direct reclaim."""
    kswapd = set(np.unique(rows[rows[:, 0] == c.T_KSWAPD_WAKE, PID]).tolist())
    inside: set[int] = set()
    for n in np.flatnonzero(np.isin(rows[:, 0], (c.T_RECLAIM_BEGIN, c.T_RECLAIM_END, c.T_ALLOC))).tolist():
        kind, pid = int(rows[n, 0]), int(rows[n, PID])
        if kind == c.T_RECLAIM_BEGIN:
            inside.add(pid)
        elif kind == c.T_RECLAIM_END:
            inside.discard(pid)
        elif pid in kswapd or pid in inside:
            rows[n, A] |= GFP_MEMALLOC


def mark_victims(rows: Rows) -> None:
    """Requests of tasks that the OOM killer has hit may use half of what is under the mark (oom_reserves_allowed).

    Not tagged ones: the records have no failed reservation but the one that the kill broke off.
    """
    for n in np.flatnonzero(rows[:, 0] == c.T_VICTIM).tolist():
        theirs = (rows[n:, PID] == rows[n, B]) & (rows[n:, 0] == c.T_ALLOC) & (rows[n:, A] & GFP_TAGGED == 0)
        rows[n:, A][theirs] |= GFP_OOM_VICTIM


def mark_retries(rows: Rows) -> None:
    """Column c of a direct reclaim with progress after which the task reclaims again: its two passes found nothing."""
    last: dict[int, int] = {}
    for n in np.flatnonzero(np.isin(rows[:, 0], (c.T_RECLAIM_BEGIN, c.T_RECLAIM_END, c.T_ALLOC))).tolist():
        kind, pid = int(rows[n, 0]), int(rows[n, PID])
        if kind == c.T_RECLAIM_BEGIN and pid in last:
            rows[last.pop(pid), C] = 1
        elif kind == c.T_ALLOC:
            last.pop(pid, None)
        elif kind == c.T_RECLAIM_END and rows[n, B] > 0:
            last[pid] = n


def mark_overflows(rows: Rows) -> None:
    """Column b of a drain: 1 when it is the overflow of a per-CPU list (free_unref_page_commit, 6.1).

    Such a drain follows the free that filled the list, on the same CPU and by the same task, with nothing but its own
    lines in between. Everything else is a call of somebody who wants the lists empty.
    """
    for cpu in np.unique(rows[:, CPU]):
        here = np.flatnonzero(rows[:, CPU] == cpu)
        drains = rows[here, 0] == c.T_DRAIN
        before = np.maximum.accumulate(np.where(drains, -1, np.arange(len(here))))  # the last row that is no drain
        cause = rows[here[before]]
        freed = np.isin(cause[:, 0], (c.T_FREE, c.T_BATCHED)) & (cause[:, PID] == rows[here, PID]) & (before >= 0)
        rows[here[drains], B] = freed[drains]


def mark_tagged(rows: Rows) -> None:
    """Column a of a free: 1 when its task gave tag storage back for it (free_metadata_storage), so it was tagged."""
    freed: dict[tuple[int, int], int] = {}  # (pid, page) -> row
    for n in np.flatnonzero(np.isin(rows[:, 0], (c.T_FREE, c.T_RELEASE))).tolist():
        key = int(rows[n, PID]), int(rows[n, PAGE])
        if rows[n, 0] == c.T_FREE:
            freed[key] = n
        elif key in freed:
            rows[freed[key], A] = 1
