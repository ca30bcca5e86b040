"""Taking a tag block by alloc_contig_range: it is emptied first (RFC v1 #24; facts 5.1 and the rules of facts 13)."""

from sim.core.hooks.cost import DATA_MOVES, X_DROP_PAGE, X_LRU_DRAIN, X_TAG_CACHE, X_TAKE_TAG_PAGE, charge
from sim.core.hooks.records import record, record_cold, trace
from sim.core.jit.build import compiled, inlined, outlined
from sim.core.meanwhile.meanwhile import note_target, others_run
from sim.core.page.pages import find_head, set_kind, zone_of
from sim.core.page.process import split_huge_page
from sim.core.reclaim.free import free_block, free_unref_page
from sim.core.reclaim.migrate import move_page, record_batch
from sim.core.reclaim.reclaim import direct_reclaim, wake_kswapd
from sim.core.rules import home_of
from sim.core.state.consts import (
    E_ALLOC,
    E_DROP,
    E_FREE,
    E_ISOLATE_FREE,
    E_ISOLATE_MIGRATE,
    E_MIGRATE_PAGES,
    E_MIGRATE_START,
    EBUSY,
    EINTR,
    ENOMEM,
    ISOLATE,
    K_FILE,
    K_FREE,
    K_TAGS,
    MAX_ORDER,
    MIGRATE_SYNC,
    MOVABLE,
    MR_CONTIG_RANGE,
    NO_PAGE,
    OK,
    PAGEBLOCK_PAGES,
    T_ALLOC,
    T_RESERVE,
)
from sim.core.state.gfp import GFP_COMP, GFP_MIGRATE
from sim.core.state.indices import D_TRACE, D_TRIES, R_PATH, V_DROPPED, V_MIGRATE_FAIL
from sim.core.state.state import State
from sim.core.take.rmqueue import get_page_untagged, no_fragment
from sim.core.zone.buddy import (
    add_to_free_list,
    del_page_from_free_list,
)
from sim.core.zone.isolate import any_pinned, isolate_pageblock, unisolate_pageblock
from sim.core.zone.pcp import drain_all_pages, drain_zone
from sim.core.zone.watermark import ALLOC_KSWAPD, WMARK_LOW, WMARK_MIN, ZONE_MOVABLE, movable_flags

TRIES = 5  # of alloc_contig_range, repeated on -EBUSY only


@inlined
def reserve_tries(st: State) -> int:
    """How often a reservation tries a block that cannot be emptied: TRIES, or what the knob was turned to."""
    return TRIES + st.dim[D_TRIES]


@compiled
def alloc_migration_target(st: State, cpu: int) -> int:
    """A page for data that has to move: GFP_USER | MOVABLE | RETRY_MAYFAIL. Or NO_PAGE.

    It reclaims as long as that makes progress, and never calls the OOM killer.
    """
    others_run(st, T_ALLOC)
    flags = movable_flags(st, 0) | ALLOC_KSWAPD
    fast = flags | WMARK_LOW | no_fragment(st, ZONE_MOVABLE)
    page = get_page_untagged(st, 0, MOVABLE, fast, ZONE_MOVABLE, cpu)
    if page == NO_PAGE:
        wake_kswapd(st, ZONE_MOVABLE, 0, 1, GFP_MIGRATE | GFP_COMP)
        page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
    while page == NO_PAGE and direct_reclaim(st, ZONE_MOVABLE, 0, GFP_MIGRATE, cpu):
        page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
        if page == NO_PAGE:
            drain_all_pages(st)
            page = get_page_untagged(st, 0, MOVABLE, flags | WMARK_MIN, ZONE_MOVABLE, cpu)
    if st.dim[D_TRACE]:
        record_cold(st, E_ALLOC, page, 0, MOVABLE, GFP_MIGRATE | GFP_COMP)
    return note_target(st, page)


@compiled
def migrate_page(st: State, source: int, cpu: int) -> int:
    """Move one page of data to a new place and free the old one (migrate_pages, MR_CONTIG_RANGE)."""
    target = alloc_migration_target(st, cpu)
    if target == NO_PAGE:
        st.vm[V_MIGRATE_FAIL] += 1
        return ENOMEM
    if st.kind[source] == K_FREE:
        free_unref_page(st, target, 0, cpu)
        return OK
    move_page(st, source, target, MR_CONTIG_RANGE, MIGRATE_SYNC, cpu)
    return OK


