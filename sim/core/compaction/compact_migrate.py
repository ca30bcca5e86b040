"""Where pages in hand go: the free scanner, and their move (isolate_freepages, compaction_alloc, v6.1; facts 6.5)."""

from sim.core.compaction.compact_fast import fast_isolate_freepages
from sim.core.compaction.compact_free import isolate_freepages_block
from sim.core.compaction.compact_scan import COMPACT_CLUSTER_MAX
from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.reclaim.migrate import move_page, record_batch
from sim.core.rules import needs_storage
from sim.core.state.consts import (
    CMA,
    E_COMPACT_PAGES,
    E_MIGRATE_PAGES,
    E_MIGRATE_START,
    EBUSY,
    ENOMEM,
    F_PINNED,
    F_TAGGED,
    METADATA,
    MIGRATE_ASYNC,
    MOVABLE,
    MR_COMPACTION,
    NO_PAGE,
    OK,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.indices import (
    CC_ANY_BLOCK,
    CC_CPU,
    CC_FREE,
    CC_FREE_PAGES,
    CC_MIGRATE,
    CC_MODE,
    CC_PAGES,
    CC_TAGGED,
    CC_TAKEN,
    CC_ZONE,
    R_TAG_PAGE,
    V_MIGRATE_FAIL,
    ZC_FREE,
)
from sim.core.state.state import COMPACT_FIELDS, COMPACT_PAGES, ZONE_COMPACT_FIELDS, State
from sim.core.take.tag_storage import reserve_metadata_storage
from sim.core.zone.compact_cursors import end_of_block, is_free, isolation_suitable, start_of_block


@compiled
def suitable_migration_target(st: State, block: int) -> int:
    """MOVABLE and CMA pageblocks that are not wholly free; METADATA if no page in hand was tagged (RFC v1 #10)."""
    mt = st.pb_mt[block >> PAGEBLOCK_ORDER]
    if is_free(st, block) and st.order[block] >= PAGEBLOCK_ORDER:
        return 0
    if mt == METADATA:
        return not st.cc[CC_TAGGED]
    return st.cc[CC_ANY_BLOCK] or mt == MOVABLE or mt == CMA


@outlined
def isolate_freepages(st: State) -> int:
    """isolate_freepages: downwards from the top of the zone, by pageblock, for pages to move to."""
    z = st.cc[CC_ZONE]
    fast_isolate_freepages(st)
    if st.cc[CC_FREE_PAGES] > 0:
        return 0
    start = st.cc[CC_FREE]
    block = start_of_block(st, start)
    end = min(block + PAGEBLOCK_PAGES, st.z_end[z])
    low = end_of_block(st, st.cc[CC_MIGRATE])
    stride = COMPACT_CLUSTER_MAX if st.cc[CC_MODE] == MIGRATE_ASYNC else 1
    while block >= low:
        if (
            st.pb_zone[block >> PAGEBLOCK_ORDER] == z
            and suitable_migration_target(st, block)
            and isolation_suitable(st, block)
        ):
            start = isolate_freepages_block(st, start, end, stride)
            if start == end:
                st.pb_skip[block >> PAGEBLOCK_ORDER] = 1
                at = z * ZONE_COMPACT_FIELDS + ZC_FREE
                st.zone_compact[at] = min(st.zone_compact[at], block)
            if st.cc[CC_FREE_PAGES] >= st.cc[CC_PAGES]:
                if start >= end:
                    start = block - PAGEBLOCK_PAGES
                break
            if start < end:
                break
            stride = 1 if st.cc[CC_TAKEN] else min(COMPACT_CLUSTER_MAX, stride << 1)
        end = block
        block -= PAGEBLOCK_PAGES
        start = block
    st.cc[CC_FREE] = start
    return 0


@compiled
def compaction_alloc(st: State) -> int:
    """The next free page to move to, or NO_PAGE."""
    if st.cc[CC_FREE_PAGES] == 0:
        isolate_freepages(st)
        if st.cc[CC_FREE_PAGES] == 0:
            return NO_PAGE
    st.cc[CC_FREE_PAGES] -= 1
    return st.cc[COMPACT_FIELDS + COMPACT_PAGES + st.cc[CC_FREE_PAGES]]


@compiled
def may_hold_tags(st: State, source: int, target: int) -> int:
    """RFC v1 #20: the new place of a tagged page needs tag storage too. Ours: reserved page by page, when it moves."""
    if not st.flags[source] & F_TAGGED or not needs_storage(st):
        return 1
    if st.pb_mt[target >> PAGEBLOCK_ORDER] == METADATA:
        return 0
    told = st.req[R_TAG_PAGE]
    ret = reserve_metadata_storage(st, target, 0, 0, st.cc[CC_CPU])
    st.req[R_TAG_PAGE] = told
    return ret == OK


@compiled
def migrate_one(st: State, source: int) -> int:
    """Move one page in hand: OK, -EBUSY if it is pinned or its new place gets no tag storage, -ENOMEM without one.

    A page that fails is tried ten times, which equals once.
    """
    target = compaction_alloc(st)
    if target == NO_PAGE:
        return ENOMEM
    if st.flags[source] & F_PINNED or not may_hold_tags(st, source, target):
        st.cc[CC_FREE_PAGES] += 1  # back to where it was (compaction_free)
        return EBUSY
    move_page(st, source, target, MR_COMPACTION, st.cc[CC_MODE], st.cc[CC_CPU])
    return OK


@outlined
def migrate_pages(st: State) -> int:
    """Move what is in hand, the last taken first: how many failed, or -ENOMEM as soon as there is no target."""
    failed = 0
    ret = OK
    pages = st.cc[CC_PAGES]
    moved = 0
    record_batch(st, E_MIGRATE_START, MR_COMPACTION, st.cc[CC_MODE], 0, 0)
    for n in range(pages - 1, -1, -1):
        ret = migrate_one(st, st.cc[COMPACT_FIELDS + n])
        if ret == OK:
            st.cc[COMPACT_FIELDS + n] = NO_PAGE
            moved += 1
        else:
            failed += 1
        if ret == ENOMEM:
            break
    st.vm[V_MIGRATE_FAIL] += failed
    record_batch(st, E_MIGRATE_PAGES, MR_COMPACTION, st.cc[CC_MODE], moved, failed)
    record_cold(st, E_COMPACT_PAGES, -1, 0, moved, pages - moved)
    return ENOMEM if ret == ENOMEM else failed
