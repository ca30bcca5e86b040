"""Requests mode of a replay: only what callers did is told; refills, drains, splits, merges, stealing are ours.

A page of the trace and the page that we gave in its place may differ; `rp_page` keeps ours (+ 1, 0 the same page),
so that a free frees what we gave.
"""

from sim.core.build import compiled, entry, outlined
from sim.core.consts import (
    C_ANON,
    C_SLAB,
    C_UNMOVABLE,
    F_HEAD,
    F_PINNED,
    F_TAGGED,
    K_FREE,
    K_PCP,
    K_TAGGED,
    METADATA,
    MOVABLE,
    NO_PAGE,
    PAGEBLOCK_ORDER,
    RECLAIMABLE,
    T_ALLOC,
    T_BATCHED,
    T_DRAIN,
    T_FREE,
    T_ISOLATE_FREE,
    T_KSWAPD_SLEEP,
    T_KSWAPD_WAKE,
    T_PIN,
    T_REQUEST,
    T_UNPIN,
    TRACE_FIELDS,
)
from sim.core.contig import split_huge_page
from sim.core.free import put_page
from sim.core.gfp import GFP_TAGGED
from sim.core.metadata import free_metadata_storage
from sim.core.page_alloc import alloc_pages, gfp_migratetype
from sim.core.pages import find_head
from sim.core.pcp import drain_zone_pages, pcp_head, pcp_take
from sim.core.process import class_of, disown, own
from sim.core.replay_events import (
    F_A,
    F_B,
    F_CPU,
    F_D,
    F_ORDER,
    F_PAGE,
    M_ALLOC,
    kind_of_next,
    miss,
    told_isolate_free,
)
from sim.core.replay_told import kind_for, set_kinds
from sim.core.request import begin
from sim.core.state import (
    D_CPU,
    D_KSWAPD,
    D_PAGES,
    D_POLICY,
    D_TAGGED,
    D_ZONES,
    PCP_LISTS,
    RP_ALLOCS,
    RP_AWAKE,
    RP_BULK,
    RP_CURSOR,
    RP_DRAINS,
    RP_DRAINS_RIGHT,
    RP_END,
    RP_FAILED,
    RP_FAILED_RIGHT,
    RP_HINT_C,
    RP_HINT_D,
    RP_POPPED,
    RP_PREDICTED,
    RP_PUSHED,
    RP_TARGETS,
    RP_USED_C,
    RP_USED_D,
    RP_USED_T,
    State,
)

GONE = -1  # `rp_page` of a page of the trace for which we gave none
OWN_LINE, TARGET_LINE = 2, 3  # column b of rows that a reservation of ours stands for


@compiled
def owned(st: State, page: int) -> int:
    """Whether an allocated block starts here."""
    return st.flags[page] & F_HEAD and st.order[page] >= 0


@compiled
def class_for(st: State, mt: int) -> int:
    """What we take a block for that was asked for with this migratetype."""
    if mt == MOVABLE:
        return C_ANON
    return C_SLAB if mt == RECLAIMABLE else C_UNMOVABLE


@entry
def own_everything(st: State, start: int, end: int) -> int:
    """Every allocated page of a dump gets an owner, page by page: which belong together no dump says."""
    for page in range(start, end):
        kind = st.kind[page]
        if kind > K_PCP and kind <= K_TAGGED + 1:
            own(st, 0, class_of(st, page), page, 0)
            if st.flags[page] & F_TAGGED:
                st.dim[D_TAGGED] += 1
    return 0


@compiled
def ours(st: State, page: int) -> int:
    """The page that we gave where the trace has `page`, or NO_PAGE."""
    other = st.rp_page[page]
    if other == 0:
        return page
    return NO_PAGE if other == GONE else other - 1


@compiled
def pcp_of(st: State, page: int) -> int:
    """The per-CPU lists that a block on one of them belongs to: found by walking to the head (rare)."""
    entry_ = page
    while entry_ < st.dim[D_PAGES]:
        entry_ = st.nxt[entry_]
    return (entry_ - pcp_head(st, 0, 0)) // PCP_LISTS


