"""Events mode: blocks that a trace sees leave the buddy lists and the per-CPU lists (rmqueue, __rmqueue_fallback)."""

from sim.core.jit.build import compiled
from sim.core.meanwhile.replay_rows import F_A, F_B, F_C, F_CPU, F_MT, F_ORDER, F_PAGE, M_NOT_FREE, M_NOT_HEAD, miss
from sim.core.meanwhile.replay_told import (
    cut_out,
    find_free,
    make_allocated,
    next_block,
    on_pcp,
    put_on_pcp,
    take_off_pcp,
)
from sim.core.page.pages import zone_of
from sim.core.replay.replay_fates import fate_of
from sim.core.state.consts import K_FREE, MOVABLE, NO_PAGE, PAGEBLOCK_ORDER, PCPTYPES, T_FREE, T_NOTHING, TRACE_FIELDS
from sim.core.state.indices import D_CPUS, RP_ALLOCS, RP_BULK, RP_LOCKED, RP_LOCKED_RIGHT, RP_PREDICTED
from sim.core.state.state import State
from sim.core.zone.fallback import can_steal, steal
from sim.core.zone.pcp import order_to_pindex, pcp_allowed_order, pcp_head

# Column b of T_LOCKED: alone (whoever asked gets the block), or one of a refill.
LONE, FIRST_OF_REFILL, LATER_OF_REFILL = 0, 1, 2


@compiled
def must_be_empty(st: State, head: int, mt: int) -> int:
    """A list that the kernel has found or made empty: what is still on it and never seen again went to a bulk
    allocation.
    """
    entry = st.prv[head]
    while entry != head:
        before = st.prv[entry]
        if fate_of(st, entry) == T_FREE or fate_of(st, entry) == T_NOTHING:
            make_allocated(st, entry, take_off_pcp(st, entry), mt)
            st.rp_sum[RP_BULK] += 1
        entry = before
    return 0


@compiled
def on_locked(st: State, row: int) -> int:
    """A block left the buddy lists: to the tail of a per-CPU list, or to whoever asked."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    mt = st.rp[row + F_MT]
    st.rp_sum[RP_LOCKED] += 1
    first = find_free(st, page)
    if first == NO_PAGE or st.order[first] < order:
        return miss(st, row, M_NOT_FREE, page, first)
    if next_block(st, zone_of(st, page), order, mt) == page:
        st.rp_sum[RP_LOCKED_RIGHT] += 1
    else:
        miss(st, row, M_NOT_HEAD, page, next_block(st, zone_of(st, page), order, mt))
    cut_out(st, page, order, first)
    if pcp_allowed_order(st, order) and st.rp[row + F_B] != LONE:
        if st.rp[row + F_B] == FIRST_OF_REFILL:
            pindex = order_to_pindex(st, order, MOVABLE if mt >= PCPTYPES else mt)
            pcp = zone_of(st, page) * st.dim[D_CPUS] + st.rp[row + F_CPU]
            must_be_empty(st, pcp_head(st, pcp, pindex), mt)
        st.rp_page[page] = -1 - row // TRACE_FIELDS
        return put_on_pcp(st, st.rp[row + F_CPU], page, order, mt, 1)
    return make_allocated(st, page, order, mt)


@compiled
def take_overtaken(st: State, page: int, heads: int) -> int:
    """Blocks before `page` on its list that were never seen to leave it: a bulk allocation took them (no event)."""
    before = st.prv[page]
    pages = 0
    while before < heads:
        further = st.prv[before]
        if fate_of(st, before) == T_FREE or fate_of(st, before) == T_NOTHING:
            make_allocated(st, before, take_off_pcp(st, before), MOVABLE)
            st.rp_sum[RP_BULK] += 1
            pages += 1
        before = further
    return pages


@compiled
def on_alloc(st: State, row: int, heads: int) -> int:
    """A request was answered: off a per-CPU list, out of a free block (capture), or taken by the row before."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    if page < 0:
        return 0
    st.rp_sum[RP_ALLOCS] += 1
    if on_pcp(st, page):
        if st.prv[page] < heads:
            take_overtaken(st, page, heads)
        if st.prv[page] >= heads:
            st.rp_sum[RP_PREDICTED] += 1
        take_off_pcp(st, page)
    elif st.kind[page] == K_FREE:
        first = find_free(st, page)
        if first == NO_PAGE or st.order[first] < order:
            return miss(st, row, M_NOT_FREE, page, first)
        cut_out(st, page, order, first)
    else:
        st.rp_sum[RP_PREDICTED] += 1
    return make_allocated(st, page, order, st.rp[row + F_MT])


@compiled
def on_extfrag(st: State, row: int) -> int:
    """Free memory of another type was moved to the wanted lists."""
    page = st.rp[row + F_PAGE]
    mt = st.rp[row + F_MT]
    order = st.rp[row + F_A]
    if st.kind[page] != K_FREE or st.order[page] != order:
        return miss(st, row, M_NOT_FREE, page, find_free(st, page))
    steal(st, page, order, mt, can_steal(st, order, mt), 0)
    if st.rp[row + F_C]:
        st.pb_mt[page >> PAGEBLOCK_ORDER] = mt
    return 0
