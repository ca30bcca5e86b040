"""One request to the allocator: __alloc_pages (v6.1)."""

from sim.core.alloc.freelist import get_page_from_freelist, gfp_migratetype, highest_zone
from sim.core.alloc.slowpath import alloc_pages_slowpath
from sim.core.hooks.why import why_ask
from sim.core.jit.build import inlined
from sim.core.state.consts import (
    MOVABLE,
    NO_PAGE,
)
from sim.core.state.gfp import (
    GFP_KSWAPD_RECLAIM,
    GFP_TAGGED,
)
from sim.core.state.indices import D_EXPLAIN
from sim.core.state.state import State
from sim.core.take.rmqueue import no_fragment
from sim.core.zone.watermark import (
    WMARK_LOW,
    movable_flags,
)


@inlined
def alloc_pages(st: State, order: int, gfp: int, process: int) -> int:
    """A block of 2^order pages, or NO_PAGE (__alloc_pages)."""
    mt = gfp_migratetype(st, gfp)
    movable = movable_flags(st, gfp & GFP_TAGGED) if mt == MOVABLE else 0
    fast = WMARK_LOW | (gfp & GFP_KSWAPD_RECLAIM) | movable | no_fragment(st, highest_zone(st, gfp))
    if st.dim[D_EXPLAIN]:
        why_ask(st, order, mt, gfp, fast)
    page = get_page_from_freelist(st, order, gfp, fast, process)
    return page if page != NO_PAGE else alloc_pages_slowpath(st, order, gfp, process)
