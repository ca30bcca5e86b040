"""Capture: a block that is freed while a request compacts goes to that request, not to the lists (v6.1; facts 4.7)."""

from sim.core.jit.build import outlined
from sim.core.page.pages import zone_of
from sim.core.state.consts import CMA, ISOLATE, MAX_ORDER, METADATA, MOVABLE, PAGEBLOCK_ORDER
from sim.core.state.indices import CC_CAPTURE, CC_CAPTURED, CC_ZONE
from sim.core.state.state import State
from sim.core.zone.buddy import del_page_from_free_list, page_is_buddy
from sim.core.zone.counters import mod_zone_freepage_state


@outlined
def capture(st: State, page: int, order: int, mt: int) -> int:
    """compaction_capture: 1 if this free, merged with its buddies, makes the block that is waited for.

    CMA, ISOLATE and METADATA (RFC v1 #9) are never captured, MOVABLE only from pageblock order on. The block is off
    the lists then, and still K_FREE. Order 10 is never reached: merging ends there before anybody looks.
    """
    wanted = st.cc[CC_CAPTURE]
    z = zone_of(st, page)
    if st.cc[CC_CAPTURED] >= 0 or z != st.cc[CC_ZONE] or order > wanted or wanted == MAX_ORDER:
        return 0
    if mt == CMA or mt == METADATA or mt == ISOLATE or (mt == MOVABLE and wanted < PAGEBLOCK_ORDER):
        return 0
    for o in range(order, wanted):
        if not page_is_buddy(st, z, (page & ~((1 << o) - 1)) ^ (1 << o), o):
            return 0
    mod_zone_freepage_state(st, z, 1 << order, mt)
    for o in range(order, wanted):
        del_page_from_free_list(st, (page & ~((1 << o) - 1)) ^ (1 << o))
    mod_zone_freepage_state(st, z, -(1 << wanted), mt)
    st.cc[CC_CAPTURED] = page & ~((1 << wanted) - 1)
    return 1
