"""Many single pages for one request: __alloc_pages_bulk (v6.1; facts 3.7, RFC v1 #6)."""

from sim.core.alloc.freelist import gfp_migratetype, highest_zone
from sim.core.alloc.request import allocate, begin, gfp_of, prepare
from sim.core.hooks.records import touch
from sim.core.jit.build import compiled, outlined
from sim.core.page.process import own
from sim.core.state.consts import E_ALLOC, MOVABLE, NO_PAGE
from sim.core.state.indices import D_CPUS, D_WATCH, D_ZONES, R_RESULT, V_PGALLOC
from sim.core.state.state import State
from sim.core.take.rmqueue import may_use_pcp
from sim.core.zone.counters import free_pages
from sim.core.zone.pcp import take_from_pcplist
from sim.core.zone.watermark import WMARK_LOW, movable_flags, watermark, zone_watermark_ok


@compiled
def bulk_zone(st: State, pages: int, highest: int, flags: int) -> int:
    """The first zone of the request that stays above its low mark without so many pages, or -1."""
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        mark = watermark(st, z, flags) + pages
        if st.z_type[z] <= highest and zone_watermark_ok(st, z, 0, mark, highest, flags, free_pages(st, z)):
            return z
    return -1


@compiled
def take_bulk(st: State, process: int, what: int, pages: int, gfp: int) -> int:
    """Pages off the per-CPU list of one zone, refills included; returns how many. free_factor stays what it is."""
    mt = gfp_migratetype(st, gfp)
    highest = highest_zone(st, gfp)
    flags = WMARK_LOW | (movable_flags(st, 0) if mt == MOVABLE else 0)
    z = bulk_zone(st, pages, highest, flags)
    if z < 0 or not may_use_pcp(st, 0, mt, flags):
        return 0
    taken = 0
    while taken < pages:
        page = take_from_pcplist(st, z * st.dim[D_CPUS] + st.p_cpu[process], 0, mt, flags)
        if page == NO_PAGE:
            break
        prepare(st, page, 0, what)
        own(st, process, what, page, 0)
        if st.dim[D_WATCH]:
            touch(st, E_ALLOC, page, 1)
        if taken == 0:
            st.req[R_RESULT] = page
        taken += 1
    st.vm[V_PGALLOC + st.z_type[z]] += taken
    return taken


@outlined
def allocate_bulk(st: State, process: int, what: int, pages: int) -> int:
    """Allocate up to `pages` single pages, without an event; one page in the ordinary way if that gives none.

    Returns how many.
    """
    begin(st, process, what, 0)
    if not st.p_alive[process]:
        return 0
    taken = take_bulk(st, process, what, pages, gfp_of(st, what, 0, 1)) if pages > 1 else 0
    return taken or allocate(st, process, what, 0, 1) != NO_PAGE
