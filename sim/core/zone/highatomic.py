"""Pageblocks kept for requests that may not wait: reserved, and given up (v6.1; facts 3.6)."""

from sim.core.jit.build import outlined
from sim.core.page.pages import zone_of
from sim.core.state.consts import HIGHATOMIC, ORDERS, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, PCPTYPES
from sim.core.state.indices import D_PAGES, D_ZONES
from sim.core.state.state import State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.fallback import move_freepages_block


@outlined
def reserve_highatomic_pageblock(st: State, page: int) -> int:
    """The pageblock of a page given to such a request becomes HIGHATOMIC: a hundredth of the zone, and one more."""
    z = zone_of(st, page)
    block = page >> PAGEBLOCK_ORDER
    if st.z_highatomic[z] >= st.z_managed[z] // 100 + PAGEBLOCK_PAGES or st.pb_mt[block] >= PCPTYPES:
        return 0
    st.z_highatomic[z] += PAGEBLOCK_PAGES
    st.pb_mt[block] = HIGHATOMIC
    move_freepages_block(st, page, HIGHATOMIC)
    return 1


@outlined
def unreserve_highatomic_pageblock(st: State, mt: int, highest: int, force: int) -> int:
    """Give one such pageblock to type `mt`, the zone's last one only by `force`; whether free pages moved."""
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        if st.z_type[z] > highest or st.z_highatomic[z] == 0 or (not force and st.z_highatomic[z] <= PAGEBLOCK_PAGES):
            continue
        for order in range(ORDERS):
            i = buddy_list(st, z, order, HIGHATOMIC)
            if st.nr_free[i] == 0:
                continue
            page = st.nxt[st.dim[D_PAGES] + i]
            if st.pb_mt[page >> PAGEBLOCK_ORDER] == HIGHATOMIC:
                st.z_highatomic[z] -= min(PAGEBLOCK_PAGES, st.z_highatomic[z])
            st.pb_mt[page >> PAGEBLOCK_ORDER] = mt
            if move_freepages_block(st, page, mt):
                return 1
    return 0
