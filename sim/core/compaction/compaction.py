"""Compaction of one zone: the free scanner, the loop, its end (compact_zone, v6.1; facts 6.1, 6.3, 6.5)."""

from sim.core.compaction.compact_migrate import migrate_pages
from sim.core.compaction.compact_scan import isolate_migratepages, putback_movable_pages
from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.reclaim.free import free_unref_page
from sim.core.state.consts import (
    CMA,
    COMPACT_COMPLETE,
    COMPACT_CONTENDED,
    COMPACT_CONTINUE,
    COMPACT_NO_SUITABLE_PAGE,
    COMPACT_PARTIAL_SKIPPED,
    COMPACT_SKIPPED,
    COMPACT_SUCCESS,
    E_COMPACT_BEGIN,
    E_COMPACT_END,
    E_COMPACT_FINISHED,
    E_FREE,
    ENOMEM,
    METADATA,
    MIGRATE_ASYNC,
    MOVABLE,
    NO_PAGE,
    ORDERS,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.indices import (
    CC_CAPTURED,
    CC_CPU,
    CC_DIRECT,
    CC_FAILS,
    CC_FAST_START,
    CC_FLAGS,
    CC_FREE,
    CC_FREE_PAGES,
    CC_FREE_SCANNED,
    CC_HIGHEST,
    CC_LAST,
    CC_MIGRATE,
    CC_MODE,
    CC_MT,
    CC_ORDER,
    CC_PAGES,
    CC_RESCAN,
    CC_SCANNED,
    CC_TAGGED,
    CC_UPDATE,
    CC_WHOLE,
    CC_ZONE,
    V_COMPACT_FREE_SCANNED,
    V_COMPACT_MIGRATE_SCANNED,
    ZC_FLUSH,
    ZC_FREE,
    ZC_INIT_MIGRATE,
    ZC_MIGRATE,
    ZC_MIGRATE_SYNC,
)
from sim.core.state.state import COMPACT_FIELDS, COMPACT_PAGES, ZONE_COMPACT_FIELDS, State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.compact_cursors import (
    last_block,
    reset_cached_positions,
    reset_isolation_suitable,
    set_cached_migrate,
    start_of_block,
)
from sim.core.zone.compact_defer import compaction_suitable, restarting
from sim.core.zone.fallback import can_steal, find_fallback
from sim.core.zone.pcp import drain_pages_zone
from sim.core.zone.watermark import ALLOC_FROM_METADATA


@compiled
def scanners_met(st: State) -> int:
    """Whether the free scanner's pageblock is not above that of the migrate scanner."""
    return st.cc[CC_FREE] >> PAGEBLOCK_ORDER <= st.cc[CC_MIGRATE] >> PAGEBLOCK_ORDER


@compiled
def block_is_ready(st: State) -> int:
    """Whether the request would find a block now, one that it may steal included (RFC v1 #8: or METADATA)."""
    z = st.cc[CC_ZONE]
    mt = st.cc[CC_MT]
    for order in range(st.cc[CC_ORDER], ORDERS):
        if st.nr_free[buddy_list(st, z, order, mt)] > 0:
            return 1
        if mt == MOVABLE and st.nr_free[buddy_list(st, z, order, CMA)] > 0:
            return 1
        lent = mt == MOVABLE and st.cc[CC_FLAGS] & ALLOC_FROM_METADATA
        if lent and st.nr_free[buddy_list(st, z, order, METADATA)] > 0:
            return 1
        if can_steal(st, order, mt) and find_fallback(st, z, order, mt) >= 0:
            return 1
    return 0


@compiled
def finished(st: State) -> int:
    """__compact_finished."""
    z = st.cc[CC_ZONE]
    if scanners_met(st):
        reset_cached_positions(st, z)
        if st.cc[CC_DIRECT]:
            st.zone_compact[z * ZONE_COMPACT_FIELDS + ZC_FLUSH] = 1
        return COMPACT_COMPLETE if st.cc[CC_WHOLE] else COMPACT_PARTIAL_SKIPPED
    if st.cc[CC_ORDER] < 0 or st.cc[CC_MIGRATE] & (PAGEBLOCK_PAGES - 1):
        return COMPACT_CONTINUE
    return COMPACT_SUCCESS if block_is_ready(st) else COMPACT_NO_SUITABLE_PAGE


@outlined
def compact_finished(st: State) -> int:
    """Whether to go on (CONTINUE), and if not, how it ended."""
    ret = finished(st)
    record_cold(st, E_COMPACT_FINISHED, -1, st.cc[CC_ORDER], st.cc[CC_ZONE], ret)
    return COMPACT_CONTINUE if ret == COMPACT_NO_SUITABLE_PAGE else ret


@outlined
def place_scanners(st: State) -> int:
    """Both ends of the zone, or where the last run left off. Returns whether both migrate cursors move together."""
    z = st.cc[CC_ZONE]
    at = z * ZONE_COMPACT_FIELDS
    sync = st.cc[CC_MODE] != MIGRATE_ASYNC
    st.cc[CC_FAST_START] = NO_PAGE
    if st.cc[CC_WHOLE]:
        st.cc[CC_MIGRATE] = st.z_start[z]
        st.cc[CC_FREE] = last_block(st, z)
    else:
        if not st.z_start[z] <= st.zone_compact[at + ZC_FREE] < st.z_end[z]:
            st.zone_compact[at + ZC_FREE] = last_block(st, z)
        st.cc[CC_FREE] = st.zone_compact[at + ZC_FREE]
        st.cc[CC_MIGRATE] = st.zone_compact[at + (ZC_MIGRATE_SYNC if sync else ZC_MIGRATE)]
        if not st.z_start[z] <= st.cc[CC_MIGRATE] < st.z_end[z]:
            st.cc[CC_MIGRATE] = set_cached_migrate(st, z, st.z_start[z])
        if st.cc[CC_MIGRATE] <= st.zone_compact[at + ZC_INIT_MIGRATE]:
            st.cc[CC_WHOLE] = 1
    return not sync and st.zone_compact[at + ZC_MIGRATE] == st.zone_compact[at + ZC_MIGRATE_SYNC]


@compiled
def tell(st: State, event: int, ret: int) -> int:
    """mm_compaction_begin and _end."""
    row = record_cold(st, event, st.cc[CC_MIGRATE], max(st.cc[CC_ORDER], 0), st.cc[CC_FREE], st.cc[CC_ZONE])
    st.ev[row + 7] = st.cc[CC_MODE]
    st.ev[row + 8] = ret
    return 0


@compiled
def after_migration(st: State, err: int) -> int:
    """What is left goes back. Without targets it ends, if the scanners have not met; an async block is given up."""
    if err:
        putback_movable_pages(st)
        if err == ENOMEM and not scanners_met(st):
            return COMPACT_CONTENDED
        if st.cc[CC_DIRECT] and st.cc[CC_MODE] == MIGRATE_ASYNC:
            size = 1 << st.cc[CC_ORDER]
            st.cc[CC_MIGRATE] = ((st.cc[CC_MIGRATE] - 1) | (size - 1)) + 1
            st.cc[CC_LAST] = NO_PAGE
    st.cc[CC_PAGES] = 0
    return COMPACT_CONTINUE


@outlined
def compact_round(st: State) -> int:
    """Isolate, migrate, and drain this CPU when a block of the wanted order has been left behind."""
    z = st.cc[CC_ZONE]
    at = z * ZONE_COMPACT_FIELDS
    start = st.cc[CC_MIGRATE]
    st.cc[CC_RESCAN] = st.cc[CC_LAST] >> PAGEBLOCK_ORDER == start >> PAGEBLOCK_ORDER
    if isolate_migratepages(st):
        st.cc[CC_UPDATE] = 0
        st.cc[CC_LAST] = start
        ret = after_migration(st, migrate_pages(st))
        if ret != COMPACT_CONTINUE:
            return ret
    elif st.cc[CC_UPDATE]:
        st.zone_compact[at + ZC_MIGRATE_SYNC] = st.zone_compact[at + ZC_MIGRATE]
    if st.cc[CC_ORDER] > 0 and st.cc[CC_LAST] >= 0:
        size = 1 << st.cc[CC_ORDER]
        if st.cc[CC_LAST] < st.cc[CC_MIGRATE] & ~(size - 1):
            drain_pages_zone(st, z, st.cc[CC_CPU])
            st.cc[CC_LAST] = NO_PAGE
    return COMPACT_SUCCESS if st.cc[CC_CAPTURED] >= 0 else COMPACT_CONTINUE


@outlined
def release_freepages(st: State) -> int:
    """Free pages that were not needed go back one by one; the free scanner goes back to the highest of them."""
    at = st.cc[CC_ZONE] * ZONE_COMPACT_FIELDS + ZC_FREE
    highest = NO_PAGE
    while st.cc[CC_FREE_PAGES] > 0:
        st.cc[CC_FREE_PAGES] -= 1
        page = st.cc[COMPACT_FIELDS + COMPACT_PAGES + st.cc[CC_FREE_PAGES]]
        highest = max(highest, page)
        record_cold(st, E_FREE, page, 0, 0, 0)
        free_unref_page(st, page, 0, st.cc[CC_CPU])
    if highest >= 0:
        st.zone_compact[at] = max(st.zone_compact[at], start_of_block(st, highest))
    return 0


@outlined
def compact_zone(st: State) -> int:
    """Compact the zone as `cc` asks; returns COMPACT_*."""
    z = st.cc[CC_ZONE]
    st.cc[CC_CAPTURED] = NO_PAGE
    for i in (CC_PAGES, CC_FREE_PAGES, CC_TAGGED, CC_SCANNED, CC_FREE_SCANNED, CC_FAILS, CC_RESCAN):
        st.cc[i] = 0
    ret = compaction_suitable(st, z, st.cc[CC_ORDER], st.cc[CC_FLAGS], st.cc[CC_HIGHEST])
    if ret == COMPACT_SUCCESS or ret == COMPACT_SKIPPED:
        return ret
    if restarting(st, z, st.cc[CC_ORDER]):
        reset_isolation_suitable(st, z)
    st.cc[CC_UPDATE] = place_scanners(st)
    st.cc[CC_LAST] = NO_PAGE
    tell(st, E_COMPACT_BEGIN, 0)
    ret = compact_finished(st)
    while ret == COMPACT_CONTINUE:
        ret = compact_round(st)
        if ret == COMPACT_CONTINUE:
            ret = compact_finished(st)
    release_freepages(st)
    st.vm[V_COMPACT_MIGRATE_SCANNED] += st.cc[CC_SCANNED]
    st.vm[V_COMPACT_FREE_SCANNED] += st.cc[CC_FREE_SCANNED]
    tell(st, E_COMPACT_END, ret)
    return ret
