"""One pass over the zones: get_page_from_freelist (v6.1), with the tag storage of a tagged request (RFC v1 #19)."""

from sim.core.hooks.cost import X_ZONE_TEST, charge
from sim.core.hooks.records import mark_once, record_cold
from sim.core.jit.build import compiled, inlined
from sim.core.page.pages import set_kind, zone_of
from sim.core.rules import needs_storage
from sim.core.state.consts import (
    E_RETURN,
    K_FREE,
    MOVABLE,
    NO_PAGE,
    OK,
    PAGEBLOCK_ORDER,
)
from sim.core.state.gfp import GFP_DMA, GFP_DMA32, GFP_HIGHMEM, GFP_MOVABLE, GFP_TAGGED
from sim.core.state.indices import D_ZONES, R_PASSES, R_REFUSALS, R_REFUSED, V_REFUSED
from sim.core.state.state import State
from sim.core.take.rmqueue import get_page_untagged, rmqueue, zone_allows
from sim.core.take.tag_storage import reserve_metadata_storage
from sim.core.zone.buddy import buddy_list, free_one_page
from sim.core.zone.watermark import (
    ALLOC_NOFRAGMENT,
    ZONE_DMA,
    ZONE_DMA32,
    ZONE_MOVABLE,
    ZONE_NORMAL,
)


@compiled
def return_page_to_buddy(st: State, page: int, order: int) -> int:
    """A refused page merges with its free buddies and goes to the tail of its list (facts 4.1, 12.7)."""
    set_kind(st, page, order, K_FREE)
    mt = st.pb_mt[page >> PAGEBLOCK_ORDER]
    merged = free_one_page(st, page, order, mt, 1)
    merged_order = st.order[merged]
    alone = st.nr_free[buddy_list(st, zone_of(st, page), merged_order, mt)] == 1
    row = record_cold(st, E_RETURN, page, order, merged, merged_order)
    st.ev[row + 7] = alone
    st.ev[row + 8] = 1
    st.req[R_REFUSALS] += 1
    st.req[R_REFUSED] = page
    st.vm[V_REFUSED] += 1
    return mark_once(st, E_RETURN, page)


@compiled
def get_page_tagged(st: State, order: int, flags: int, cpu: int, fatal: int) -> int:
    """One pass over the zones for a tagged request: one page a zone, kept if its tag storage can be reserved."""
    while True:
        for z in range(st.dim[D_ZONES] - 1, -1, -1):
            if not zone_allows(st, z, order, ZONE_MOVABLE, flags):
                charge(st, X_ZONE_TEST, 1)
                continue
            page = rmqueue(st, z, cpu, order, MOVABLE, flags)
            if page == NO_PAGE:
                continue
            if reserve_metadata_storage(st, page, order, fatal, cpu) == OK:
                return page
            return_page_to_buddy(st, page, order)
        if not flags & ALLOC_NOFRAGMENT:
            return NO_PAGE
        flags &= ~ALLOC_NOFRAGMENT


@inlined
def gfp_migratetype(st: State, gfp: int) -> int:
    """The type a request asks for: __GFP_MOVABLE and __GFP_RECLAIMABLE shifted down."""
    return (gfp >> 3) & 3


@inlined
def highest_zone(st: State, gfp: int) -> int:
    """gfp_zone: __GFP_DMA and __GFP_DMA32 keep a request low; movable user memory may come from any zone."""
    if gfp & (GFP_DMA | GFP_DMA32):
        return ZONE_DMA if gfp & GFP_DMA else ZONE_DMA32
    return ZONE_MOVABLE if gfp & (GFP_HIGHMEM | GFP_MOVABLE) == GFP_HIGHMEM | GFP_MOVABLE else ZONE_NORMAL


@inlined
def get_page_from_freelist(st: State, order: int, gfp: int, flags: int, process: int) -> int:
    """get_page_from_freelist: one pass."""
    st.req[R_PASSES] += 1
    cpu = st.p_cpu[process]
    if gfp & GFP_TAGGED and needs_storage(st):
        return get_page_tagged(st, order, flags, cpu, st.p_fatal[process])
    return get_page_untagged(st, order, gfp_migratetype(st, gfp), flags, highest_zone(st, gfp), cpu)
