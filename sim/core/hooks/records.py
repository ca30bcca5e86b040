"""What is remembered: the ring of events, marks for the timeline, samples through time."""

from sim.core.hooks.why import why_event
from sim.core.jit.build import compiled, inlined, outlined
from sim.core.state.consts import (
    CHANGES,
    E_MIGRATE,
    E_RELEASE,
    E_RESERVE,
    EVENT_FIELDS,
    K_ANON,
    K_DIRTY,
    K_FILE,
    PAGEBLOCK_ORDER,
)
from sim.core.state.indices import (
    D_CHANGED,
    D_EVENTS,
    D_EXPLAIN,
    D_MARKED,
    D_MARKS,
    D_OP,
    D_REGIONS,
    D_RESERVED,
    D_SAMPLE_EVERY,
    D_SAMPLES,
    D_TAGGED,
    D_TOUCHED,
    D_TRACE,
    D_WATCH,
    D_WATCHED,
    D_ZONES,
    R_PROCESS,
    V_RESERVE_FAIL,
)
from sim.core.state.state import COUNT_STRIDE, EVENT_ROWS, MARK_ROWS, SERIES_FIELDS, SERIES_ROWS, State


@outlined
def touch(st: State, event: int, page: int, pages: int) -> int:
    """Note this op if the event is watched and touches the page that is watched (any page if none is)."""
    watched = st.dim[D_WATCHED] - 1
    if st.dim[D_WATCH] >> event & 1 and (watched < 0 or page <= watched < page + pages):
        st.dim[D_TOUCHED] = st.dim[D_OP]
        if CHANGES >> event & 1:
            st.dim[D_CHANGED] = st.dim[D_OP]
    return 0


@outlined
def touch_event(st: State, event: int, page: int, order: int, a: int) -> int:
    """`touch` for a row of the ring. Reservations and releases tell for themselves which tag pages they touch."""
    if st.dim[D_EXPLAIN]:
        why_event(st, event)
    if event == E_RESERVE or event == E_RELEASE:
        return 0
    if event == E_MIGRATE:
        touch(st, event, a, 1)
    return touch(st, event, page, 1 << max(order, 0))


@inlined
def record(st: State, event: int, page: int, order: int, a: int, b: int) -> int:
    """Write one event; returns where its row starts, so that the rarer c, d, e can be filled in."""
    n = st.dim[D_EVENTS]
    row = (n & (EVENT_ROWS - 1 | st.dim[D_TRACE])) * EVENT_FIELDS
    st.dim[D_EVENTS] = n + 1
    st.ev[row] = st.dim[D_OP]
    st.ev[row + 1] = event
    st.ev[row + 2] = st.req[R_PROCESS]
    st.ev[row + 3] = page
    st.ev[row + 4] = order
    st.ev[row + 5] = a
    st.ev[row + 6] = b
    st.ev[row + 7] = 0
    st.ev[row + 8] = 0
    st.ev[row + 9] = 0
    if st.dim[D_WATCH]:
        touch_event(st, event, page, order, a)
    return row


@outlined
def record_cold(st: State, event: int, page: int, order: int, a: int, b: int) -> int:
    """`record` for callers that are seldom at work: reached by symbol, so that they compile fast."""
    return record(st, event, page, order, a, b)


@inlined
def trace(st: State, event: int, page: int, order: int, mt: int) -> int:
    """What only a trace tells: a normal run pays one branch, and its ring keeps what a story needs."""
    return record_cold(st, event, page, order, mt, 0) if st.dim[D_TRACE] else 0


@compiled
def mark(st: State, event: int, page: int) -> int:
    """Mark this op on the timeline; when the rows are used up, further marks are not kept."""
    n = st.dim[D_MARKS]
    if n < MARK_ROWS:
        st.mark[n * 3] = st.dim[D_OP]
        st.mark[n * 3 + 1] = event
        st.mark[n * 3 + 2] = page
        st.dim[D_MARKS] = n + 1
    return 0


@compiled
def mark_once(st: State, event: int, page: int) -> int:
    """Mark the first event of its kind on the timeline."""
    bit = 1 << event
    if st.dim[D_MARKED] & bit:
        return 0
    st.dim[D_MARKED] |= bit
    return mark(st, event, page)


@compiled
def lent(st: State, kind: int) -> int:
    """Pages of `kind` that lie in tag storage, from the counts of its pageblocks (regions are whole pageblocks)."""
    total = 0
    for r in range(st.dim[D_REGIONS]):
        for block in range(st.r_tag[r] >> PAGEBLOCK_ORDER, st.r_tag_end[r] >> PAGEBLOCK_ORDER):
            total += st.count[block * COUNT_STRIDE + kind]
    return total


@outlined
def sample(st: State) -> int:
    """Add one sample; when the rows are full, keep every second one and sample half as often."""
    n = st.dim[D_SAMPLES]
    if n == SERIES_ROWS:
        n = SERIES_ROWS // 2
        for i in range(n):
            for k in range(SERIES_FIELDS):
                st.series[i * SERIES_FIELDS + k] = st.series[2 * i * SERIES_FIELDS + k]
        st.dim[D_SAMPLE_EVERY] *= 2
    row = n * SERIES_FIELDS
    st.series[row] = st.dim[D_OP]
    st.series[row + 1] = st.dim[D_RESERVED]
    st.series[row + 2] = st.dim[D_TAGGED]
    st.series[row + 3] = lent(st, K_ANON)
    st.series[row + 4] = lent(st, K_FILE) + lent(st, K_DIRTY)
    meta = 0
    free = 0
    for z in range(st.dim[D_ZONES]):
        meta += st.z_meta[z]
        free += st.z_free[z]
    st.series[row + 5] = meta
    st.series[row + 6] = free
    st.series[row + 7] = st.vm[V_RESERVE_FAIL]
    st.dim[D_SAMPLES] = n + 1
    return 0
