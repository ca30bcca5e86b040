"""Free pages taken off the lists as targets of compaction (isolate_freepages_block, v6.1; facts 6.5)."""

from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.page.pages import set_kind, zone_of
from sim.core.state.consts import (
    E_ISOLATE_FREE,
    K_ISOLATED,
    MOVABLE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    PCPTYPES,
)
from sim.core.state.indices import CC_FREE_PAGES, CC_FREE_SCANNED, CC_PAGES, CC_TAKEN, V_COMPACT_ISOLATED
from sim.core.state.state import COMPACT_FIELDS, COMPACT_PAGES, State
from sim.core.zone.buddy import del_page_from_free_list
from sim.core.zone.compact_cursors import compound_order, is_free
from sim.core.zone.counters import free_pages, mod_zone_freepage_state
from sim.core.zone.watermark import ALLOC_CMA, ALLOC_FROM_METADATA, zone_watermark_ok


@compiled
def isolate_free_page(st: State, page: int) -> int:
    """__isolate_free_page: take a whole block off its list; returns its pages, 0 if that went below the mark.

    Half a pageblock or more makes the pageblock MOVABLE. RFC v1 #24: METADATA counts.
    """
    z = zone_of(st, page)
    size = 1 << st.order[page]
    if not zone_watermark_ok(st, z, 0, st.z_min[z] + size, 0, ALLOC_CMA | ALLOC_FROM_METADATA, free_pages(st, z)):
        return 0
    mod_zone_freepage_state(st, z, -size, st.pb_mt[page >> PAGEBLOCK_ORDER])
    del_page_from_free_list(st, page)
    if size >= PAGEBLOCK_PAGES // 2:
        for block in range(page >> PAGEBLOCK_ORDER, (page + size - 1 >> PAGEBLOCK_ORDER) + 1):
            if st.pb_mt[block] < PCPTYPES:
                st.pb_mt[block] = MOVABLE
    return size


@outlined
def hold_free_block(st: State, page: int) -> int:
    """Take a free block, split into single pages; the last one held is used first. Returns its pages or 0."""
    order = st.order[page]
    size = isolate_free_page(st, page)
    if size == 0:
        return 0
    set_kind(st, page, order, K_ISOLATED)
    n = st.cc[CC_FREE_PAGES]
    for i in range(size):
        st.cc[COMPACT_FIELDS + COMPACT_PAGES + n + i] = page + i
    st.cc[CC_FREE_PAGES] = n + size
    return size


@outlined
def isolate_freepages_block(st: State, start: int, end: int, stride: int) -> int:
    """Hold free blocks in [start, end) of one pageblock until as many pages are held as wait to move.

    Returns where it stopped; CC_TAKEN says how many pages it took.
    """
    page = start
    scanned = 0
    taken = 0
    while page < end:
        scanned += 1
        if is_free(st, page):
            size = hold_free_block(st, page)
            if size == 0:
                break
            scanned += size - 1
            taken += size
            if st.cc[CC_FREE_PAGES] >= st.cc[CC_PAGES]:
                page += size
                break
            page += size - 1
        else:
            page += (1 << compound_order(st, page)) - 1
        page += stride
    page = min(page, end)
    row = record_cold(st, E_ISOLATE_FREE, start, 0, page, scanned)
    st.ev[row + 7] = taken
    st.cc[CC_FREE_SCANNED] += scanned
    st.cc[CC_TAKEN] = taken
    st.vm[V_COMPACT_ISOLATED] += taken
    return page
