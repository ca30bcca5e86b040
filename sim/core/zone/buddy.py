"""The buddy lists: one list per zone, order and migratetype (mm/page_alloc.c, v6.1)."""

from sim.core.hooks.records import trace
from sim.core.jit.build import entry, inlined
from sim.core.page.lists import list_add, list_add_tail, list_del
from sim.core.page.pages import zone_of
from sim.core.state.consts import (
    E_LOCKED,
    K_FREE,
    MAX_ORDER,
    MIGRATETYPES,
    NO_PAGE,
    ORDERS,
    PAGEBLOCK_ORDER,
    PCPTYPES,
)
from sim.core.state.indices import D_PAGES
from sim.core.state.state import State
from sim.core.zone.counters import mod_zone_freepage_state


@inlined
def buddy_list(st: State, z: int, order: int, mt: int) -> int:
    """Index of the list in nr_free; its head entry lies that far behind the last page."""
    return (z * ORDERS + order) * MIGRATETYPES + mt


@inlined
def add_to_free_list(st: State, page: int, order: int, mt: int, tail: int) -> int:
    """Put a free block on its list; counters of free pages are the caller's."""
    i = buddy_list(st, zone_of(st, page), order, mt)
    st.order[page] = order
    st.mt[page] = mt
    st.nr_free[i] += 1
    if tail:
        return list_add_tail(st, st.dim[D_PAGES] + i, page)
    return list_add(st, st.dim[D_PAGES] + i, page)


@inlined
def del_page_from_free_list(st: State, page: int) -> int:
    """Take a free block off its list; returns its order. It stays K_FREE with order -1."""
    order = st.order[page]
    st.nr_free[buddy_list(st, zone_of(st, page), order, st.mt[page])] -= 1
    list_del(st, page)
    st.order[page] = -1
    return order


@inlined
def page_is_buddy(st: State, z: int, page: int, order: int) -> int:
    """Whether `page` heads a free block of exactly this order in this zone."""
    if page < st.z_start[z] or page >= st.z_end[z]:
        return 0
    return st.kind[page] == K_FREE and st.order[page] == order


@inlined
def may_merge(st: State, buddy: int, mt: int) -> int:
    """From pageblock order on, only equal types merge, or two of U, M, R (facts 10: METADATA never with others)."""
    other = st.pb_mt[buddy >> PAGEBLOCK_ORDER]
    return other == mt or (other < PCPTYPES and mt < PCPTYPES)


@inlined
def goes_to_tail(st: State, z: int, page: int, order: int) -> int:
    """Whether the block of order + 1 beside our future pair is free, so that a merge is near (buddy_merge_likely)."""
    if order >= MAX_ORDER - 1:
        return 0
    pair = page & ~(1 << order)
    return page_is_buddy(st, z, pair ^ (1 << (order + 1)), order + 1)


@entry
def free_one_page(st: State, page: int, order: int, mt: int, to_tail: int) -> int:
    """Put a block into the buddy lists, merged as far as it goes (__free_one_page). Returns the merged block.

    Its pages are K_FREE already. `to_tail` is FPI_TO_TAIL.
    """
    z = zone_of(st, page)
    mod_zone_freepage_state(st, z, 1 << order, mt)
    while order < MAX_ORDER:
        buddy = page ^ (1 << order)
        if not page_is_buddy(st, z, buddy, order):
            break
        if order >= PAGEBLOCK_ORDER and not may_merge(st, buddy, mt):
            break
        del_page_from_free_list(st, buddy)
        page = min(page, buddy)
        order += 1
    tail = to_tail or goes_to_tail(st, z, page, order)
    add_to_free_list(st, page, order, mt, tail)
    return page


@inlined
def expand(st: State, page: int, low: int, high: int, mt: int) -> int:
    """Keep the low half down to order `low`; each upper half goes to the head of its list."""
    while high > low:
        high -= 1
        add_to_free_list(st, page + (1 << high), high, mt, 0)
    return page


@entry
def rmqueue_smallest(st: State, z: int, order: int, mt: int) -> int:
    """Take the head of the smallest block that fits (__rmqueue_smallest), or NO_PAGE. Counters are the caller's."""
    for o in range(order, ORDERS):
        i = buddy_list(st, z, o, mt)
        if st.nr_free[i] > 0:
            page = st.nxt[st.dim[D_PAGES] + i]
            del_page_from_free_list(st, page)
            trace(st, E_LOCKED, page, order, mt)
            return expand(st, page, order, o, mt)
    return NO_PAGE
