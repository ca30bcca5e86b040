"""What a trace says comes next for each page: looked up backwards before events mode begins."""

from sim.core.jit.build import compiled, entry
from sim.core.meanwhile.replay_rows import F_D, F_ORDER, F_PAGE, kind_of_next
from sim.core.state.consts import T_ALLOC, T_DRAIN, T_LOCKED, TRACE_FIELDS
from sim.core.state.state import State


@compiled
def note_fate(st: State, row: int) -> int:
    """One row of the backward pass: keep what comes next for its page, and be what comes next for those before."""
    kind = st.rp[row]
    page = st.rp[row + F_PAGE]
    if page < 0 or kind > T_DRAIN:
        return 0
    number = 1 + row // TRACE_FIELDS
    if kind != T_ALLOC:
        st.rp[row + F_D] = st.rp_page[page]
    if kind == T_LOCKED:
        for i in range(page, page + (1 << st.rp[row + F_ORDER])):
            st.rp_page[i] = number
    st.rp_page[page] = number
    return 0


@entry
def note_fates(st: State, start: int, end: int) -> int:
    """Number + 1 of the next row about each row's page (column d, 0 none); after it `rp_page` says so for the start.

    A negative `rp_page` is -1 - the number of the row that put the page on a per-CPU list.
    """
    row = (end - 1) * TRACE_FIELDS
    while row >= start * TRACE_FIELDS:
        note_fate(st, row)
        row -= TRACE_FIELDS
    return 0


@compiled
def fate_of(st: State, page: int) -> int:
    """Kind of the next row about a block on a per-CPU list."""
    at = st.rp_page[page]
    if at < 0:
        at = st.rp[(-1 - at) * TRACE_FIELDS + F_D]
    return kind_of_next(st, at)
