"""One request to the allocator: fast path, slow path, OOM (__alloc_pages, v6.1; RFC v1 #19)."""

from sim.core.buddy import buddy_list, free_one_page
from sim.core.build import compiled, inlined, outlined
from sim.core.consts import (
    COSTLY_ORDER,
    E_RETURN,
    K_FREE,
    MOVABLE,
    NO_PAGE,
    OK,
    P_RFC_V1,
    PAGEBLOCK_ORDER,
)
from sim.core.gfp import (
    GFP_DIRECT_RECLAIM,
    GFP_HIGH,
    GFP_KSWAPD_RECLAIM,
    GFP_MEMALLOC,
    GFP_NOMEMALLOC,
    GFP_NORETRY,
    GFP_RETRY_MAYFAIL,
    GFP_TAGGED,
)
from sim.core.oom import out_of_memory
from sim.core.pages import set_kind, zone_of
from sim.core.pcp import drain_all_pages
from sim.core.reclaim import direct_reclaim, wake_kswapd
from sim.core.records import mark_once, record
from sim.core.rmqueue import get_page_untagged, no_fragment, rmqueue, zone_allows
from sim.core.state import (
    D_POLICY,
    D_ZONES,
    R_PASSES,
    R_REFUSALS,
    R_REFUSED,
    V_REFUSED,
    State,
)
from sim.core.tag_storage import reserve_metadata_storage
from sim.core.watermark import (
    ALLOC_CMA,
    ALLOC_FROM_METADATA,
    ALLOC_KSWAPD,
    ALLOC_NO_WATERMARKS,
    ALLOC_NOFRAGMENT,
    ALLOC_NON_BLOCK,
    ALLOC_OOM,
    WMARK_HIGH,
    WMARK_LOW,
    WMARK_MIN,
    ZONE_MOVABLE,
    ZONE_NORMAL,
    movable_flags,
    zone_watermark_ok,
)

MAX_RECLAIM_RETRIES = 16


@compiled
def return_page_to_buddy(st: State, page: int, order: int) -> int:
    """A refused page merges with its free buddies and goes to the tail of its list (facts 4.1, 12.7)."""
    set_kind(st, page, order, K_FREE)
    mt = st.pb_mt[page >> PAGEBLOCK_ORDER]
    merged = free_one_page(st, page, order, mt, 1)
    merged_order = st.order[merged]
    alone = st.nr_free[buddy_list(st, zone_of(st, page), merged_order, mt)] == 1
    row = record(st, E_RETURN, page, order, merged, merged_order)
    st.ev[row + 7] = alone
    st.ev[row + 8] = 1
    st.req[R_REFUSALS] += 1
    st.req[R_REFUSED] = page
    st.vm[V_REFUSED] += 1
    return mark_once(st, E_RETURN, page)


@compiled
def get_page_tagged(st: State, order: int, flags: int, cpu: int, fatal: int) -> int:
    """One pass over the zones for a tagged request: one page a zone, kept if its tag storage can be reserved."""
    while True:
        for z in range(st.dim[D_ZONES] - 1, -1, -1):
            if not zone_allows(st, z, order, ZONE_MOVABLE, flags):
                continue
            page = rmqueue(st, z, cpu, order, MOVABLE, flags)
            if page == NO_PAGE:
                continue
            if reserve_metadata_storage(st, page, order, fatal, cpu) == OK:
                return page
            return_page_to_buddy(st, page, order)
        if not flags & ALLOC_NOFRAGMENT:
            return NO_PAGE
        flags &= ~ALLOC_NOFRAGMENT


@inlined
def highest_zone(st: State, mt: int) -> int:
    """Movable user memory may come from any zone, kernel memory from Normal down."""
    return ZONE_MOVABLE if mt == MOVABLE else ZONE_NORMAL


@compiled
def get_page(st: State, order: int, mt: int, tagged: int, flags: int, process: int) -> int:
    """get_page_from_freelist: one pass."""
    st.req[R_PASSES] += 1
    cpu = st.p_cpu[process]
    if tagged and st.dim[D_POLICY] == P_RFC_V1:
        return get_page_tagged(st, order, flags, cpu, st.p_fatal[process])
    return get_page_untagged(st, order, mt, flags, highest_zone(st, mt), cpu)


@compiled
def should_reclaim_retry(st: State, order: int, highest: int, flags: int) -> int:
    """Whether some zone would pass at MIN if all its page cache were free."""
    for z in range(st.dim[D_ZONES]):
        free = st.z_free[z] + st.z_file[z]  # exact, not as the drifting counter says
        if st.z_type[z] <= highest and zone_watermark_ok(st, z, order, st.z_min[z], highest, flags, free):
            return 1
    return 0


