"""A trace made ready for one layout: pages for pfns, and rows for what the kernel does without an event."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.replay.columns import CPU, ORDER, PAGE, PID, A, B, D
from sim.replay.ranges import ranges
from sim.replay.trace import Trace
from sim.scenario.layout import Layout


def to_pages(pfns: NDArray[np.int64], layout: Layout) -> NDArray[np.int64]:
    """Pages of pfns, -1 where there is no memory; an end of a range is one past a page."""
    pages = np.full(len(pfns), -1, dtype=np.int64)
    for bank, base in zip(layout.banks, layout.bases, strict=True):
        inside = (pfns >= bank.start_pfn) & (pfns <= bank.end)
        pages[inside] = base + pfns[inside] - bank.start_pfn
    return pages


def prepare(trace: Trace, layout: Layout) -> Trace:
    """The trace with pages, with isolations put in where tag storage was taken."""
    rows = trace.rows.copy()
    rows[:, PAGE] = to_pages(rows[:, PAGE], layout)
    for kinds in ((c.T_ISOLATE_FREE, c.T_ISOLATE_MIGRATE), (c.T_RESERVE, c.T_RELEASE, c.T_RETURN)):
        chosen = np.isin(rows[:, 0], kinds)
        rows[chosen, A] = to_pages(rows[chosen, A], layout)
    keep = (rows[:, PAGE] >= 0) | ~np.isin(rows[:, 0], PAGE_KINDS)
    rows[~keep, 0] = c.T_NOTHING
    mark_refills(rows)
    return insert(Trace(rows, trace.marks), isolations(rows) if layout.regions else ranges(rows))


def mark_refills(rows: NDArray[np.int64]) -> None:
    """Column b of T_LOCKED: 0 alone, 1 first of a refill, 2 further ones. On one CPU nothing comes in between."""
    for cpu in np.unique(rows[:, CPU]):
        here = np.flatnonzero((rows[:, CPU] == cpu) & ~np.isin(rows[:, 0], (c.T_NOTHING, c.T_EXTFRAG)))
        own = rows[here]
        same = (own[1:, [0, ORDER, PID]] == own[:-1, [0, ORDER, PID]]).all(axis=1) & (own[1:, 0] == c.T_LOCKED)
        after, before = np.append(same, False), np.insert(same, 0, False)
        locked = own[:, 0] == c.T_LOCKED
        rows[here[locked], B] = np.where(before, 2, np.where(after, 1, 0))[locked]


PAGE_KINDS = (c.T_FREE, c.T_BATCHED, c.T_LOCKED, c.T_DRAIN, c.T_EXTFRAG, c.T_ISOLATE_FREE, c.T_RESERVE, c.T_RELEASE)


def isolations(rows: NDArray[np.int64]) -> list[tuple[int, int, int, int]]:
    """(row before which it happens, kind, page, cpu) of each isolation of a pageblock for tags and its end.

    A contiguous allocation prints the range it empties, then what it takes. The first of a reservation starts when
    the tagged block has left the buddy lists, each further one when the one before has ended.
    """
    found: list[tuple[int, int, int, int]] = []
    taken_at: dict[int, int] = {}
    current: dict[int, int] = {}  # pid -> tag page it is about
    migrated: dict[int, int] = {}
    for n in np.flatnonzero(np.isin(rows[:, 0], (c.T_LOCKED, c.T_ISOLATE_MIGRATE, c.T_RESERVE, c.T_MIGRATE))).tolist():
        kind, page, pid = int(rows[n, 0]), int(rows[n, PAGE]), int(rows[n, PID])
        cpu = int(rows[n, CPU])
        if kind == c.T_LOCKED:
            taken_at[pid] = n + 1
        elif kind == c.T_MIGRATE:
            migrated[pid] = n + 1
        elif kind == c.T_ISOLATE_MIGRATE:
            if rows[n, A] - page != 1:
                continue
            block = page & ~511
            if pid in current:
                if current[pid] == page:
                    continue  # a further try of the same call
                found.append((n, c.T_CONTIG_END, current[pid] & ~511, cpu))
                found.append((n, c.T_CONTIG_BEGIN, block, cpu))
            else:
                found.append((taken_at.get(pid, n), c.T_CONTIG_BEGIN, block, cpu))
            current[pid] = page
        elif kind == c.T_RESERVE and pid in current:
            end = n if rows[n, D] == 0 else migrated.get(pid, n)  # what a failed one had taken is freed after the end
            found.append((end, c.T_CONTIG_END, current.pop(pid) & ~511, cpu))
        elif kind == c.T_RESERVE and rows[n, D] == c.EINTR:  # it ends before it prints anything
            block = int(rows[n, A]) & ~511
            found += [(n, c.T_CONTIG_BEGIN, block, cpu), (n, c.T_CONTIG_END, block, cpu)]
    return sorted(found, key=lambda item: item[0])


def insert(trace: Trace, extra: list[tuple[int, int, int, int]]) -> Trace:
    """The trace with rows put in before the rows they name; the end of an isolation stands before a marker there."""
    if not extra:
        return trace
    at = np.array([item[0] for item in extra])
    rows = np.zeros((len(extra), c.TRACE_FIELDS), dtype=np.int64)
    rows[:, 0] = [item[1] for item in extra]
    rows[:, PAGE] = [item[2] for item in extra]
    rows[:, CPU] = [item[3] for item in extra]
    ends = Counter(item[0] for item in extra if item[1] == c.T_CONTIG_END)
    marks = tuple((row + int(np.searchsorted(at, row, "left")) + ends[row], text) for row, text in trace.marks)
    old = trace.rows.copy()
    requests = old[:, 0] == c.T_REQUEST
    old[requests, B] += np.searchsorted(at, old[requests, B], "right")
    return Trace(np.insert(old, at, rows, axis=0), marks)
