"""Events mode: blocks that a trace sees come back (free_unref_page, free_pcppages_bulk, return_page_to_buddy)."""

from sim.core.jit.build import compiled
from sim.core.meanwhile.replay_rows import (
    F_A,
    F_B,
    F_CPU,
    F_D,
    F_MT,
    F_ORDER,
    F_PAGE,
    M_MERGED,
    M_NOT_ON_PCP,
    M_TAKEN,
    kind_of_next,
    miss,
)
from sim.core.meanwhile.replay_told import find_free, free_to_buddy, on_pcp, put_on_pcp, take_off_pcp
from sim.core.replay.replay_fates import fate_of
from sim.core.state.consts import (
    ISOLATE,
    K_FREE,
    K_PCP,
    METADATA,
    PAGEBLOCK_ORDER,
    PCPTYPES,
    T_ALLOC,
    T_BATCHED,
    T_DRAIN,
    T_FREE,
    T_LOCKED,
    T_NOTHING,
    TRACE_FIELDS,
)
from sim.core.state.indices import RP_AGAIN, RP_BULK, RP_DIRECT, RP_DRAINS, RP_DRAINS_RIGHT, RP_UNSURE
from sim.core.state.state import State
from sim.core.zone.pcp import pcp_allowed_order


@compiled
def goes_direct(st: State, row: int, mt: int) -> int:
    """Whether a freed block skips the per-CPU lists: by its type or order, or because the lock was taken."""
    if not pcp_allowed_order(st, st.rp[row + F_ORDER]) or mt == ISOLATE or mt == METADATA:
        return 1
    if kind_of_next(st, st.rp[row + F_D]) == T_LOCKED or st.rp[row + F_B]:
        st.rp_sum[RP_DIRECT] += 1
        return 1
    return 0


@compiled
def type_when_freed(st: State, row: int) -> int:
    """The pageblock's type. Where the dump does not know it for sure, the row that follows for this page does."""
    mt = st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER]
    after = st.rp[row + F_D]
    if st.rp_sum[RP_UNSURE] == 0 or mt >= PCPTYPES or after == 0:
        return mt
    kind = st.rp[(after - 1) * TRACE_FIELDS]
    told = st.rp[(after - 1) * TRACE_FIELDS + F_MT]
    return told if (kind == T_ALLOC or kind == T_DRAIN) and told < PCPTYPES else mt


@compiled
def on_free(st: State, row: int) -> int:
    """A block was freed; what is freed in a batch goes on when its turn comes (mm_page_free_batched)."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    mt = type_when_freed(st, row)
    if st.rp[row] == T_FREE:
        if on_pcp(st, page):
            take_off_pcp(st, page)
            st.rp_sum[RP_BULK] += 1
        elif st.kind[page] == K_FREE:
            return miss(st, row, M_TAKEN, page, find_free(st, page))
        if kind_of_next(st, st.rp[row + F_D]) == T_BATCHED:
            return 0
    if goes_direct(st, row, mt):
        free_to_buddy(st, page, order, mt, 0)
        return 0
    st.rp_page[page] = -1 - row // TRACE_FIELDS
    return put_on_pcp(st, st.rp[row + F_CPU], page, order, mt, 0)


@compiled
def note_passed_over(st: State, page: int, heads: int) -> int:
    """A drain takes the oldest first: what is older and never seen again was not on the list, its lock was taken.

    Its row is marked, for the replay to be done again.
    """
    older = st.nxt[page]
    while older < heads:
        if fate_of(st, older) == T_NOTHING and st.rp_page[older] < 0:
            st.rp[(-1 - st.rp_page[older]) * TRACE_FIELDS + F_B] = 1
            st.rp_sum[RP_AGAIN] += 1
        older = st.nxt[older]
    return 0


@compiled
def on_drain(st: State, row: int, heads: int) -> int:
    """A block went from a per-CPU list to the buddy lists."""
    page = st.rp[row + F_PAGE]
    st.rp_sum[RP_DRAINS] += 1
    if not on_pcp(st, page):
        if st.kind[page] != K_PCP:  # else on a list of a CPU that the dump leaves out
            miss(st, row, M_NOT_ON_PCP, page, st.kind[page])
        if st.kind[page] != K_FREE:
            free_to_buddy(st, page, st.rp[row + F_ORDER], st.rp[row + F_MT], 0)
        return 0
    if st.nxt[page] < heads:
        note_passed_over(st, page, heads)
    else:
        st.rp_sum[RP_DRAINS_RIGHT] += 1
    order = take_off_pcp(st, page)
    free_to_buddy(st, page, order, st.rp[row + F_MT], 0)
    return 0


@compiled
def on_return(st: State, row: int) -> int:
    """A refused block was put back, at the tail after merging."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    if on_pcp(st, page):
        take_off_pcp(st, page)
    merged = free_to_buddy(st, page, order, st.pb_mt[page >> PAGEBLOCK_ORDER], 1)
    if merged != st.rp[row + F_A] or st.order[merged] != st.rp[row + F_B]:
        miss(st, row, M_MERGED, st.rp[row + F_A], merged)
    return 0
