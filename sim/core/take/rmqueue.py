"""A page from one zone, and one pass over the zones for a request without tags (get_page_from_freelist, v6.1)."""

from sim.core.hooks.cost import FROM_BUDDY, X_BUDDY_TAKE, X_ZONE_TEST, charge
from sim.core.jit.build import inlined, outlined
from sim.core.reclaim.reclaim import wake_kswapd
from sim.core.rules import lent_on_pcp
from sim.core.state.consts import HIGHATOMIC, MOVABLE, NO_PAGE
from sim.core.state.indices import D_EXPLAIN, D_ZONES, R_PATH, V_PGALLOC
from sim.core.state.state import State
from sim.core.zone.buddy import rmqueue_smallest
from sim.core.zone.counters import free_pages, mod_zone_freepage_state
from sim.core.zone.pcp import pcp_allowed_order, rmqueue_one, rmqueue_pcplist, type_taken
from sim.core.zone.watermark import (
    ALLOC_CMA,
    ALLOC_FROM_METADATA,
    ALLOC_HIGHATOMIC,
    ALLOC_NO_WATERMARKS,
    ALLOC_NOFRAGMENT,
    ALLOC_NON_BLOCK,
    ALLOC_OOM,
    ALLOC_RESERVES,
    ZONE_NORMAL,
    watermark,
    zone_watermark_ok,
)
from sim.core.zone.why_zone import why_take, why_zone


@inlined
def may_use_pcp(st: State, order: int, mt: int, flags: int) -> int:
    """MOVABLE lists may hold CMA and METADATA pages, so only who may use both kinds takes from them (RFC v1 #6)."""
    if not pcp_allowed_order(st, order):
        return 0
    wanted = ALLOC_CMA | ALLOC_FROM_METADATA if lent_on_pcp(st) else ALLOC_CMA
    return mt != MOVABLE or flags & wanted == wanted


@outlined
def rmqueue_buddy(st: State, z: int, order: int, mt: int, flags: int) -> int:
    """A block off the buddy lists for a request with access to reserves: HIGHATOMIC first, or last. Or NO_PAGE."""
    page = rmqueue_smallest(st, z, order, HIGHATOMIC) if flags & ALLOC_HIGHATOMIC else NO_PAGE
    if page == NO_PAGE:
        page = rmqueue_one(st, z, order, mt, flags)
    if page == NO_PAGE and flags & (ALLOC_OOM | ALLOC_NON_BLOCK):
        page = rmqueue_smallest(st, z, order, HIGHATOMIC)
    return page


@inlined
def rmqueue(st: State, z: int, cpu: int, order: int, mt: int, flags: int) -> int:
    """A block from this zone, per-CPU lists first, or NO_PAGE."""
    page = NO_PAGE
    listed = may_use_pcp(st, order, mt, flags)
    if st.dim[D_EXPLAIN]:
        why_take(st, z, cpu, order, mt, flags, listed)
    if listed:
        page = rmqueue_pcplist(st, z, cpu, order, mt, flags)
    if page == NO_PAGE:
        if flags & ALLOC_RESERVES:
            page = rmqueue_buddy(st, z, order, mt, flags)
        else:
            page = rmqueue_one(st, z, order, mt, flags)
        charge(st, X_BUDDY_TAKE, 1)
        if page == NO_PAGE:
            return NO_PAGE
        st.req[R_PATH] |= FROM_BUDDY
        mod_zone_freepage_state(st, z, -(1 << order), type_taken(st, page, mt))
    st.vm[V_PGALLOC + st.z_type[z]] += 1 << order
    if st.z_boosted[z]:
        st.z_boosted[z] = 0
        wake_kswapd(st, ZONE_NORMAL, 0, 1, 0)
    return page


@inlined
def zone_allows(st: State, z: int, order: int, highest: int, flags: int) -> int:
    """Whether this zone is in the request's zonelist and above the mark that its flags ask for."""
    if st.z_type[z] > highest:
        return 0
    if flags & ALLOC_NO_WATERMARKS:
        return 1
    verdict = zone_watermark_ok(st, z, order, watermark(st, z, flags), highest, flags, free_pages(st, z))
    if st.dim[D_EXPLAIN]:
        why_zone(st, z, order, highest, flags, verdict)
    return verdict


@inlined
def get_page_untagged(st: State, order: int, mt: int, flags: int, highest: int, cpu: int) -> int:
    """One pass over the zones from the highest down, and a second one if only fragmenting could help.

    A block or NO_PAGE.
    """
    while True:
        for z in range(st.dim[D_ZONES] - 1, -1, -1):
            if zone_allows(st, z, order, highest, flags):
                page = rmqueue(st, z, cpu, order, mt, flags)
                if page != NO_PAGE:
                    return page
            charge(st, X_ZONE_TEST, 1)
        if not flags & ALLOC_NOFRAGMENT:
            return NO_PAGE
        flags &= ~ALLOC_NOFRAGMENT


@inlined
def no_fragment(st: State, highest: int) -> int:
    """alloc_flags_nofragment: only if the first zone of the request is Normal."""
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        if st.z_type[z] <= highest:
            return ALLOC_NOFRAGMENT if st.z_type[z] == ZONE_NORMAL else 0
    return 0
