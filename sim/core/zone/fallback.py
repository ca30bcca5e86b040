"""Stealing from another migratetype when the wanted lists are empty (__rmqueue_fallback, v6.1)."""

from sim.core.hooks.records import mark_once, record
from sim.core.jit.build import compiled, outlined
from sim.core.page.pages import zone_of
from sim.core.state.consts import (
    E_EXTFRAG,
    HIGHATOMIC,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_TAGGED,
    MAX_ORDER,
    MOVABLE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    RECLAIMABLE,
    UNMOVABLE,
)
from sim.core.state.indices import D_PAGES, V_EXTFRAG
from sim.core.state.state import COUNT_STRIDE, State
from sim.core.zone.buddy import add_to_free_list, buddy_list, del_page_from_free_list
from sim.core.zone.watermark import ALLOC_KSWAPD, ALLOC_NOFRAGMENT

BOOST_FACTOR = 15000  # watermark_boost_factor, of 10000


@compiled
def fallback_type(st: State, mt: int, choice: int) -> int:
    """U: R, M. M: R, U. R: U, M. CMA, HIGHATOMIC, METADATA and ISOLATE are in no row."""
    if choice == 0:
        return UNMOVABLE if mt == RECLAIMABLE else RECLAIMABLE
    return UNMOVABLE if mt == MOVABLE else MOVABLE


@compiled
def can_steal(st: State, order: int, mt: int) -> int:
    """can_steal_fallback: whether a block of this order may bring its whole pageblock along."""
    return order >= PAGEBLOCK_ORDER // 2 or mt == UNMOVABLE or mt == RECLAIMABLE


@compiled
def find_fallback(st: State, z: int, order: int, mt: int) -> int:
    """order * 8 + type of the first other list with a block of this order, or -1."""
    for choice in range(2):
        other = fallback_type(st, mt, choice)
        if st.nr_free[buddy_list(st, z, order, other)] > 0:
            return order * 8 + other
    return -1


@compiled
def choose_fallback(st: State, z: int, order: int, mt: int, flags: int) -> int:
    """Search from the largest order down; a movable request that cannot claim takes the smallest instead.

    With ALLOC_NOFRAGMENT nothing smaller than a pageblock is taken.
    """
    lowest = max(order, PAGEBLOCK_ORDER) if flags & ALLOC_NOFRAGMENT else order
    for o in range(MAX_ORDER, lowest - 1, -1):
        found = find_fallback(st, z, o, mt)
        if found < 0:
            continue
        if can_steal(st, o, mt) or mt != MOVABLE or o == order:
            return found
        for small in range(order, MAX_ORDER + 1):
            found = find_fallback(st, z, small, mt)
            if found >= 0:
                return found
    return -1


@compiled
def move_to_free_list(st: State, page: int, mt: int) -> int:
    """Move one free block to the tail of another type's list of its order (move_to_free_list)."""
    order = del_page_from_free_list(st, page)
    add_to_free_list(st, page, order, mt, 1)
    return order


@compiled
def move_freepages_block(st: State, page: int, mt: int) -> int:
    """Move all free blocks of the pageblock, in pfn order, to the tail of their new lists. Returns pages moved."""
    i = page & ~(PAGEBLOCK_PAGES - 1)
    end = i + PAGEBLOCK_PAGES
    moved = 0
    while i < end:
        if st.kind[i] == K_FREE and st.order[i] >= 0:
            order = move_to_free_list(st, i, mt)
            moved += 1 << order
            i += 1 << order
        else:
            i += 1
    return moved


@compiled
def count_movable(st: State, page: int) -> int:
    """Allocated movable (LRU) pages of the pageblock."""
    row = (page >> PAGEBLOCK_ORDER) * COUNT_STRIDE
    return st.count[row + K_ANON] + st.count[row + K_FILE] + st.count[row + K_DIRTY] + st.count[row + K_TAGGED]


@compiled
def claim_pageblock(st: State, page: int, mt: int, old: int) -> int:
    """Move the block's free pages; if half of it is free or compatible the whole pageblock changes type."""
    movable = count_movable(st, page)
    moved = move_freepages_block(st, page, mt)
    compatible = movable
    if mt != MOVABLE:
        compatible = PAGEBLOCK_PAGES - moved - movable if old == MOVABLE else 0
    if moved + compatible >= PAGEBLOCK_PAGES // 2:
        st.pb_mt[page >> PAGEBLOCK_ORDER] = mt
    return 0


@compiled
def boost_watermark(st: State, z: int) -> int:
    """Raise the marks for a while, after memory was fragmented: a pageblock more, at most 150 % of high."""
    most = st.z_high[z] * BOOST_FACTOR // 10000
    if st.z_managed[z] < 4 * PAGEBLOCK_PAGES or most == 0:
        return 0
    st.z_boost[z] = min(st.z_boost[z] + PAGEBLOCK_PAGES, max(PAGEBLOCK_PAGES, most))
    return 1


@compiled
def steal(st: State, page: int, order: int, mt: int, whole: int, flags: int) -> int:
    """steal_suitable_fallback."""
    old = st.pb_mt[page >> PAGEBLOCK_ORDER]
    if old == HIGHATOMIC:
        return move_to_free_list(st, page, mt)
    if order < PAGEBLOCK_ORDER and boost_watermark(st, zone_of(st, page)) and flags & ALLOC_KSWAPD:
        st.z_boosted[zone_of(st, page)] = 1
    if order >= PAGEBLOCK_ORDER:
        for block in range(page >> PAGEBLOCK_ORDER, (page + (1 << order)) >> PAGEBLOCK_ORDER):
            st.pb_mt[block] = mt
        move_to_free_list(st, page, mt)
    elif whole:
        claim_pageblock(st, page, mt, old)
    else:
        move_to_free_list(st, page, mt)
    return 0


@outlined
def rmqueue_fallback(st: State, z: int, order: int, mt: int, flags: int) -> int:
    """Move free memory of another type to the lists of `mt`; returns 1 if anything moved."""
    found = choose_fallback(st, z, order, mt, flags)
    if found < 0:
        return 0
    block_order = found // 8
    other = found % 8
    page = st.nxt[st.dim[D_PAGES] + buddy_list(st, z, block_order, other)]
    steal(st, page, block_order, mt, can_steal(st, block_order, mt), flags)
    st.vm[V_EXTFRAG] += 1
    row = record(st, E_EXTFRAG, page, order, block_order, mt)
    st.ev[row + 7] = other
    st.ev[row + 8] = st.pb_mt[page >> PAGEBLOCK_ORDER] == mt
    mark_once(st, E_EXTFRAG, page)
    return 1
