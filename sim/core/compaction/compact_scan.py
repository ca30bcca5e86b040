"""The migrate scanner: upwards through the zone for pages that can move (isolate_migratepages, v6.1; facts 6.4)."""

from sim.core.compaction.compact_fast import fast_find_migrateblock
from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.page.lists import list_add, list_del
from sim.core.page.pages import find_head, zone_of
from sim.core.page.process import lru_head
from sim.core.state.consts import (
    CMA,
    E_ISOLATE_MIGRATE,
    F_HEAD,
    F_ISOLATED,
    F_PINNED,
    F_TAGGED,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_TAGGED,
    K_UNMOVABLE,
    METADATA,
    MIGRATE_ASYNC,
    MOVABLE,
    NO_PAGE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.indices import (
    CC_DIRECT,
    CC_FAILS,
    CC_FLAGS,
    CC_FREE,
    CC_IGNORE_SKIP,
    CC_MIGRATE,
    CC_MODE,
    CC_MT,
    CC_ORDER,
    CC_PAGES,
    CC_RESCAN,
    CC_SCANNED,
    CC_TAGGED,
    CC_ZONE,
    V_COMPACT_ISOLATED,
)
from sim.core.state.state import COMPACT_FIELDS, State
from sim.core.zone.compact_cursors import (
    compound_order,
    end_of_block,
    is_free,
    isolation_suitable,
    start_of_block,
    update_cached_migrate,
)
from sim.core.zone.watermark import ALLOC_FROM_METADATA

COMPACT_CLUSTER_MAX = 32


@compiled
def can_isolate(st: State, page: int) -> int:
    """A single page on the LRU. Anonymous memory with a reference too many is left; page cache fails later."""
    if not st.flags[page] & F_HEAD or st.order[page] != 0:
        return 0
    kind = st.kind[page]
    if kind == K_FILE or kind == K_DIRTY:
        return 1
    return (kind == K_ANON or kind == K_TAGGED) and not st.flags[page] & F_PINNED


@compiled
def isolate_page(st: State, page: int) -> int:
    """Take a page in hand."""
    n = st.cc[CC_PAGES]
    st.cc[COMPACT_FIELDS + n] = page
    st.cc[CC_PAGES] = n + 1
    st.flags[page] |= F_ISOLATED
    if st.flags[page] & F_TAGGED:
        st.cc[CC_TAGGED] = 1
    return 0


@outlined
def putback_movable_pages(st: State) -> int:
    """What is in hand and has not moved goes back, the last taken first: page cache to the head of its LRU."""
    for n in range(st.cc[CC_PAGES] - 1, -1, -1):
        page = st.cc[COMPACT_FIELDS + n]
        if page == NO_PAGE:
            continue
        st.flags[page] &= ~F_ISOLATED
        if st.kind[page] == K_FILE or st.kind[page] == K_DIRTY:
            list_del(st, page)
            list_add(st, lru_head(st, zone_of(st, page)), page)
    st.cc[CC_PAGES] = 0
    return 0


@compiled
def finish_block(st: State, start: int, low: int, end: int, scanned: int, taken: int, mark: int) -> int:
    """A pageblock that gave nothing is passed over from now on; the cursors move past it."""
    if low == end and (taken == 0 or st.cc[CC_RESCAN]):
        if mark:
            st.pb_skip[(end - 1) >> PAGEBLOCK_ORDER] = 1
        update_cached_migrate(st, low)
    row = record_cold(st, E_ISOLATE_MIGRATE, start, 0, low, scanned)
    st.ev[row + 7] = taken
    st.cc[CC_SCANNED] += scanned
    st.vm[V_COMPACT_ISOLATED] += taken
    st.cc[CC_MIGRATE] = low
    return taken


@outlined
def isolate_migratepages_block(st: State, start: int, end: int) -> int:
    """isolate_migratepages_block: take pages in hand in [start, end) of one pageblock, 32 or, in a rescan, all.

    Async direct compaction works by blocks of the wanted order: one page that cannot move spoils the block.
    """
    whole = st.cc[CC_DIRECT] and st.cc[CC_MODE] == MIGRATE_ASYNC
    size = 1 << max(st.cc[CC_ORDER], 0)
    next_skip = (start | (size - 1)) + 1
    low = start
    scanned = 0
    taken = 0
    checked = 0
    updated = 0
    while low < end:
        if whole and low >= next_skip:
            if taken:
                break
            next_skip = (low | (size - 1)) + 1
        scanned += 1
        if not checked and (low & (PAGEBLOCK_PAGES - 1) == 0 or low == st.z_start[st.cc[CC_ZONE]]):
            if not isolation_suitable(st, low):
                low = end
                break
            checked = 1
        if is_free(st, low):
            low += 1 << st.order[low]
            continue
        if can_isolate(st, low):
            if not updated:  # under the lock for the first time: others shall not come here too
                updated = 1
                if not st.cc[CC_IGNORE_SKIP] and low & (PAGEBLOCK_PAGES - 1) == 0:
                    st.pb_skip[low >> PAGEBLOCK_ORDER] = 1
            isolate_page(st, low)
            taken += 1
            low += 1
            if st.cc[CC_PAGES] >= COMPACT_CLUSTER_MAX and not st.cc[CC_RESCAN]:
                break
            continue
        low += 1 << compound_order(st, low)
        if whole:
            if taken:
                putback_movable_pages(st)
                taken = 0
            if low <= next_skip:
                low = next_skip
                next_skip += size
    return finish_block(st, start, min(low, end), end, scanned, taken, checked and not updated)


@compiled
def skip_persistent(st: State, block: int) -> int:
    """pageblock_skip_persistent: one compound page covers the pageblock."""
    head = find_head(st, block)
    return head != NO_PAGE and st.order[head] >= PAGEBLOCK_ORDER and st.kind[head] != K_UNMOVABLE


@compiled
def suitable_migration_source(st: State, block: int) -> int:
    """Async direct compaction empties pageblocks of the request's type only.

    RFC v1 #9: direct compaction empties METADATA pageblocks only if the request may use them.
    """
    if skip_persistent(st, block):
        return 0
    mt = st.pb_mt[block >> PAGEBLOCK_ORDER]
    if not st.cc[CC_DIRECT]:
        return 1
    if mt == METADATA:
        return st.cc[CC_FLAGS] & ALLOC_FROM_METADATA != 0
    if st.cc[CC_MODE] != MIGRATE_ASYNC:
        return 1
    return mt == st.cc[CC_MT] or (st.cc[CC_MT] == MOVABLE and mt == CMA)


@outlined
def isolate_migratepages(st: State) -> int:
    """Pages in hand from the first pageblock that is suitable, below the free scanner; returns how many."""
    z = st.cc[CC_ZONE]
    low = fast_find_migrateblock(st)
    found = int(low != st.cc[CC_MIGRATE] and st.cc[CC_FAILS] == 0)
    block = max(start_of_block(st, low), st.z_start[z])
    end = end_of_block(st, low)
    while end <= st.cc[CC_FREE]:
        first = low & (PAGEBLOCK_PAGES - 1) == 0 or low == st.z_start[z]
        passed_over = first and not found and not isolation_suitable(st, block)
        if st.pb_zone[block >> PAGEBLOCK_ORDER] == z and not passed_over:
            if suitable_migration_source(st, block):
                st.cc[CC_MIGRATE] = low
                isolate_migratepages_block(st, low, end)
                break
            update_cached_migrate(st, end)
        found = 0
        low = end
        block = end
        end += PAGEBLOCK_PAGES
        st.cc[CC_MIGRATE] = low
    return st.cc[CC_PAGES]