@compiled
def reclaim_and_try(st: State, order: int, mt: int, tagged: int, flags: int, process: int) -> int:
    """Direct reclaim, and if it made progress another pass, with empty per-CPU lists at last.

    Returns the page, NO_PAGE after progress, or NO_PAGE - 1 when nothing was reclaimed.
    """
    if not direct_reclaim(st, highest_zone(st, mt), st.p_cpu[process]):
        return NO_PAGE - 1
    page = get_page(st, order, mt, tagged, flags, process)
    if page == NO_PAGE:
        drain_all_pages(st)
        page = get_page(st, order, mt, tagged, flags, process)
    return page


@compiled
def last_try(st: State, order: int, mt: int, tagged: int, process: int) -> int:
    """__alloc_pages_may_oom: once more at the HIGH mark, without METADATA; then the OOM killer.

    Returns the page, NO_PAGE after a kill, or NO_PAGE - 1 when nobody could be killed.
    """
    page = get_page(st, order, mt, tagged, WMARK_HIGH, process)
    if page != NO_PAGE:
        return page
    return NO_PAGE if out_of_memory(st, process, order, tagged) else NO_PAGE - 1


@inlined
def gfp_migratetype(st: State, gfp: int) -> int:
    """The type a request asks for: __GFP_MOVABLE and __GFP_RECLAIMABLE shifted down."""
    return (gfp >> 3) & 3


@inlined
def slow_flags(st: State, gfp: int) -> int:
    """gfp_to_alloc_flags without what depends on the type. Interrupts and real-time tasks are not modelled."""
    flags = WMARK_MIN | (gfp & (GFP_HIGH | GFP_KSWAPD_RECLAIM))
    if not gfp & (GFP_DIRECT_RECLAIM | GFP_NOMEMALLOC):
        flags |= ALLOC_NON_BLOCK
    return flags


@outlined
def after_reclaim(st: State, order: int, gfp: int, process: int) -> int:
    """What follows direct reclaim with progress: a pass, then one with empty per-CPU lists. Or NO_PAGE."""
    mt = gfp_migratetype(st, gfp)
    flags = slow_flags(st, gfp) | (movable_flags(st, gfp & GFP_TAGGED) if mt == MOVABLE else 0)
    page = get_page(st, order, mt, gfp & GFP_TAGGED, flags, process)
    if page == NO_PAGE:
        drain_all_pages(st)
        page = get_page(st, order, mt, gfp & GFP_TAGGED, flags, process)
    return page


@outlined
def retry_loop(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """The loop of __alloc_pages_slowpath: a pass, reclaim, and OOM after 16 rounds without progress."""
    mt = gfp_migratetype(st, gfp)
    tagged = gfp & GFP_TAGGED
    no_progress = 0
    memalloc = gfp & GFP_MEMALLOC and not gfp & GFP_NOMEMALLOC
    if memalloc:  # who frees memory may use all of it
        flags = (flags & (ALLOC_KSWAPD | ALLOC_CMA | ALLOC_FROM_METADATA)) | ALLOC_NO_WATERMARKS
    while True:
        victim = st.p_fatal[process]
        page = get_page(st, order, mt, tagged, flags | ALLOC_OOM if victim else flags, process)
        if page != NO_PAGE or victim or gfp & GFP_MEMALLOC or not gfp & GFP_DIRECT_RECLAIM:
            return page
        page = reclaim_and_try(st, order, mt, tagged, flags, process)
        if page >= 0:
            return page
        if gfp & GFP_NORETRY or (order > COSTLY_ORDER and not gfp & GFP_RETRY_MAYFAIL):
            return NO_PAGE
        no_progress = 0 if page == NO_PAGE and order <= COSTLY_ORDER else no_progress + 1
        if no_progress <= MAX_RECLAIM_RETRIES and should_reclaim_retry(st, order, highest_zone(st, mt), flags):
            continue
        if order > COSTLY_ORDER or gfp & GFP_RETRY_MAYFAIL:
            return NO_PAGE
        page = last_try(st, order, mt, tagged, process)
        if page != NO_PAGE:
            return max(page, NO_PAGE)
        no_progress = 0


@inlined
def alloc_pages(st: State, order: int, gfp: int, process: int) -> int:
    """A block of 2^order pages, or NO_PAGE (__alloc_pages).

    Missing: compaction, HIGHATOMIC (docs/fidelity.md).
    """
    mt = gfp_migratetype(st, gfp)
    tagged = gfp & GFP_TAGGED
    movable = movable_flags(st, tagged) if mt == MOVABLE else 0
    fast = WMARK_LOW | (gfp & GFP_KSWAPD_RECLAIM) | movable | no_fragment(st, highest_zone(st, mt))
    page = get_page(st, order, mt, tagged, fast, process)
    if page != NO_PAGE:
        return page
    if gfp & GFP_KSWAPD_RECLAIM:
        wake_kswapd(st, highest_zone(st, mt))
    flags = slow_flags(st, gfp) | movable
    page = get_page(st, order, mt, tagged, flags, process)
    if page != NO_PAGE or (order > COSTLY_ORDER and gfp & GFP_NORETRY and gfp & GFP_DIRECT_RECLAIM):
        return page  # the second: direct compaction, which is missing, would have been skipped or deferred
    return retry_loop(st, order, gfp, flags, process)