@compiled
def trace_range(st: State, event: int, start: int, end: int, pages: int, taken: int) -> int:
    """What a trace tells of a range that was looked through for pages to move, or to take."""
    if st.dim[D_TRACE]:
        row = record_cold(st, event, start, 0, end, pages)
        st.ev[row + 7] = taken
    return 0


@outlined
def drop_clean(st: State, start: int, end: int, cpu: int) -> int:
    """reclaim_clean_pages_from_list: clean page cache of the range is dropped; returns the pages left that must move.

    Huge pages are split first, so that one of their pages can move.
    """
    left = 0
    for page in range(start, end):
        head = find_head(st, page)
        if head == NO_PAGE:
            continue
        st.req[R_PATH] |= DATA_MOVES
        if st.order[head] > 0:
            split_huge_page(st, head)
        if st.kind[page] == K_FILE:
            record(st, E_DROP, page, 0, 0, 0)
            free_block(st, page, cpu)
            st.vm[V_DROPPED] += 1
            charge(st, X_DROP_PAGE, 1)
        else:
            left += 1
    return left


@outlined
def migrate_range(st: State, start: int, end: int, left: int, cpu: int) -> int:
    """One batch of migrate_pages: every page of the range that is in use. A trace tells the empty batch too."""
    ret = OK
    moved = 0
    told = left > 0 or st.dim[D_TRACE] > 0
    if told:
        record_batch(st, E_MIGRATE_START, MR_CONTIG_RANGE, MIGRATE_SYNC, 0, 0)
    for page in range(start, end):
        if ret == OK and find_head(st, page) != NO_PAGE:
            ret = migrate_page(st, page, cpu)
            moved += ret == OK
    if told:
        record_batch(st, E_MIGRATE_PAGES, MR_CONTIG_RANGE, MIGRATE_SYNC, moved, ret != OK)
    return ret


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
    outer = end
    while page < end:
        order = 0
        while not (st.kind[page & ~((1 << order) - 1)] == K_FREE and st.order[page & ~((1 << order) - 1)] >= order):
            order += 1
        first = page & ~((1 << order) - 1)
        order = del_page_from_free_list(st, first)
        last = first + (1 << order)
        split_free(st, first, page)
        split_free(st, min(last, end), last)
        outer = min(outer, first)
        page = last
    trace_range(st, E_ISOLATE_FREE, outer, end, page - outer, page - outer)
    for i in range(outer, page if st.dim[D_TRACE] else outer):
        if i < start or i >= end:
            trace(st, E_FREE, i, 0, 0)
    for page in range(start, end):
        set_kind(st, page, 0, K_TAGS)
    return OK


@compiled
def empty_range(st: State, start: int, end: int, cpu: int) -> int:
    """Empty every page of the range, then take it."""
    used = 0
    for page in range(start, end):
        used += st.kind[page] != K_FREE
    trace_range(st, E_ISOLATE_MIGRATE, start, end, end - start, used)
    ret = migrate_range(st, start, end, drop_clean(st, start, end, cpu), cpu)
    if ret != OK:
        return ret
    charge(st, X_TAG_CACHE, end - start)
    return take_free(st, start, end)


@outlined
def trace_busy(st: State, start: int, end: int) -> int:
    """What a trace tells of the tries that meet a pin: nothing is taken, nothing moves (facts 12.16)."""
    for _ in range(reserve_tries(st) if st.dim[D_TRACE] else 0):
        trace_range(st, E_ISOLATE_MIGRATE, start, end, end - start, 0)
        record_batch(st, E_MIGRATE_START, MR_CONTIG_RANGE, MIGRATE_SYNC, 0, 0)
        record_batch(st, E_MIGRATE_PAGES, MR_CONTIG_RANGE, MIGRATE_SYNC, 0, 0)
    return EBUSY


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
        ret = trace_busy(st, start, end)
        if others_run(st, T_RESERVE):
            drain_all_pages(st)  # as the further tries drain what others have freed since
    if ret == OK:
        ret = empty_range(st, start, end, cpu)
    for block in range(first, end, PAGEBLOCK_PAGES):
        unisolate_pageblock(st, block, home_of(st))
    return ret
