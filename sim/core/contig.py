"""Emptying a tag block: alloc_contig_range for METADATA (RFC v1 #24; facts 5.1 and the rules of facts 13)."""

from sim.core.buddy import (
    add_to_free_list,
    del_page_from_free_list,
    free_one_page,
    page_is_buddy,
)
from sim.core.build import compiled, outlined
from sim.core.consts import (
    E_DROP,
    EBUSY,
    EINTR,
    ENOMEM,
    F_ISOLATED,
    F_PINNED,
    ISOLATE,
    K_FILE,
    K_FREE,
    K_ISOLATED,
    K_TAGS,
    MAX_ORDER,
    METADATA,
    MIGRATE_SYNC,
    MOVABLE,
    MR_CONTIG_RANGE,
    NO_PAGE,
    OK,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    T_ALLOC,
    T_RESERVE,
)
from sim.core.cost import DATA_MOVES, X_DROP_PAGE, X_LRU_DRAIN, X_TAG_CACHE, X_TAKE_TAG_PAGE, charge
from sim.core.counters import mod_zone_freepage_state
from sim.core.free import free_block, put_page
from sim.core.gfp import GFP_MIGRATE
from sim.core.migrate import move_page
from sim.core.pages import find_head, set_kind, zone_of
from sim.core.pcp import drain_all_pages, drain_zone
from sim.core.process import split_huge_page
from sim.core.reclaim import direct_reclaim, wake_kswapd
from sim.core.records import record
from sim.core.replay_frees import serve_others
from sim.core.rmqueue import get_page_untagged, no_fragment
from sim.core.state import D_REPLAY, R_PATH, RP_PUSHED, RP_TARGETS, V_DROPPED, V_MIGRATE_FAIL, State
from sim.core.watermark import ALLOC_KSWAPD, WMARK_LOW, WMARK_MIN, ZONE_MOVABLE, movable_flags


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


@compiled
def alloc_migration_target(st: State, cpu: int) -> int:
    """A page for data that has to move: GFP_USER | MOVABLE | RETRY_MAYFAIL. Or NO_PAGE.

    It reclaims as long as that makes progress, and never calls the OOM killer.
    """
    if st.dim[D_REPLAY]:
        serve_others(st, T_ALLOC)
    flags = movable_flags(st, 0) | ALLOC_KSWAPD
    fast = flags | WMARK_LOW | no_fragment(st, ZONE_MOVABLE)
    page = get_page_untagged(st, 0, MOVABLE, fast, ZONE_MOVABLE, cpu)
    if page == NO_PAGE:
        wake_kswapd(st, ZONE_MOVABLE, 0, 1)
        page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
    while page == NO_PAGE and direct_reclaim(st, ZONE_MOVABLE, 0, GFP_MIGRATE, cpu):
        page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
        if page == NO_PAGE:
            drain_all_pages(st)
            page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
    if st.dim[D_REPLAY]:
        st.rp_target[st.rp_sum[RP_PUSHED] % RP_TARGETS] = page
        st.rp_sum[RP_PUSHED] += 1
    return page


@compiled
def migrate_page(st: State, source: int, cpu: int) -> int:
    """Move one page of data to a new place and free the old one (migrate_pages, MR_CONTIG_RANGE)."""
    target = alloc_migration_target(st, cpu)
    if target == NO_PAGE:
        st.vm[V_MIGRATE_FAIL] += 1
        return ENOMEM
    if st.kind[source] == K_FREE:
        return put_page(st, target, 0, cpu) * 0
    move_page(st, source, target, MR_CONTIG_RANGE, MIGRATE_SYNC, cpu)
    return OK


@outlined
def empty_page(st: State, page: int, cpu: int) -> int:
    """Empty one page of the block: clean page cache is dropped, everything else moves."""
    head = find_head(st, page)
    if head == NO_PAGE:
        return OK
    st.req[R_PATH] |= DATA_MOVES
    if st.order[head] > 0:
        split_huge_page(st, head)
    if st.kind[page] == K_FILE:
        record(st, E_DROP, page, 0, 0, 0)
        free_block(st, page, cpu)
        st.vm[V_DROPPED] += 1
        charge(st, X_DROP_PAGE, 1)
        return OK
    return migrate_page(st, page, cpu)


@compiled
def split_free(st: State, start: int, end: int) -> int:
    """Pages [start, end), off every list, to the ISOLATE lists, as the blocks that single frees would make."""
    page = start
    while page < end:
        order = 0
        while order < MAX_ORDER and page & (1 << order) == 0 and page + (2 << order) <= end:
            order += 1
        add_to_free_list(st, page, order, ISOLATE, 1)
        page += 1 << order
    return 0


@compiled
def take_free(st: State, start: int, end: int) -> int:
    """Take the range out of the free block that contains it (isolate_freepages_range), for tags."""
    page = start
    while page < end:
        order = 0
        while not (st.kind[page & ~((1 << order) - 1)] == K_FREE and st.order[page & ~((1 << order) - 1)] >= order):
            order += 1
        first = page & ~((1 << order) - 1)
        order = del_page_from_free_list(st, first)
        last = first + (1 << order)
        split_free(st, first, page)
        split_free(st, min(last, end), last)
        page = last
    for page in range(start, end):
        set_kind(st, page, 0, K_TAGS)
    return OK


@compiled
def empty_range(st: State, start: int, end: int, cpu: int) -> int:
    """Empty every page of the range, then take it."""
    for page in range(start, end):
        if st.kind[page] != K_FREE:
            ret = empty_page(st, page, cpu)
            if ret != OK:
                return ret
    charge(st, X_TAG_CACHE, end - start)
    return take_free(st, start, end)


@outlined
def alloc_contig_range(st: State, start: int, pages: int, fatal: int, cpu: int) -> int:
    """Take [start, start + pages) of tag storage: OK, -EBUSY, -EINTR or -ENOMEM.

    Isolate the pageblocks, drain the per-CPU lists, empty the range, take it, give the pageblocks their type back.
    A pin makes it -EBUSY before anything has moved (facts 12.16). The caller repeats on -EBUSY; five times equals
    once (facts 13 rule 5), so one call stands for all its tries.
    """
    end = start + pages
    first = start & ~(PAGEBLOCK_PAGES - 1)
    for block in range(first, end, PAGEBLOCK_PAGES):
        isolate_pageblock(st, block)
    drain_zone(st, zone_of(st, start))
    charge(st, X_TAKE_TAG_PAGE, 1)
    charge(st, X_LRU_DRAIN, 1)
    ret = EINTR if fatal else OK
    if ret == OK and any_pinned(st, start, end):
        ret = EBUSY
        if st.dim[D_REPLAY]:  # the further tries drain what others have freed since
            serve_others(st, T_RESERVE)
            drain_all_pages(st)
    if ret == OK:
        ret = empty_range(st, start, end, cpu)
    for block in range(first, end, PAGEBLOCK_PAGES):
        unisolate_pageblock(st, block, METADATA)
    return ret
