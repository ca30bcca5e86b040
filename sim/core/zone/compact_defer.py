"""Whether compaction is worth it, and when it is put off (compaction_suitable, defer_compaction; facts 6.1, 6.7)."""

from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import (
    COMPACT_CONTINUE,
    COMPACT_NOT_SUITABLE_ZONE,
    COMPACT_SKIPPED,
    COMPACT_SUCCESS,
    COSTLY_ORDER,
    E_DEFER,
    E_DEFER_RESET,
    E_DEFERRED,
    E_KCOMPACTD_WAKEUP,
    E_SUITABLE,
    MIGRATETYPES,
    ORDERS,
)
from sim.core.state.indices import (
    D_KCOMPACTD,
    D_KCOMPACTD_ORDER,
    D_KCOMPACTD_ZONE,
    D_REPLAY,
    D_ZONES,
    ZC_CONSIDERED,
    ZC_FAILED,
    ZC_SHIFT,
)
from sim.core.state.state import ZONE_COMPACT_FIELDS, State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.counters import free_pages
from sim.core.zone.watermark import ALLOC_CMA, watermark, zone_watermark_ok

MAX_DEFER_SHIFT = 6
EXTFRAG_THRESHOLD = 500  # vm.extfrag_threshold


@outlined
def suitable_with(st: State, z: int, order: int, flags: int, highest: int, free: int) -> int:
    """__compaction_suitable, if so many pages were free: SUCCESS, SKIPPED or CONTINUE. Order -1: always CONTINUE."""
    if order < 0:
        return COMPACT_CONTINUE
    if zone_watermark_ok(st, z, order, watermark(st, z, flags), highest, flags, free_pages(st, z)):
        return COMPACT_SUCCESS
    mark = (st.z_low[z] if order > COSTLY_ORDER else st.z_min[z]) + st.z_boost[z] + (2 << order)
    return COMPACT_CONTINUE if zone_watermark_ok(st, z, 0, mark, highest, ALLOC_CMA, free) else COMPACT_SKIPPED


@compiled
def fragmentation_index(st: State, z: int, order: int) -> int:
    """-1000: a block is large enough. Else towards 0: memory is short; towards 1000: it is in pieces."""
    blocks = 0
    pages = 0
    for o in range(ORDERS):
        for mt in range(MIGRATETYPES):
            n = st.nr_free[buddy_list(st, z, o, mt)]
            blocks += n
            pages += n << o
            if n > 0 and o >= order:
                return -1000
    return 1000 - (1000 + pages * 1000 // (1 << order)) // blocks if blocks else 0


@outlined
def compaction_suitable(st: State, z: int, order: int, flags: int, highest: int) -> int:
    """SUCCESS: the zone passes at the wanted mark already. SKIPPED: too little memory. CONTINUE: worth it."""
    ret = suitable_with(st, z, order, flags, highest, free_pages(st, z))
    if ret == COMPACT_CONTINUE and order > COSTLY_ORDER and 0 <= fragmentation_index(st, z, order) <= EXTFRAG_THRESHOLD:
        ret = COMPACT_NOT_SUITABLE_ZONE
    record_cold(st, E_SUITABLE, -1, order, z, ret)
    return max(ret, COMPACT_SKIPPED)


@compiled
def tell_deferral(st: State, event: int, z: int, order: int) -> int:
    """mm_compaction_deferred, _defer_compaction, _defer_reset."""
    at = z * ZONE_COMPACT_FIELDS
    row = record_cold(st, event, -1, order, z, st.zone_compact[at + ZC_FAILED])
    st.ev[row + 7] = st.zone_compact[at + ZC_CONSIDERED]
    st.ev[row + 8] = st.zone_compact[at + ZC_SHIFT]
    return 1


@outlined
def compaction_deferred(st: State, z: int, order: int) -> int:
    """Whether this attempt is left out; every attempt counts."""
    at = z * ZONE_COMPACT_FIELDS
    if order < st.zone_compact[at + ZC_FAILED]:
        return 0
    limit = 1 << st.zone_compact[at + ZC_SHIFT]
    st.zone_compact[at + ZC_CONSIDERED] = min(st.zone_compact[at + ZC_CONSIDERED] + 1, limit)
    if st.zone_compact[at + ZC_CONSIDERED] >= limit:
        return 0
    return tell_deferral(st, E_DEFERRED, z, order)


@outlined
def defer_compaction(st: State, z: int, order: int) -> int:
    """A whole pass did not help: the next attempts of this order are left out, twice as many each time."""
    at = z * ZONE_COMPACT_FIELDS
    st.zone_compact[at + ZC_CONSIDERED] = 0
    st.zone_compact[at + ZC_SHIFT] = min(st.zone_compact[at + ZC_SHIFT] + 1, MAX_DEFER_SHIFT)
    st.zone_compact[at + ZC_FAILED] = min(st.zone_compact[at + ZC_FAILED], order)
    return tell_deferral(st, E_DEFER, z, order)


@outlined
def defer_reset(st: State, z: int, order: int, allocated: int) -> int:
    """compaction_defer_reset: this order works; if a page was got, nothing is left out any more."""
    at = z * ZONE_COMPACT_FIELDS
    if allocated:
        st.zone_compact[at + ZC_CONSIDERED] = 0
        st.zone_compact[at + ZC_SHIFT] = 0
    if order >= st.zone_compact[at + ZC_FAILED]:
        st.zone_compact[at + ZC_FAILED] = order + 1
    return tell_deferral(st, E_DEFER_RESET, z, order)


@compiled
def restarting(st: State, z: int, order: int) -> int:
    """compaction_restarting: the longest deferral is over."""
    at = z * ZONE_COMPACT_FIELDS
    shift = st.zone_compact[at + ZC_SHIFT]
    longest = shift == MAX_DEFER_SHIFT and st.zone_compact[at + ZC_CONSIDERED] >= 1 << shift
    return longest and order >= st.zone_compact[at + ZC_FAILED]


@outlined
def wakeup_kcompactd(st: State, order: int, highest: int) -> int:
    """Ask the daemon for blocks of an order; it wakes if some zone is suitable. Order 0 needs nobody."""
    if order == 0 or st.dim[D_REPLAY]:
        return 0
    if st.dim[D_KCOMPACTD_ORDER] == 0:
        st.dim[D_KCOMPACTD_ZONE] = 3
    st.dim[D_KCOMPACTD_ORDER] = max(st.dim[D_KCOMPACTD_ORDER], order)
    st.dim[D_KCOMPACTD_ZONE] = min(st.dim[D_KCOMPACTD_ZONE], highest)
    if st.dim[D_KCOMPACTD]:
        return 0
    for z in range(st.dim[D_ZONES]):
        if st.z_type[z] > highest:
            continue
        if compaction_suitable(st, z, st.dim[D_KCOMPACTD_ORDER], 0, highest) == COMPACT_CONTINUE:
            st.dim[D_KCOMPACTD] = 1
            record_cold(st, E_KCOMPACTD_WAKEUP, -1, st.dim[D_KCOMPACTD_ORDER], highest, 0)
            return 1
    return 0
