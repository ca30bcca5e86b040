"""The fast searches of both scanners: they look into the free lists, and turn them (v6.1; facts 6.6)."""

from sim.core.compaction.compact_free import hold_free_block, isolate_freepages_block
from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import (
    COSTLY_ORDER,
    MIGRATE_ASYNC,
    MIGRATETYPES,
    MOVABLE,
    NO_PAGE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.indices import (
    CC_DIRECT,
    CC_FAILS,
    CC_FAST_START,
    CC_FREE,
    CC_FREE_PAGES,
    CC_FREE_SCANNED,
    CC_IGNORE_SKIP,
    CC_MIGRATE,
    CC_MODE,
    CC_MT,
    CC_ORDER,
    CC_PAGES,
    CC_SCANNED,
    CC_SEARCH,
    CC_ZONE,
    D_PAGES,
    V_COMPACT_ISOLATED,
    ZC_FREE,
    ZC_INIT_FREE,
)
from sim.core.state.state import ZONE_COMPACT_FIELDS, State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.compact_cursors import end_of_block, start_of_block

NONE, USED_UP = -1, -2


@compiled
def freelist_scan_limit(st: State) -> int:
    """How many entries a search may look at: 33, half as many after each failure."""
    return (32 >> min(st.cc[CC_FAILS], 63)) + 1


@compiled
def rotate_to_head(st: State, head: int, entry: int) -> int:
    """Make `entry` the first of its list; what was before it goes to the tail (move_freelist_head)."""
    before = st.prv[entry]
    if before == head or entry == head:
        return 0
    first = st.nxt[head]
    last = st.prv[head]
    st.nxt[last] = first
    st.prv[first] = last
    st.nxt[before] = head
    st.prv[head] = before
    st.nxt[head] = entry
    st.prv[entry] = head
    return 0


@compiled
def area_is_empty(st: State, z: int, order: int) -> int:
    """Whether the zone has no free block of an order, of any type."""
    for mt in range(MIGRATETYPES):
        if st.nr_free[buddy_list(st, z, order, mt)] > 0:
            return 0
    return 1


@compiled
def next_search_order(st: State, order: int) -> int:
    """The next order to search, going round from 0 to the largest; -1 when all have been."""
    order -= 1
    if order < 0:
        order = st.cc[CC_ORDER] - 1
    if order == st.cc[CC_SEARCH]:
        st.cc[CC_SEARCH] -= 1
        if st.cc[CC_SEARCH] < 0:
            st.cc[CC_SEARCH] = st.cc[CC_ORDER] - 1
        return -1
    return order


@compiled
def isolate_around(st: State, page: int) -> int:
    """fast_isolate_around: the rest of the pageblock too, if it is needed and there is time."""
    if st.cc[CC_FREE_PAGES] >= st.cc[CC_PAGES] or (st.cc[CC_DIRECT] and st.cc[CC_MODE] == MIGRATE_ASYNC):
        return 0
    z = st.cc[CC_ZONE]
    start = max(start_of_block(st, page), st.z_start[z])
    isolate_freepages_block(st, start, min(end_of_block(st, page), st.z_end[z]), 1)
    if st.cc[CC_FREE_PAGES] < st.cc[CC_PAGES]:
        st.pb_skip[page >> PAGEBLOCK_ORDER] = 1
    return 0


@compiled
def search_failed(st: State, deep: int, highest: int, half: int) -> int:
    """No block was found. A deep search goes on at the highest pageblock it saw, or half way down."""
    st.cc[CC_FAILS] += 1
    if not deep:
        return NO_PAGE
    if highest >= half:
        st.cc[CC_FREE] = highest
        return highest
    if st.cc[CC_DIRECT] and half < st.dim[D_PAGES]:
        st.cc[CC_FREE] = half
        return half if st.pb_zone[half >> PAGEBLOCK_ORDER] == st.cc[CC_ZONE] else NO_PAGE
    return NO_PAGE


@outlined
def fast_isolate_freepages(st: State) -> int:
    """fast_isolate_freepages: a free MOVABLE block in the upper quarter of what lies between the scanners."""
    z = st.cc[CC_ZONE]
    at = z * ZONE_COMPACT_FIELDS
    if st.cc[CC_ORDER] <= 0:
        return 0
    limit = max(1, freelist_scan_limit(st) >> 1)
    deep = st.cc[CC_FREE] >= st.zone_compact[at + ZC_INIT_FREE]
    if deep:
        limit = PAGEBLOCK_PAGES >> 1
    distance = st.cc[CC_FREE] - st.cc[CC_MIGRATE]
    quarter = start_of_block(st, st.cc[CC_FREE] - (distance >> 2))
    half = start_of_block(st, st.cc[CC_FREE] - (distance >> 1))
    if distance < 0:  # the scanners have met in this round: nothing lies between them
        quarter = st.dim[D_PAGES]
        half = st.dim[D_PAGES]
    highest = 0
    scanned = 0
    page = NO_PAGE
    st.cc[CC_SEARCH] = min(st.cc[CC_ORDER] - 1, st.cc[CC_SEARCH])
    order = st.cc[CC_SEARCH]
    while page == NO_PAGE and order >= 0:
        if area_is_empty(st, z, order):
            order = next_search_order(st, order)
            continue
        head = st.dim[D_PAGES] + buddy_list(st, z, order, MOVABLE)
        entry = st.prv[head]
        looked = 0
        best = NO_PAGE
        while entry != head:
            looked += 1
            if entry >= highest:
                highest = max(start_of_block(st, entry), st.z_start[z])
            if entry >= quarter:
                st.cc[CC_FAILS] = 0
                st.cc[CC_SEARCH] = order
                page = entry
                break
            if entry >= half and entry > best:
                best = entry
                limit >>= 1
            if looked >= limit:
                break
            entry = st.prv[entry]
        scanned += looked
        if page == NO_PAGE and best != NO_PAGE:
            page = best
            entry = best
        rotate_to_head(st, head, entry)
        if page != NO_PAGE:
            if hold_free_block(st, page):
                scanned += (1 << order) - 1
                st.vm[V_COMPACT_ISOLATED] += 1 << order
            else:  # below the mark: give up
                order = st.cc[CC_SEARCH] + 1
                page = NO_PAGE
        if st.cc[CC_FREE_PAGES] >= st.cc[CC_PAGES]:
            break
        if looked >= limit:
            limit = max(1, limit >> 1)
        order = next_search_order(st, order)
    if page == NO_PAGE:
        page = search_failed(st, deep, highest, half)
    if highest > 0 and highest >= st.zone_compact[at + ZC_FREE]:
        st.zone_compact[at + ZC_FREE] = highest - PAGEBLOCK_PAGES
    st.cc[CC_FREE_SCANNED] += scanned
    return isolate_around(st, page) if page != NO_PAGE else 0


@compiled
def may_search_source(st: State) -> int:
    """A fast search is for large blocks, at the start of a pageblock; a direct one for movable memory only."""
    page = st.cc[CC_MIGRATE]
    if st.cc[CC_IGNORE_SKIP] or st.cc[CC_ORDER] <= COSTLY_ORDER:
        return 0
    if page != st.z_start[st.cc[CC_ZONE]] and page != start_of_block(st, page):
        return 0
    return not st.cc[CC_DIRECT] or st.cc[CC_MT] == MOVABLE


@compiled
def reinit_migrate(st: State) -> int:
    """reinit_migrate_pfn: once, go on at the lowest place that a fast search has found."""
    if st.cc[CC_FAST_START] >= 0:
        st.cc[CC_MIGRATE] = st.cc[CC_FAST_START]
        st.cc[CC_FAST_START] = USED_UP
    return st.cc[CC_MIGRATE]


@outlined
def fast_find_migrateblock(st: State) -> int:
    """fast_find_migrateblock: a pageblock with a large free part, early in what lies between the scanners.

    Where the migrate scanner goes on. In this release the pageblock found gets its skip bit here already.
    """
    z = st.cc[CC_ZONE]
    at = st.cc[CC_MIGRATE]
    if not may_search_source(st):
        return at
    limit = freelist_scan_limit(st)
    distance = (st.cc[CC_FREE] - at) >> 1
    if at != st.z_start[z]:
        distance >>= 2
    bound = start_of_block(st, at + distance)
    scanned = 0
    found = NO_PAGE
    order = st.cc[CC_ORDER] - 1
    while order >= COSTLY_ORDER and found == NO_PAGE and scanned < limit:
        head = st.dim[D_PAGES] + buddy_list(st, z, order, MOVABLE)
        entry = st.nxt[head]
        while entry != head:
            scanned += 1
            full = scanned > limit
            if full or (entry < bound and not st.pb_skip[entry >> PAGEBLOCK_ORDER]):
                rotate_to_head(st, head, st.nxt[entry])
                found = NO_PAGE if full else entry
                break
            entry = st.nxt[entry]
        order -= 1
    st.cc[CC_SCANNED] += scanned
    if found == NO_PAGE:
        st.cc[CC_FAILS] += 1
        return reinit_migrate(st)
    if st.cc[CC_FAST_START] != USED_UP:
        st.cc[CC_FAST_START] = found if st.cc[CC_FAST_START] == NONE else min(st.cc[CC_FAST_START], found)
    st.cc[CC_FAILS] = 0
    st.pb_skip[found >> PAGEBLOCK_ORDER] = 1
    return max(start_of_block(st, found), st.z_start[z])
