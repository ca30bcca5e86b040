"""What compaction remembers of a zone between two runs: cursors and skip bits (v6.1; facts 6.1, 6.3, 6.4)."""

from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import (
    COSTLY_ORDER,
    F_HEAD,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_TAGGED,
    K_UNMOVABLE,
    MIGRATE_ASYNC,
    MOVABLE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.indices import (
    CC_IGNORE_SKIP,
    CC_MODE,
    CC_ZONE,
    D_ZONES,
    ZC_FLUSH,
    ZC_FREE,
    ZC_INIT_FREE,
    ZC_INIT_MIGRATE,
    ZC_MIGRATE,
    ZC_MIGRATE_SYNC,
)
from sim.core.state.state import ZONE_COMPACT_FIELDS, State


@compiled
def start_of_block(st: State, page: int) -> int:
    """First page of the pageblock."""
    return page & ~(PAGEBLOCK_PAGES - 1)


@compiled
def end_of_block(st: State, page: int) -> int:
    """First page behind the pageblock."""
    return (page | (PAGEBLOCK_PAGES - 1)) + 1


@compiled
def is_free(st: State, page: int) -> int:
    """PageBuddy: the first page of a free block."""
    return st.kind[page] == K_FREE and st.order[page] >= 0


@compiled
def compound_order(st: State, page: int) -> int:
    """The order of a compound page at its first page; 0 for its other pages, single pages and blocks without COMP."""
    return st.order[page] if st.flags[page] & F_HEAD and st.kind[page] != K_UNMOVABLE else 0


@compiled
def on_lru(st: State, page: int) -> int:
    """PageLRU: user memory and page cache, at the first page of a block."""
    kind = st.kind[page]
    user = kind == K_ANON or kind == K_TAGGED or kind == K_FILE or kind == K_DIRTY
    return user and st.flags[page] & F_HEAD != 0


@compiled
def isolation_suitable(st: State, page: int) -> int:
    """Whether the pageblock has no skip bit, or skip bits are ignored."""
    return st.cc[CC_IGNORE_SKIP] or not st.pb_skip[page >> PAGEBLOCK_ORDER]


@compiled
def update_cached_migrate(st: State, page: int) -> int:
    """The migrate scanner has finished everything below `page`: rounded up, so that of a pageblock the next is too."""
    at = st.cc[CC_ZONE] * ZONE_COMPACT_FIELDS
    page = end_of_block(st, page)
    st.zone_compact[at + ZC_MIGRATE] = max(st.zone_compact[at + ZC_MIGRATE], page)
    if st.cc[CC_MODE] != MIGRATE_ASYNC:
        st.zone_compact[at + ZC_MIGRATE_SYNC] = max(st.zone_compact[at + ZC_MIGRATE_SYNC], page)
    return 0


@compiled
def set_cached_migrate(st: State, z: int, page: int) -> int:
    """Both cursors of the migrate scanner."""
    st.zone_compact[z * ZONE_COMPACT_FIELDS + ZC_MIGRATE] = page
    st.zone_compact[z * ZONE_COMPACT_FIELDS + ZC_MIGRATE_SYNC] = page
    return page


@compiled
def last_block(st: State, z: int) -> int:
    """First page of the zone's last pageblock."""
    return start_of_block(st, st.z_end[z] - 1)


@compiled
def reset_cached_positions(st: State, z: int) -> int:
    """The scanners have met: the next run begins at both ends again."""
    st.zone_compact[z * ZONE_COMPACT_FIELDS + ZC_FREE] = last_block(st, z)
    return set_cached_migrate(st, z, st.z_start[z])


@compiled
def reset_block(st: State, z: int, page: int, source: int, target: int) -> int:
    """__reset_isolation_pfn: clear the skip bit if a sample of the pageblock shows a source or a target."""
    block = page >> PAGEBLOCK_ORDER
    if st.pb_zone[block] != z:
        return 0
    if source and target and not st.pb_skip[block]:
        return 1
    if not source and target and st.pb_mt[block] != MOVABLE:
        return 0
    first = max(start_of_block(st, page), st.z_start[z])
    for i in range(first, min(end_of_block(st, page), st.z_end[z]), 1 << COSTLY_ORDER):
        if (source and on_lru(st, i)) or (target and is_free(st, i)):
            st.pb_skip[block] = 0
            return 1
    return 0


@outlined
def reset_isolation_suitable(st: State, z: int) -> int:
    """Clear the skip bits of a zone, if somebody asked for it, and find out where the scanners can begin."""
    at = z * ZONE_COMPACT_FIELDS
    if not st.zone_compact[at + ZC_FLUSH]:
        return 0
    st.zone_compact[at + ZC_FLUSH] = 0
    low = st.z_start[z]
    high = st.z_end[z] - 1
    first = high
    last = low
    source_set = 0
    free_set = 0
    while low < high:
        if reset_block(st, z, low, 1, source_set) and low < first:
            source_set = 1
            first = low
            st.zone_compact[at + ZC_INIT_MIGRATE] = set_cached_migrate(st, z, first)
        if reset_block(st, z, high, free_set, 1) and high > last:
            free_set = 1
            last = high
            st.zone_compact[at + ZC_INIT_FREE] = last
            st.zone_compact[at + ZC_FREE] = last
        low += PAGEBLOCK_PAGES
        high -= PAGEBLOCK_PAGES
    if first >= last:
        set_cached_migrate(st, z, low)
        st.zone_compact[at + ZC_FREE] = high
    return 1


@outlined
def reset_all_isolation_suitable(st: State) -> int:
    """What kswapd does before it goes to sleep."""
    for z in range(st.dim[D_ZONES]):
        reset_isolation_suitable(st, z)
    return 0
