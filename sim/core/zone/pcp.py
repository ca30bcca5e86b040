"""Per-CPU page lists (free_unref_page, rmqueue_pcplist, v6.1; METADATA: RFC v1 #6, #7)."""

from sim.core.hooks.cost import X_DRAIN_CPU, X_REFILL_PAGE, charge
from sim.core.hooks.records import trace
from sim.core.jit.build import compiled, entry, inlined, outlined
from sim.core.page.lists import list_add, list_add_tail, list_del
from sim.core.page.pages import set_kind
from sim.core.page.prefetch import look_anew, look_back
from sim.core.state.consts import (
    CMA,
    COSTLY_ORDER,
    E_DRAIN,
    K_FREE,
    K_PCP,
    METADATA,
    MOVABLE,
    NO_PAGE,
    PAGEBLOCK_ORDER,
    PCPTYPES,
)
from sim.core.state.indices import (
    CC_CAPTURE,
    D_CPUS,
    D_KSWAPD,
    D_PCP_HEADS,
    D_REPLAY,
    D_ZONES,
    RP_DRAINS_RIGHT,
    V_PCP_HIT,
    V_REFILL,
)
from sim.core.state.state import PCP_LISTS, State
from sim.core.zone.buddy import free_one_page, rmqueue_smallest
from sim.core.zone.capture import capture
from sim.core.zone.counters import free_cma_pages, free_pages, mod_free, mod_free_of_type
from sim.core.zone.fallback import rmqueue_fallback
from sim.core.zone.watermark import ALLOC_CMA, ALLOC_FROM_METADATA


@compiled
def cma_first(st: State, z: int, flags: int) -> int:
    """Movable requests take from CMA while more than half of the free memory is there, by drifting counters."""
    if st.z_cma[z] == 0 or not flags & ALLOC_CMA:
        return 0
    return free_cma_pages(st, z) > free_pages(st, z) // 2


@compiled
def rmqueue_special(st: State, z: int, order: int, flags: int) -> int:
    """A block of a type that is lent only: CMA, then METADATA (RFC v1 #4). Or NO_PAGE."""
    page = NO_PAGE
    if flags & ALLOC_CMA:
        page = rmqueue_smallest(st, z, order, CMA)
    if page == NO_PAGE and flags & ALLOC_FROM_METADATA:
        page = rmqueue_smallest(st, z, order, METADATA)
    return page


@entry
def rmqueue_one(st: State, z: int, order: int, mt: int, flags: int) -> int:
    """One block off the buddy lists (__rmqueue), or NO_PAGE: own type, CMA and METADATA if allowed, then stealing."""
    if cma_first(st, z, flags):
        page = rmqueue_smallest(st, z, order, CMA)
        if page != NO_PAGE:
            return page
    while True:
        page = rmqueue_smallest(st, z, order, mt)
        if page == NO_PAGE:
            page = rmqueue_special(st, z, order, flags)
        if page != NO_PAGE or not rmqueue_fallback(st, z, order, mt, flags):
            return page


@compiled
def type_taken(st: State, page: int, mt: int) -> int:
    """The list a block was taken from: CMA, METADATA and HIGHATOMIC lists hold pages of their pageblocks only."""
    block = st.pb_mt[page >> PAGEBLOCK_ORDER]
    return block if block >= PCPTYPES else mt


@compiled
def pcp_allowed_order(st: State, order: int) -> int:
    """Orders 0..3 and 9 have per-CPU lists."""
    return order <= COSTLY_ORDER or order == PAGEBLOCK_ORDER


@inlined
def order_to_pindex(st: State, order: int, mt: int) -> int:
    """Which of the 14 lists: 3 * order + type, 12 and 13 for huge pages not movable and movable."""
    if order == PAGEBLOCK_ORDER:
        return 12 + (mt == MOVABLE)
    return 3 * order + mt


@inlined
def pindex_to_order(st: State, pindex: int) -> int:
    """The order of the blocks on a list."""
    return PAGEBLOCK_ORDER if pindex >= 12 else pindex // 3


