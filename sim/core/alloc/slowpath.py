"""When the first pass found nothing: __alloc_pages_slowpath (v6.1; facts 5)."""

from sim.core.alloc.freelist import get_page_from_freelist, gfp_migratetype, highest_zone, return_page_to_buddy
from sim.core.compaction.compact_direct import should_compact_retry, try_to_compact_pages
from sim.core.hooks.cost import FROM_SLOW, X_SLOW_PATH, charge
from sim.core.hooks.records import record_cold
from sim.core.hooks.why import W_LAST, W_ROUND, W_SLOW, why_values
from sim.core.jit.build import compiled, inlined, outlined
from sim.core.page.pages import zone_of
from sim.core.reclaim.oom import out_of_memory
from sim.core.reclaim.reclaim import direct_reclaim, wake_kswapd
from sim.core.rules import needs_storage
from sim.core.state.consts import (
    COMPACT_DEFERRED,
    COMPACT_SKIPPED,
    COMPACT_SUCCESS,
    COSTLY_ORDER,
    E_RECLAIM_RETRY,
    MOVABLE,
    NO_PAGE,
    OK,
    PRIO_ASYNC,
    PRIO_SYNC_LIGHT,
)
from sim.core.state.gfp import (
    GFP_DIRECT_RECLAIM,
    GFP_HIGH,
    GFP_IO,
    GFP_KSWAPD_RECLAIM,
    GFP_MEMALLOC,
    GFP_NOMEMALLOC,
    GFP_NORETRY,
    GFP_RETRY_MAYFAIL,
    GFP_TAGGED,
    GFP_THISNODE,
)
from sim.core.state.indices import (
    CC_CAPTURED,
    CC_PRIORITY,
    CC_RESULT,
    CC_RETRIES,
    D_EXPLAIN,
    D_ZONES,
    R_PATH,
    V_COMPACT_FAIL,
    V_COMPACT_STALL,
    V_COMPACT_SUCCESS,
    ZC_FLUSH,
)
from sim.core.state.state import ZONE_COMPACT_FIELDS, State
from sim.core.take.tag_storage import reserve_metadata_storage
from sim.core.zone.compact_defer import defer_reset
from sim.core.zone.highatomic import reserve_highatomic_pageblock, unreserve_highatomic_pageblock
from sim.core.zone.pcp import drain_all_pages
from sim.core.zone.watermark import (
    ALLOC_CMA,
    ALLOC_FROM_METADATA,
    ALLOC_HIGHATOMIC,
    ALLOC_KSWAPD,
    ALLOC_NO_WATERMARKS,
    ALLOC_NON_BLOCK,
    ALLOC_OOM,
    WMARK_HIGH,
    WMARK_MIN,
    ZONE_NORMAL,
    movable_flags,
    zone_watermark_ok,
)
from sim.core.zone.watermark_numbers import note_refusal, oom_row

MAX_RECLAIM_RETRIES = 16
GAVE_UP = -2  # beside NO_PAGE: no kill could help, or there was nobody to kill


@compiled
def should_reclaim_retry(st: State, order: int, highest: int, flags: int, no_progress: int) -> int:
    """Whether some zone would pass at MIN if all its page cache were free. Each zone that is asked prints so."""
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        free = st.z_free[z] + st.z_file[z]  # exact, not as the drifting counter says
        if st.z_type[z] > highest:
            continue
        ok = zone_watermark_ok(st, z, order, st.z_min[z], highest, flags, free)
        row = record_cold(st, E_RECLAIM_RETRY, NO_PAGE, order, z, st.z_file[z])
        st.ev[row + 7] = free
        st.ev[row + 8] = st.z_min[z]
        st.ev[row + 9] = 2 * no_progress + (ok > 0)
        if ok:
            return 1
    return 0


@inlined
def slow_flags(st: State, order: int, gfp: int) -> int:
    """gfp_to_alloc_flags. Interrupts and real-time tasks are not modelled."""
    mt = gfp_migratetype(st, gfp)
    flags = WMARK_MIN | (gfp & (GFP_HIGH | GFP_KSWAPD_RECLAIM))
    if not gfp & (GFP_DIRECT_RECLAIM | GFP_NOMEMALLOC):
        flags |= ALLOC_NON_BLOCK
        if order > 0 and gfp & GFP_HIGH:
            flags |= ALLOC_HIGHATOMIC
    return flags | (movable_flags(st, gfp & GFP_TAGGED) if mt == MOVABLE else 0)


