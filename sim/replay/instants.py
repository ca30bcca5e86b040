"""Rows of a trace at which something was read: where dumps belong, and when the text of a /proc file was made."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.replay.columns import MT, PID
from sim.replay.trace import Trace

Rows = NDArray[np.int64]


def instants(trace: Trace) -> dict[tuple[str, str], int]:
    """(snapshot, file) -> that row. The marker `SNAP_READ file` comes when the file has been read.

    Its text is made first and copied to the reader then: a page that the reader gets for that copy (movable, user
    memory; seq_read_iter, 6.1) is taken after the text, and last.
    """
    found: dict[tuple[str, str], int] = {}
    name, before = "", 0
    for row, text in trace.marks:
        words = text.split()
        if words[0] == "SNAP_BEGIN":
            name, before = words[1], row
        elif words[0] == "SNAP_READ":
            found[name, words[1]] = text_made(trace.rows, before, row)
            before = row
    return found


def text_made(rows: Rows, before: int, marker: int) -> int:
    """Where the last movable request of [before, marker) begins, its refill included; the marker without one."""
    answers = (rows[before:marker, 0] == c.T_ALLOC) & (rows[before:marker, MT] == c.MOVABLE)
    if not answers.any():
        return marker
    at = before + int(np.flatnonzero(answers)[-1])
    reader = rows[at, PID]
    while at > before and rows[at - 1, 0] == c.T_LOCKED and rows[at - 1, PID] == reader:
        at -= 1
    return at


def snapshot_times(trace: Trace) -> dict[str, int]:
    """Snapshot -> row at which the kernel folded its per-CPU counters (stat_refresh)."""
    return {text.split()[1]: row for row, text in trace.marks if text.startswith("SNAP_REFRESHED")}


def find_places(trace: Trace, packed: bool) -> dict[str, tuple[int, int]]:
    """Snapshot -> (first row that cannot be in it, first row that is surely not).

    `dump.gz` belongs directly after `SNAP_READ meminfo`; a memory image between DUMP_READY and DUMP_DONE.
    """
    places: dict[str, tuple[int, int]] = {}
    name = ""
    for row, text in trace.marks:
        words = text.split()
        if words[0] == "SNAP_BEGIN":
            name = words[1]
        elif packed and text == "SNAP_READ meminfo":
            places[name] = row, row
        elif not packed and words[0] == "DUMP_READY":
            places[words[1]] = row, row
        elif not packed and words[0] == "DUMP_DONE" and words[1] in places:
            places[words[1]] = places[words[1]][0], row
    return places