@inlined
def pcp_head(st: State, pcp: int, pindex: int) -> int:
    """Head entry of one list of one zone and CPU (`pcp` = zone * cpus + cpu)."""
    return st.dim[D_PCP_HEADS] + pcp * PCP_LISTS + pindex


@inlined
def pcp_take(st: State, pcp: int, pindex: int, page: int) -> int:
    """Take a block off its per-CPU list; returns its remembered type. Its pages stay K_PCP."""
    order = pindex_to_order(st, pindex)
    list_del(st, page)
    st.pcp_len[pcp * PCP_LISTS + pindex] -= 1
    st.pcp_count[pcp] -= 1 << order
    st.order[page] = -1
    return st.mt[page]


@compiled
def next_list(st: State, pcp: int, pindex: int) -> int:
    """The next list with entries after `pindex`, going round."""
    for step in range(1, PCP_LISTS + 1):
        i = (pindex + step) % PCP_LISTS
        if st.pcp_len[pcp * PCP_LISTS + i] > 0:
            return i
    return 0


@compiled
def free_type(st: State, z: int, page: int) -> int:
    """Type a drained block is freed as: the remembered one, the pageblock's while any pageblock is isolated."""
    return st.pb_mt[page >> PAGEBLOCK_ORDER] if st.z_isolated[z] else st.mt[page]


@compiled
def note_drained(st: State, page: int) -> int:
    """A drain of ours: right if the trace has one of this page, before or after."""
    st.rp_sum[RP_DRAINS_RIGHT] += st.rp_drained[page] < 0
    st.rp_drained[page] += 1
    return 0


@outlined
def free_pcppages_bulk(st: State, pcp: int, count: int, pindex: int) -> int:
    """Give `count` pages back to the buddy lists: list after list from `pindex` on, each emptied from its tail."""
    z = pcp // st.dim[D_CPUS]
    count = min(count, st.pcp_count[pcp])
    pindex = (pindex + PCP_LISTS - 1) % PCP_LISTS
    while count > 0:
        pindex = next_list(st, pcp, pindex)
        order = pindex_to_order(st, pindex)
        head = pcp_head(st, pcp, pindex)
        while count > 0 and st.prv[head] != head:
            page = st.prv[head]
            mt = free_type(st, z, page)
            pcp_take(st, pcp, pindex, page)
            set_kind(st, page, order, K_FREE)
            if not (st.cc[CC_CAPTURE] and capture(st, page, order, mt)):
                free_one_page(st, page, order, mt, 0)
            trace(st, E_DRAIN, page, order, mt)
            if st.dim[D_REPLAY]:
                note_drained(st, page)
            count -= 1 << order
        look_anew(st, head)
    return 0


@inlined
def high_limit(st: State, z: int, pcp: int, order: int) -> int:
    """How many pages the lists may hold before a drain; 0 when the freed order asks for all (free_high).

    While kswapd works (ZONE_RECLAIM_ACTIVE) at most four batches.
    """
    if st.pcp_factor[pcp] and 0 < order <= COSTLY_ORDER:
        return 0
    if st.dim[D_KSWAPD]:
        return min(4 * st.pcp_batch[z], st.pcp_high[z])
    return st.pcp_high[z]


@inlined
def drain_batch(st: State, z: int, pcp: int, limit: int) -> int:
    """How many pages a drain gives back; free_factor grows with every drain (nr_pcp_free)."""
    batch = st.pcp_batch[z]
    if limit == 0:
        return st.pcp_count[pcp]
    if limit < batch:
        return 1
    n = batch << st.pcp_factor[pcp]
    if n < limit - batch and st.pcp_factor[pcp] < 5:
        st.pcp_factor[pcp] += 1
    return min(max(n, batch), limit - batch)


