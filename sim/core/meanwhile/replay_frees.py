"""Frees that a trace tells, in requests mode: what callers gave back, by the page that we had handed out.

A page of the trace and the page that we gave in its place may differ; `rp_page` keeps ours (+ 1, 0 the same page).
"""

from sim.core.jit.build import compiled, only_in_replay
from sim.core.meanwhile.replay_rows import F_A, F_B, F_CPU, F_D, F_ORDER, F_PAGE, F_PID, kind_of_next
from sim.core.meanwhile.replay_told import kind_for, set_kinds
from sim.core.page.pages import find_head
from sim.core.page.process import disown, split_huge_page
from sim.core.reclaim.free import free_unref_page
from sim.core.state.consts import F_HEAD, F_TAGGED, K_FREE, K_PCP, NO_PAGE, T_ALLOC, T_BATCHED, T_FREE, TRACE_FIELDS
from sim.core.state.indices import D_CPU, D_PAGES, D_TAGGED, RP_BULK, RP_CURSOR, RP_END, RP_SERVED
from sim.core.state.state import PCP_LISTS, State
from sim.core.tags.metadata import free_metadata_storage
from sim.core.zone.pcp import pcp_head, pcp_take

GONE = -1  # `rp_page` of a page of the trace for which we gave none
OWN_LINE, TARGET_LINE = 2, 3  # column b of rows that a reservation of ours stands for


@compiled
def owned(st: State, page: int) -> int:
    """Whether an allocated block starts here."""
    return st.flags[page] & F_HEAD and st.order[page] >= 0


@compiled
def ours(st: State, page: int) -> int:
    """The page that we gave where the trace has `page`, or NO_PAGE."""
    other = st.rp_page[page]
    if other == 0:
        return page
    return NO_PAGE if other == GONE else other - 1


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
def prepare_free(st: State, page: int, order: int, was_tagged: int) -> int:
    """free_pages_prepare: the block has no owner any more, and its tags go.

    Storage of a page that was asked for to be tagged and never was stays reserved for good (facts 12.26).
    """
    tagged = disown_range(st, page, order)
    for i in range(page, page + (1 << order)):
        st.flags[i] = 0
    if tagged:
        st.dim[D_TAGGED] -= 1 << order
        if was_tagged:
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
        prepare_free(st, page, order, st.rp[row + F_A])
        if kind_of_next(st, st.rp[row + F_D]) == T_BATCHED:
            return 0
    elif st.kind[page] == K_FREE or st.kind[page] == K_PCP or owned(st, page):
        return 0
    st.rp_page[told] = 0
    kind = st.kind[page]
    set_kinds(st, page, order, kind)
    free_unref_page(st, page, order, st.rp[row + F_CPU])
    return 0


@only_in_replay
def serve_others(st: State, kind: int) -> int:
    """Frees of everybody up to the row where the reservation at hand takes its next target (T_ALLOC) or ends a pass
    (T_RESERVE).
    """
    asker = st.rp[st.rp_sum[RP_END] * TRACE_FIELDS + F_PID]
    cpu = st.dim[D_CPU]
    n = max(st.rp_sum[RP_SERVED], st.rp_sum[RP_CURSOR] + 1)
    last = n
    while last < st.rp_sum[RP_END]:
        row = last * TRACE_FIELDS
        meant = st.rp[row] == kind and st.rp[row + F_PID] == asker
        if meant and (kind != T_ALLOC or st.rp[row + F_B] == TARGET_LINE):
            break
        last += 1
    if last >= st.rp_sum[RP_END]:
        return 0
    for i in range(n, last):
        row = i * TRACE_FIELDS
        st.dim[D_CPU] = st.rp[row + F_CPU]
        if st.rp[row] == T_FREE or st.rp[row] == T_BATCHED:
            asked_free(st, row)
    st.rp_sum[RP_SERVED] = last + 1
    st.dim[D_CPU] = cpu
    return 0
