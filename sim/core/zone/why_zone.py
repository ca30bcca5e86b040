"""Why a zone was taken from or not, and which list gave: the numbers at the moment of the test (see why.py)."""

from sim.core.hooks.why import W_LIST, W_TAKE, W_ZONE, why_row
from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import CMA, HIGHATOMIC, METADATA, ORDERS
from sim.core.state.indices import D_CPUS
from sim.core.state.state import PCP_LISTS, State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.counters import free_cma_pages, free_pages
from sim.core.zone.pcp import cma_first, order_to_pindex, pcp_allowed_order
from sim.core.zone.watermark import (
    ALLOC_CMA,
    ALLOC_FROM_METADATA,
    ALLOC_RESERVES,
    lowered_mark,
    watermark,
)


@outlined
def why_zone(st: State, z: int, order: int, highest: int, flags: int, verdict: int) -> int:
    """The watermark test of a zone: what is free, what of it this request cannot use, and the mark."""
    at = why_row(st, W_ZONE, z)
    mark = watermark(st, z, flags)
    st.why[at] = order
    st.why[at + 1] = flags
    st.why[at + 2] = free_pages(st, z)
    st.why[at + 3] = 0 if flags & ALLOC_RESERVES else st.z_highatomic[z]
    st.why[at + 4] = 0 if flags & ALLOC_CMA else free_cma_pages(st, z)
    st.why[at + 5] = 0 if flags & ALLOC_FROM_METADATA else st.z_meta[z]
    st.why[at + 6] = mark
    st.why[at + 7] = lowered_mark(st, mark, flags) if flags & ALLOC_RESERVES else mark
    st.why[at + 8] = st.z_reserve[z * 4 + highest]
    st.why[at + 9] = verdict
    st.why[at + 10] = st.z_boost[z]
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