@inlined
def free_to_pcp(st: State, z: int, cpu: int, page: int, order: int, mt: int) -> int:
    """free_unref_page_commit: head of its list, then a drain if the lists are too long."""
    pcp = z * st.dim[D_CPUS] + cpu
    pindex = order_to_pindex(st, order, MOVABLE if mt >= PCPTYPES else mt)
    set_kind(st, page, order, K_PCP)
    st.order[page] = order
    st.mt[page] = mt
    head = pcp_head(st, pcp, pindex)
    list_add(st, head, page)
    look_back(st, head, order)
    st.pcp_len[pcp * PCP_LISTS + pindex] += 1
    st.pcp_count[pcp] += 1 << order
    limit = high_limit(st, z, pcp, order)
    if st.pcp_count[pcp] >= limit:
        free_pcppages_bulk(st, pcp, drain_batch(st, z, pcp, limit), pindex)
    return 0


@outlined
def refill(st: State, pcp: int, order: int, mt: int, flags: int) -> int:
    """rmqueue_bulk: a batch of blocks to the tail of the list, so that the first taken is used first."""
    z = pcp // st.dim[D_CPUS]
    pindex = order_to_pindex(st, order, mt)
    batch = st.pcp_batch[z]
    wanted = batch if batch == 1 else max(batch >> order, 2)
    taken = 0
    for _ in range(wanted):
        page = rmqueue_one(st, z, order, mt, flags)
        if page == NO_PAGE:
            break
        found = type_taken(st, page, mt)
        mod_free_of_type(st, z, -(1 << order), found)
        set_kind(st, page, order, K_PCP)
        st.order[page] = order
        st.mt[page] = found
        list_add_tail(st, pcp_head(st, pcp, pindex), page)
        taken += 1
    st.pcp_len[pcp * PCP_LISTS + pindex] += taken
    st.pcp_count[pcp] += taken << order
    mod_free(st, z, -(taken << order))
    st.vm[V_REFILL] += 1
    charge(st, X_REFILL_PAGE, taken << order)
    return 0


@inlined
def take_from_pcplist(st: State, pcp: int, order: int, mt: int, flags: int) -> int:
    """The head of the per-CPU list, refilled when empty, or NO_PAGE (__rmqueue_pcplist). Its pages are still K_PCP."""
    pindex = order_to_pindex(st, order, mt)
    if st.pcp_len[pcp * PCP_LISTS + pindex] == 0:
        refill(st, pcp, order, mt, flags)
        if st.pcp_len[pcp * PCP_LISTS + pindex] == 0:
            return NO_PAGE
    else:
        st.vm[V_PCP_HIT] += 1
    page = st.nxt[pcp_head(st, pcp, pindex)]
    pcp_take(st, pcp, pindex, page)
    return page


@inlined
def rmqueue_pcplist(st: State, z: int, cpu: int, order: int, mt: int, flags: int) -> int:
    """`take_from_pcplist` for one request: it halves free_factor, whatever the list holds."""
    pcp = z * st.dim[D_CPUS] + cpu
    st.pcp_factor[pcp] >>= 1
    return take_from_pcplist(st, pcp, order, mt, flags)


@compiled
def drain_pages_zone(st: State, z: int, cpu: int) -> int:
    """The lists of one CPU and zone back to the buddy lists, in chunks of batch << 5."""
    pcp = z * st.dim[D_CPUS] + cpu
    while st.pcp_count[pcp] > 0:
        free_pcppages_bulk(st, pcp, min(st.pcp_count[pcp], st.pcp_batch[z] << 5), 0)
    return 0


@outlined
def drain_zone(st: State, z: int) -> int:
    """Drain the lists of every CPU, of one zone only (drain_all_pages with a zone)."""
    charge(st, X_DRAIN_CPU, st.dim[D_CPUS])
    for cpu in range(st.dim[D_CPUS]):
        drain_pages_zone(st, z, cpu)
    return 0


@outlined
def drain_all_pages(st: State) -> int:
    """Drain the lists of every CPU, of each the zones in order."""
    charge(st, X_DRAIN_CPU, st.dim[D_CPUS])
    for cpu in range(st.dim[D_CPUS]):
        for z in range(st.dim[D_ZONES]):
            drain_pages_zone(st, z, cpu)
    return 0
