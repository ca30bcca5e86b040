"""Why a zone was taken from or not, and which list gave: the numbers at the moment of the test (see why.py)."""

from sim.core.hooks.why import W_LIST, W_TAKE, W_ZONE, why_row
from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import CMA, HIGHATOMIC, METADATA, ORDERS
from sim.core.state.indices import D_CPUS
from sim.core.state.state import PCP_LISTS, TEST_FIELDS, State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.pcp import cma_first, order_to_pindex, pcp_allowed_order
from sim.core.zone.watermark_numbers import T_OK, number_of


@outlined
def why_zone(st: State, z: int, order: int, highest: int, flags: int, verdict: int) -> int:
    """The watermark test of a zone: what is free, what of it this request cannot use, and the mark."""
    at = why_row(st, W_ZONE, z)
    for number in range(TEST_FIELDS):
        st.why[at + number] = number_of(st, number, z, order, highest, flags)
    st.why[at + T_OK] = verdict
    return 0


@compiled
def why_list(st: State, what: int, z: int, order: int, mt: int) -> int:
    """The free blocks of a type, order by order; returns where the row starts."""
    at = why_row(st, what, z)
    st.why[at] = order
    st.why[at + 1] = mt
    for o in range(ORDERS):
        st.why[at + 6 + o] = st.nr_free[buddy_list(st, z, o, mt)]
    return at


@outlined
def why_take(st: State, z: int, cpu: int, order: int, mt: int, flags: int, listed: int) -> int:
    """A zone is to give a block: the lists that may be asked, as they are before anything is taken."""
    pcp = z * st.dim[D_CPUS] + cpu
    for special in (HIGHATOMIC, CMA, METADATA):
        why_list(st, W_LIST, z, order, special)
    at = why_list(st, W_TAKE, z, order, mt)
    st.why[at + 2] = flags
    st.why[at + 3] = listed
    if pcp_allowed_order(st, order):
        st.why[at + 4] = st.pcp_len[pcp * PCP_LISTS + order_to_pindex(st, order, mt)]
    st.why[at + 5] = cma_first(st, z, flags)
    return 0
