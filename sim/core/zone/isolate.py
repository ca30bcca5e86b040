"""Isolating pageblocks: nobody takes a free page of theirs while a range is emptied (page_isolation.c; facts 13)."""

from sim.core.jit.build import compiled, outlined
from sim.core.page.pages import find_head, zone_of
from sim.core.state.consts import (
    F_ISOLATED,
    F_PINNED,
    ISOLATE,
    K_FREE,
    K_ISOLATED,
    MAX_ORDER,
    NO_PAGE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
)
from sim.core.state.state import State
from sim.core.zone.buddy import add_to_free_list, del_page_from_free_list, free_one_page, page_is_buddy
from sim.core.zone.counters import mod_zone_freepage_state


@compiled
def halve_max_order(st: State, block: int) -> int:
    """If the pageblock is half of a free order-10 block, cut that: the other half goes to the METADATA list."""
    first = block & ~((1 << MAX_ORDER) - 1)
    if not page_is_buddy(st, zone_of(st, block), first, MAX_ORDER):
        return 0
    mt = st.mt[first]
    del_page_from_free_list(st, first)
    add_to_free_list(st, block ^ PAGEBLOCK_PAGES, PAGEBLOCK_ORDER, mt, 0)
    add_to_free_list(st, block, PAGEBLOCK_ORDER, mt, 0)
    return 1


@compiled
def put_back(st: State, page: int, order: int, mt: int) -> int:
    """To the tail; a whole pageblock with a free buddy is given to the ordinary free path, which merges it."""
    z = zone_of(st, page)
    if order >= PAGEBLOCK_ORDER and mt != ISOLATE and page_is_buddy(st, z, page ^ (1 << order), order):
        free_one_page(st, page, order, mt, 1)
        return 0
    mod_zone_freepage_state(st, z, 1 << order, mt)
    add_to_free_list(st, page, order, mt, 1)
    return 0


@compiled
def move_free_pages(st: State, block: int, mt: int) -> int:
    """All free blocks of a pageblock, in ascending pfn order, to the tail of their lists of type `mt`."""
    z = zone_of(st, block)
    i = block
    while i < block + PAGEBLOCK_PAGES:
        if st.kind[i] == K_FREE and st.order[i] >= 0:
            old = st.mt[i]
            order = del_page_from_free_list(st, i)
            mod_zone_freepage_state(st, z, -(1 << order), old)
            put_back(st, i, order, mt)
            i += 1 << order
        else:
            i += 1
    return 0


@outlined
def isolate_pageblock(st: State, block: int) -> int:
    """Make a pageblock ISOLATE: its free pages leave the METADATA lists and do not count as free."""
    halve_max_order(st, block)
    st.pb_mt[block >> PAGEBLOCK_ORDER] = ISOLATE
    st.z_isolated[zone_of(st, block)] += 1
    return move_free_pages(st, block, ISOLATE)


@outlined
def unisolate_pageblock(st: State, block: int, mt: int) -> int:
    """Give the pageblock its type back; every free block of it goes to the tail of its list (facts 13 rule 4)."""
    st.pb_mt[block >> PAGEBLOCK_ORDER] = mt
    st.z_isolated[zone_of(st, block)] -= 1
    return move_free_pages(st, block, mt)


@compiled
def any_pinned(st: State, start: int, end: int) -> int:
    """Whether a page of the range, or the block it belongs to, is pinned, or compaction has it in hand."""
    for page in range(start, end):
        if st.kind[page] == K_ISOLATED:
            return 1
        head = find_head(st, page)
        if head != NO_PAGE:
            for i in range(head, head + (1 << st.order[head])):
                if st.flags[i] & (F_PINNED | F_ISOLATED):
                    return 1
    return 0