@compiled
def take_bulk(st: State, page: int) -> int:
    """A page is freed that was never seen to be given: a bulk allocation took it off its per-CPU list."""
    if st.kind[page] != K_PCP or st.order[page] != 0:
        return 0
    head = page
    while head < st.dim[D_PAGES]:
        head = st.nxt[head]
    at = head - pcp_head(st, 0, 0)
    pcp_take(st, at // PCP_LISTS, at % PCP_LISTS, page)
    set_kinds(st, page, 0, kind_for(st, 0))
    st.rp_sum[RP_BULK] += 1
    return 1


@compiled
def disown_range(st: State, page: int, order: int) -> int:
    """Take [page, page + 2^order) from its owners; a larger block around it is split first. Returns whether tagged."""
    tagged = st.flags[page] & F_TAGGED
    head = find_head(st, page)
    if head != NO_PAGE and st.order[head] > order:
        split_huge_page(st, head)
    i = page
    end = page + (1 << order)
    while i < end:
        size = 1
        if owned(st, i):
            size = 1 << disown(st, i)
        st.order[i] = -1
        st.flags[i] = 0
        i += size
    return tagged


@compiled
def prepare_free(st: State, page: int, order: int) -> int:
    """free_pages_prepare: the block has no owner any more, and its tags go."""
    tagged = disown_range(st, page, order)
    for i in range(page, page + (1 << order)):
        st.flags[i] = 0
    if tagged:
        st.dim[D_TAGGED] -= 1 << order
        free_metadata_storage(st, page, order)
    return 0


@compiled
def asked_free(st: State, row: int) -> int:
    """A caller freed a block; in a batch its turn comes with mm_page_free_batched."""
    told = st.rp[row + F_PAGE]
    page = ours(st, told)
    if st.rp[row + F_B] == OWN_LINE or page == NO_PAGE:
        return 0
    order = st.rp[row + F_ORDER]
    if st.rp[row] == T_FREE:
        if not owned(st, page) and find_head(st, page) == NO_PAGE and not take_bulk(st, page):
            return 0
        prepare_free(st, page, order)
        if kind_of_next(st, st.rp[row + F_D]) == T_BATCHED:
            return 0
    elif st.kind[page] == K_FREE or st.kind[page] == K_PCP or owned(st, page):
        return 0
    st.rp_page[told] = 0
    kind = st.kind[page]
    set_kinds(st, page, order, kind)
    return put_page(st, page, order, st.rp[row + F_CPU]) * 0


@compiled
def give(st: State, told: int, page: int, row: int) -> int:
    """The block is the caller's."""
    order = st.rp[row + F_ORDER]
    gfp = st.rp[row + F_A]
    mt = gfp_migratetype(st, gfp)
    set_kinds(st, page, order, kind_for(st, mt))
    if gfp & GFP_TAGGED and mt == MOVABLE and st.dim[D_POLICY] == 2:
        set_kinds(st, page, order, K_TAGGED)
        st.flags[page] |= F_TAGGED
        st.dim[D_TAGGED] += 1 << order
    own(st, 0, class_of(st, page), page, order)
    if told >= 0:
        st.rp_page[told] = 0 if told == page else page + 1
    return 0


@compiled
def answer(st: State, row: int, told: int, page: int) -> int:
    """Compare what we gave with what the trace has, and hand it out."""
    if told < 0:
        st.rp_sum[RP_FAILED] += 1
        st.rp_sum[RP_FAILED_RIGHT] += page == NO_PAGE
        if page != NO_PAGE:  # nobody has it: back where it came from
            put_page(st, page, st.rp[row + F_ORDER], st.rp[row + F_CPU])
        return 0
    st.rp_sum[RP_ALLOCS] += 1
    if page == told:
        st.rp_sum[RP_PREDICTED] += 1
    else:
        miss(st, row, M_ALLOC, told, page)
    if page == NO_PAGE:
        st.rp_page[told] = GONE
        return 0
    return give(st, told, page, row)


@compiled
def told_target(st: State, row: int, told: int) -> int:
    """The next target that a migration of ours took stands for this one."""
    st.rp_sum[RP_ALLOCS] += 1
    if st.rp_sum[RP_POPPED] >= st.rp_sum[RP_PUSHED]:
        st.rp_page[told] = GONE
        return miss(st, row, M_ALLOC, told, NO_PAGE)
    page = st.rp_target[st.rp_sum[RP_POPPED] % RP_TARGETS]
    st.rp_sum[RP_POPPED] += 1
    if page == told:
        st.rp_sum[RP_PREDICTED] += 1
    else:
        miss(st, row, M_ALLOC, told, page)
    st.rp_page[told] = 0 if page == told else page + 1
    return 0


@outlined
def asked_alloc(st: State, row: int) -> int:
    """A caller asked for a block. A row that a reservation of ours stands for only tells where its target went."""
    told = st.rp[row + F_PAGE]
    if st.rp[row + F_B] == OWN_LINE:
        return 0
    if st.rp[row + F_B] == TARGET_LINE:
        return told_target(st, row, told)
    cpu = st.rp[row + F_CPU]
    st.p_cpu[0] = cpu
    st.rp_sum[RP_CURSOR] = row // TRACE_FIELDS
    st.rp_sum[RP_END] = st.rp[row + F_B] if st.rp[row] == T_REQUEST else row // TRACE_FIELDS
    if st.rp[row] == T_REQUEST and st.rp[row + F_D]:
        st.rp_sum[RP_USED_T] += 1
    begin(st, 0, class_for(st, gfp_migratetype(st, st.rp[row + F_A])), st.rp[row + F_ORDER])
    page = alloc_pages(st, st.rp[row + F_ORDER], st.rp[row + F_A], 0)
    st.p_fatal[0] = 0
    return answer(st, row, told, page)


@compiled
def told_drain_line(st: State, row: int) -> int:
    """The trace drained a page: right if we did, before or after. With hint D, do as it did: somebody drained."""
    page = st.rp[row + F_PAGE]
    st.rp_sum[RP_DRAINS] += 1
    if st.rp_sum[RP_HINT_D] and st.rp_drained[page] <= 0 and st.kind[page] == K_PCP and st.order[page] >= 0:
        st.rp_sum[RP_USED_D] += 1
        drain_zone_pages(st, pcp_of(st, page))
    st.rp_sum[RP_DRAINS_RIGHT] += st.rp_drained[page] > 0
    st.rp_drained[page] -= 1
    return 0


@compiled
def kswapd_row(st: State, row: int) -> int:
    """kswapd starts to balance, or goes to sleep: ZONE_RECLAIM_ACTIVE, and how far counters may drift."""
    wakes = st.rp[row] == T_KSWAPD_WAKE
    st.dim[D_KSWAPD] = wakes
    if st.rp_sum[RP_AWAKE] != wakes:
        st.rp_sum[RP_AWAKE] = wakes
        for z in range(st.dim[D_ZONES]):
            held = st.z_threshold[z]
            st.z_threshold[z] = st.z_pressure[z]
            st.z_pressure[z] = held
    return 0


@outlined
def rare_row(st: State, row: int) -> int:
    """The rows that are few."""
    kind = st.rp[row]
    if kind == T_KSWAPD_WAKE or kind == T_KSWAPD_SLEEP:
        return kswapd_row(st, row)
    if kind == T_PIN or kind == T_UNPIN:
        page = ours(st, st.rp[row + F_PAGE])
        if page >= 0:
            st.flags[page] = st.flags[page] | F_PINNED if kind == T_PIN else st.flags[page] & ~F_PINNED
        return 0
    target = kind == T_ISOLATE_FREE and st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER] != METADATA
    if target and st.rp_sum[RP_HINT_C]:
        st.rp_sum[RP_USED_C] += 1
        return told_isolate_free(st, row)
    return 0


@entry
def replay_requests(st: State, start: int, end: int) -> int:
    """Serve every request and free that rows [start, end) tell."""
    for n in range(start, end):
        row = n * TRACE_FIELDS
        kind = st.rp[row]
        st.dim[D_CPU] = st.rp[row + F_CPU]
        if kind == T_ALLOC or kind == T_REQUEST:
            asked_alloc(st, row)
        elif kind == T_FREE or kind == T_BATCHED:
            asked_free(st, row)
        elif kind == T_DRAIN:
            told_drain_line(st, row)
        else:
            rare_row(st, row)
    return 0
