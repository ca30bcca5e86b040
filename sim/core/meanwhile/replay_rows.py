"""Rows of a recorded trace as the core reads them: columns, and the list of what did not agree."""

from sim.core.jit.build import compiled
from sim.core.state.consts import T_NOTHING, TRACE_FIELDS
from sim.core.state.indices import RP_MISS_FIELDS, RP_MISSED, RP_MISSES
from sim.core.state.state import State

# Columns of a row after its kind; what a, b, c, d are depends on it (`consts.py`).
F_PAGE, F_ORDER, F_MT, F_A, F_B, F_C, F_D, F_PID, F_CPU = 1, 2, 3, 4, 5, 6, 7, 8, 9

# What a mismatch was about (`rp_miss`): row, what, told, found, and two numbers more.
M_NOT_FREE, M_NOT_HEAD, M_NOT_ON_PCP, M_TAKEN, M_MERGED, M_ISOLATED, M_ALLOC = 1, 2, 3, 4, 5, 6, 7


@compiled
def miss(st: State, row: int, what: int, told: int, found: int) -> int:
    """Keep the first mismatches of a window."""
    n = st.rp_sum[RP_MISSED]
    if n < RP_MISSES:
        at = n * RP_MISS_FIELDS
        st.rp_miss[at] = row // TRACE_FIELDS
        st.rp_miss[at + 1] = what
        st.rp_miss[at + 2] = told
        st.rp_miss[at + 3] = found
    st.rp_sum[RP_MISSED] = n + 1
    return 0


@compiled
def kind_of_next(st: State, number: int) -> int:
    """Kind of the row that column d names."""
    return st.rp[(number - 1) * TRACE_FIELDS] if number > 0 else T_NOTHING
