"""Why a request got what it got: rows of decisions, written only while D_EXPLAIN is set (sim/explain sets it).

A row is what was decided (W_*), the zone, what the request has cost so far, then values as the comment beside each
W_* says. Events of the op become rows too, in place. Row 0 is the header.
"""

from sim.core.jit.build import entry, outlined
from sim.core.state.consts import (
    E_COMPACT_BEGIN,
    E_COMPACT_END,
    E_FREE,
    E_RELEASE,
    EVENT_FIELDS,
)
from sim.core.state.indices import D_EVENTS, R_CLASS, R_COST, R_PROCESS
from sim.core.state.state import EVENT_ROWS, WHY_FIELDS, WHY_ROWS, State

W_ASK = 1  # process, order, migratetype, gfp, alloc flags, class
W_ZONE = 2  # order, flags, free, HIGHATOMIC, CMA, METADATA not usable, mark, lowered mark, reserve, verdict, boost, ...
W_TAKE = 3  # order, migratetype, flags, may use the per-CPU list, its length, CMA first, free blocks by order
W_LIST = 4  # order, migratetype, -, -, -, -, free blocks by order: a list beside the request's own
W_BLOCK = 5  # page, order, block, pages, references, kind, owner, pinned page, who pins, 32 kinds, first page, number
W_SLOW = 6  # flags
W_ROUND = 7  # rounds without progress, pages reclaimed, whether there is another round
W_LAST = 8  # nothing
W_RECLAIM = 10  # direct reclaim: pages that came free, whether compaction is ready instead
W_EVENT = 9  # as a row of the event ring from its second column on: event, process, page, order, a, b, c, d, e
# Cells of the header: rows in use, whether compaction is at work, place of the last event in the ring + 1, rows lost,
# row of the last event, requests begun, the row written last.
H_ROWS, H_QUIET, H_EVENT, H_LOST, H_EVENT_ROW, H_ASKS, H_LAST = 0, 1, 2, 3, 4, 5, 6
TAIL_ROWS = 512  # the last rows are a ring: an op that decides too much loses its middle, never its end


@entry
def settle(st: State) -> int:
    """Fill in what the caller of `record` wrote into its event after it was recorded."""
    if st.why[H_EVENT]:
        at = st.why[H_EVENT_ROW] * WHY_FIELDS + 3
        row = st.why[H_EVENT] - 1
        for i in range(9):
            st.why[at + i] = st.ev[row + 1 + i]
        st.why[H_EVENT] = 0
    return 0


@outlined
def why_row(st: State, what: int, zone: int) -> int:
    """Begin a row; returns where its values start. When all are used the oldest of the tail is written over."""
    settle(st)
    last = st.why[H_LAST]
    last = last + 1 if last < WHY_ROWS - 1 else WHY_ROWS - TAIL_ROWS
    st.why[H_LAST] = last
    if st.why[H_ROWS] < WHY_ROWS - 1:
        st.why[H_ROWS] += 1
    else:
        st.why[H_LOST] += 1
    at = last * WHY_FIELDS
    for i in range(WHY_FIELDS):
        st.why[at + i] = 0
    st.why[at] = what
    st.why[at + 1] = zone
    st.why[at + 2] = st.req[R_COST]
    return at + 3


@outlined
def why_values(st: State, what: int, a: int, b: int, c: int) -> int:
    """A row of up to three values, of no zone."""
    at = why_row(st, what, -1)
    st.why[at] = a
    st.why[at + 1] = b
    st.why[at + 2] = c
    return 0


@outlined
def why_ask(st: State, order: int, mt: int, gfp: int, flags: int) -> int:
    """A request begins."""
    at = why_row(st, W_ASK, -1)
    st.why[at] = st.req[R_PROCESS]
    st.why[at + 1] = order
    st.why[at + 2] = mt
    st.why[at + 3] = gfp
    st.why[at + 4] = flags
    st.why[at + 5] = st.req[R_CLASS]
    st.why[H_ASKS] += 1
    return 0


@outlined
def why_event(st: State, event: int) -> int:
    """The event that has just been recorded. Pages that are freed, and what compaction does by itself, are too many.

    What was recorded before is complete by now, and the ring may soon be written over: a kill frees thousands of pages.
    """
    settle(st)
    if event == E_COMPACT_BEGIN:
        st.why[H_QUIET] = 1
    if event == E_COMPACT_END:
        st.why[H_QUIET] = 0
    if event == E_FREE or event == E_RELEASE or (st.why[H_QUIET] and event != E_COMPACT_BEGIN):
        return 0
    at = why_row(st, W_EVENT, -1)
    row = ((st.dim[D_EVENTS] - 1) & (EVENT_ROWS - 1)) * EVENT_FIELDS
    for i in range(6):
        st.why[at + i] = st.ev[row + 1 + i]
    st.why[H_EVENT] = row + 1
    st.why[H_EVENT_ROW] = st.why[H_LAST]
    return 0
