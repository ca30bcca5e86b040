"""A page from one zone, and one pass over the zones for a request without tags (get_page_from_freelist, v6.1)."""

from sim.core.buddy import mod_zone_freepage_state
from sim.core.build import compiled
from sim.core.consts import METADATA, MOVABLE, NO_PAGE, P_RFC_V1, PAGEBLOCK_ORDER
from sim.core.pcp import pcp_allowed_order, rmqueue_one, rmqueue_pcplist
from sim.core.state import D_POLICY, D_ZONES, V_PGALLOC, State
from sim.core.watermark import ALLOC_FROM_METADATA, watermark, zone_watermark_ok


@compiled
def may_use_pcp(st: State, order: int, mt: int, flags: int) -> int:
    """MOVABLE lists may hold METADATA pages, so only who may use both kinds takes from them (RFC v1 #6)."""
    if not pcp_allowed_order(st, order):
        return 0
    return mt != MOVABLE or st.dim[D_POLICY] != P_RFC_V1 or (flags & ALLOC_FROM_METADATA) != 0


@compiled
def rmqueue(st: State, z: int, cpu: int, order: int, mt: int, flags: int) -> int:
    """A block from this zone, per-CPU lists first, or NO_PAGE."""
    page = NO_PAGE
    if may_use_pcp(st, order, mt, flags):
        page = rmqueue_pcplist(st, z, cpu, order, mt, flags)
    if page == NO_PAGE:
        page = rmqueue_one(st, z, order, mt, flags)
        if page == NO_PAGE:
            return NO_PAGE
        found = METADATA if st.pb_mt[page >> PAGEBLOCK_ORDER] == METADATA else mt
        mod_zone_freepage_state(st, z, -(1 << order), found)
    st.vm[V_PGALLOC + st.z_type[z]] += 1 << order
    return page


@compiled
def zone_allows(st: State, z: int, order: int, highest: int, flags: int) -> int:
    """Whether this zone is in the request's zonelist and above the mark that its flags ask for."""
    if st.z_type[z] > highest:
        return 0
    return zone_watermark_ok(st, z, order, watermark(st, z, flags), highest, flags, st.z_free[z])


@compiled
def get_page_untagged(st: State, order: int, mt: int, flags: int, highest: int, cpu: int) -> int:
    """One pass over the zones from the highest down; a block or NO_PAGE."""
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        if zone_allows(st, z, order, highest, flags):
            page = rmqueue(st, z, cpu, order, mt, flags)
            if page != NO_PAGE:
                return page
    return NO_PAGE
