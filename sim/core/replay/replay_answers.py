"""Requests that a trace tells, in requests mode: asked of our allocator, its answers compared.

A page of the trace and the page that we gave in its place may differ; `rp_page` keeps ours (+ 1, 0 the same page),
so that a free frees what we gave.
"""

from sim.core.alloc.freelist import gfp_migratetype
from sim.core.alloc.page_alloc import alloc_pages
from sim.core.alloc.request import begin
from sim.core.alloc.slowpath import after_reclaim, slow_flags
from sim.core.jit.build import compiled, outlined
from sim.core.meanwhile.replay_frees import GONE, OWN_LINE, TARGET_LINE
from sim.core.meanwhile.replay_rows import F_A, F_B, F_C, F_CPU, F_D, F_ORDER, F_PAGE, M_ALLOC, miss
from sim.core.meanwhile.replay_told import kind_for, set_kinds
from sim.core.page.process import class_of, own
from sim.core.reclaim.free import free_unref_page
from sim.core.rules import needs_storage
from sim.core.state.consts import (
    C_ANON,
    C_SLAB,
    C_UNMOVABLE,
    F_TAGGED,
    K_TAGGED,
    MOVABLE,
    NO_PAGE,
    RECLAIMABLE,
    T_REQUEST,
    TRACE_FIELDS,
)
from sim.core.state.gfp import GFP_OOM_VICTIM, GFP_TAGGED
from sim.core.state.indices import (
    D_TAGGED,
    RP_ALLOCS,
    RP_CURSOR,
    RP_END,
    RP_FAILED,
    RP_FAILED_OURS,
    RP_FAILED_RIGHT,
    RP_POPPED,
    RP_PREDICTED,
    RP_PUSHED,
    RP_TARGETS,
    RP_USED_T,
)
from sim.core.state.state import State


@compiled
def class_for(st: State, mt: int) -> int:
    """What we take a block for that was asked for with this migratetype."""
    if mt == MOVABLE:
        return C_ANON
    return C_SLAB if mt == RECLAIMABLE else C_UNMOVABLE


@compiled
def give(st: State, told: int, page: int, row: int) -> int:
    """The block is the caller's."""
    order = st.rp[row + F_ORDER]
    gfp = st.rp[row + F_A]
    mt = gfp_migratetype(st, gfp)
    set_kinds(st, page, order, kind_for(st, mt))
    if gfp & GFP_TAGGED and mt == MOVABLE and needs_storage(st):
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
        st.rp_sum[RP_FAILED_OURS] += page == NO_PAGE
        if page != NO_PAGE:  # nobody has it: back where it came from
            free_unref_page(st, page, st.rp[row + F_ORDER], st.rp[row + F_CPU])
        return 0
    st.rp_sum[RP_ALLOCS] += 1
    if page == told:
        st.rp_sum[RP_PREDICTED] += 1
    else:
        miss(st, row, M_ALLOC, told, page)
    if page == NO_PAGE:
        st.rp_sum[RP_FAILED_OURS] += 1
        st.rp_page[told] = GONE
        return 0
    return give(st, told, page, row)


@compiled
def on_target(st: State, row: int, told: int) -> int:
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
        return on_target(st, row, told)
    cpu = st.rp[row + F_CPU]
    st.p_cpu[0] = cpu
    st.rp_sum[RP_CURSOR] = row // TRACE_FIELDS
    st.rp_sum[RP_END] = st.rp[row + F_B] if st.rp[row] == T_REQUEST else row // TRACE_FIELDS
    if st.rp[row] == T_REQUEST and st.rp[row + F_D]:
        st.rp_sum[RP_USED_T] += 1
    begin(st, 0, class_for(st, gfp_migratetype(st, st.rp[row + F_A])), st.rp[row + F_ORDER])
    st.p_fatal[0] = st.rp[row + F_A] & GFP_OOM_VICTIM > 0
    page = NO_PAGE
    if st.rp[row] == T_REQUEST and st.rp[row + F_C]:
        flags = slow_flags(st, st.rp[row + F_ORDER], st.rp[row + F_A])
        page = after_reclaim(st, st.rp[row + F_ORDER], st.rp[row + F_A], flags, 0)
    if page == NO_PAGE:
        page = alloc_pages(st, st.rp[row + F_ORDER], st.rp[row + F_A], 0)
    st.p_fatal[0] = 0
    return answer(st, row, told, page)