@outlined
def slow_pass(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """get_page_from_freelist in the slow path; a HIGHATOMIC request that got a block keeps its pageblock for others."""
    page = get_page_from_freelist(st, order, gfp, flags, process)
    if page != NO_PAGE and flags & ALLOC_HIGHATOMIC:
        reserve_highatomic_pageblock(st, page)
    return page


@outlined
def after_reclaim(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """What follows direct reclaim with progress: a pass, then one with empty per-CPU lists. Or NO_PAGE."""
    page = slow_pass(st, order, gfp, flags, process)
    if page == NO_PAGE:
        unreserve_highatomic_pageblock(st, gfp_migratetype(st, gfp), highest_zone(st, gfp), 0)
        drain_all_pages(st)
        page = slow_pass(st, order, gfp, flags, process)
    return page


@compiled
def may_compact(st: State, order: int, gfp: int) -> int:
    """Whether the request may compact directly (gfp_compaction_allowed)."""
    return order > 0 and gfp & GFP_DIRECT_RECLAIM and gfp & GFP_IO


@compiled
def captured_has_storage(st: State, page: int, order: int, process: int) -> int:
    """RFC v1 #19: a captured block of a tagged request needs tag storage, like any other."""
    if not needs_storage(st):
        return 1
    return reserve_metadata_storage(st, page, order, st.p_fatal[process], st.p_cpu[process]) == OK


@outlined
def direct_compact(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """__alloc_pages_direct_compact at CC_PRIORITY: the captured block, or what a pass finds then. Or NO_PAGE."""
    mt = gfp_migratetype(st, gfp)
    result = try_to_compact_pages(st, order, mt, gfp, flags, highest_zone(st, gfp), st.p_cpu[process])
    st.cc[CC_RESULT] = result
    if result == COMPACT_SKIPPED:
        return NO_PAGE
    st.vm[V_COMPACT_STALL] += 1
    page = st.cc[CC_CAPTURED] if result == COMPACT_SUCCESS else NO_PAGE
    if page != NO_PAGE and gfp & GFP_TAGGED and not captured_has_storage(st, page, order, process):
        return_page_to_buddy(st, page, order)
        page = NO_PAGE
    if page == NO_PAGE:
        page = slow_pass(st, order, gfp, flags, process)
    if page == NO_PAGE:
        st.vm[V_COMPACT_FAIL] += 1
        return NO_PAGE
    st.zone_compact[zone_of(st, page) * ZONE_COMPACT_FIELDS + ZC_FLUSH] = 0
    defer_reset(st, zone_of(st, page), order, 1)
    st.vm[V_COMPACT_SUCCESS] += 1
    return page


@outlined
def last_try(st: State, order: int, gfp: int, process: int) -> int:
    """__alloc_pages_may_oom: once more at the HIGH mark, without METADATA; then the OOM killer.

    Returns the page, NO_PAGE after a kill, or GAVE_UP when nobody could be killed, or may be.
    """
    if st.dim[D_EXPLAIN]:
        why_values(st, W_LAST, 0, 0, 0)
    page = slow_pass(st, order, gfp, WMARK_HIGH, process)
    if page != NO_PAGE:
        return page
    low = highest_zone(st, gfp) < ZONE_NORMAL  # no kill makes room there for sure
    if order > COSTLY_ORDER or low or gfp & (GFP_RETRY_MAYFAIL | GFP_THISNODE):
        return GAVE_UP
    note_refusal(st, oom_row(st), order, gfp, highest_zone(st, gfp), slow_flags(st, order, gfp))
    closed = gfp & GFP_TAGGED or gfp_migratetype(st, gfp) != MOVABLE
    return NO_PAGE if out_of_memory(st, process, order, gfp & GFP_TAGGED, closed) else GAVE_UP


@outlined
def another_round(st: State, order: int, gfp: int, flags: int, no_progress: int, progress: int) -> int:
    """Whether reclaim or compaction may still help: should_reclaim_retry, should_compact_retry."""
    mt = gfp_migratetype(st, gfp)
    highest = highest_zone(st, gfp)
    if no_progress <= MAX_RECLAIM_RETRIES and should_reclaim_retry(st, order, highest, flags, no_progress):
        return 1
    if unreserve_highatomic_pageblock(st, mt, highest, 1):
        return 1
    return progress and gfp & GFP_IO and should_compact_retry(st, order, flags, highest)


@outlined
def retry_loop(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """The loop of __alloc_pages_slowpath: a pass, reclaim, compaction, and OOM after 16 rounds without progress."""
    no_progress = 0
    memalloc = gfp & GFP_MEMALLOC and not gfp & GFP_NOMEMALLOC
    if memalloc:  # who frees memory may use all of it
        flags = (flags & (ALLOC_KSWAPD | ALLOC_CMA | ALLOC_FROM_METADATA)) | ALLOC_NO_WATERMARKS
    while True:
        victim = st.p_fatal[process]
        page = slow_pass(st, order, gfp, flags | ALLOC_OOM if victim else flags, process)
        if page != NO_PAGE or victim or gfp & GFP_MEMALLOC or not gfp & GFP_DIRECT_RECLAIM:
            return page
        highest = highest_zone(st, gfp)
        progress = direct_reclaim(st, highest, order, gfp, st.p_cpu[process]) > 0
        if progress:
            page = after_reclaim(st, order, gfp, flags, process)
        if page == NO_PAGE and may_compact(st, order, gfp):
            page = direct_compact(st, order, gfp, flags, process)
        if page != NO_PAGE:
            return page
        if gfp & GFP_NORETRY or (order > COSTLY_ORDER and not gfp & GFP_RETRY_MAYFAIL):
            return NO_PAGE
        no_progress = 0 if progress and order <= COSTLY_ORDER else no_progress + 1
        again = another_round(st, order, gfp, flags, no_progress, progress)
        if st.dim[D_EXPLAIN]:
            why_values(st, W_ROUND, no_progress, progress, again)
        if again:
            continue
        page = last_try(st, order, gfp, process)
        if page != NO_PAGE:
            return NO_PAGE if page == GAVE_UP else page
        no_progress = 0


@compiled
def compacts_first(st: State, order: int, gfp: int) -> int:
    """Whether compaction comes before reclaim: large orders, and what is not movable (it may stay for ever)."""
    if not may_compact(st, order, gfp) or (gfp & GFP_MEMALLOC and not gfp & GFP_NOMEMALLOC):
        return 0
    return order > COSTLY_ORDER or gfp_migratetype(st, gfp) != MOVABLE


@outlined
def alloc_pages_slowpath(st: State, order: int, gfp: int, process: int) -> int:
    """__alloc_pages_slowpath."""
    charge(st, X_SLOW_PATH, 1)
    st.req[R_PATH] |= FROM_SLOW
    if gfp & GFP_KSWAPD_RECLAIM:
        wake_kswapd(st, highest_zone(st, gfp), order, gfp & GFP_DIRECT_RECLAIM, gfp)
    flags = slow_flags(st, order, gfp)
    if st.dim[D_EXPLAIN]:
        why_values(st, W_SLOW, flags, 0, 0)
    costly_noretry = order > COSTLY_ORDER and gfp & GFP_NORETRY
    page = slow_pass(st, order, gfp, flags, process)
    if page == NO_PAGE and compacts_first(st, order, gfp):
        st.cc[CC_PRIORITY] = PRIO_ASYNC
        page = direct_compact(st, order, gfp, flags, process)
        tired = st.cc[CC_RESULT] <= COMPACT_DEFERRED or gfp & GFP_THISNODE
        if page == NO_PAGE and costly_noretry and tired:
            return NO_PAGE
    if page != NO_PAGE:
        return page
    st.cc[CC_PRIORITY] = PRIO_ASYNC if costly_noretry else PRIO_SYNC_LIGHT
    st.cc[CC_RETRIES] = 0
    return retry_loop(st, order, gfp, flags, process)
