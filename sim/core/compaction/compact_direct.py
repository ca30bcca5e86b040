"""Who compacts: a request that found no block, kcompactd, compact_memory (v6.1; facts 5, 6.2, 6.7)."""

from sim.core.compaction.compaction import compact_zone
from sim.core.hooks.cost import X_COMPACT_SCAN, charge
from sim.core.hooks.records import record_cold
from sim.core.jit.build import compiled, outlined
from sim.core.state.consts import (
    COMPACT_COMPLETE,
    COMPACT_CONTENDED,
    COMPACT_CONTINUE,
    COMPACT_DEFERRED,
    COMPACT_PARTIAL_SKIPPED,
    COMPACT_SKIPPED,
    COMPACT_SUCCESS,
    COSTLY_ORDER,
    E_COMPACT_TRY,
    E_KCOMPACTD_SLEEP,
    E_KCOMPACTD_WAKE,
    MIGRATE_ASYNC,
    MIGRATE_SYNC,
    MIGRATE_SYNC_LIGHT,
    NO_PAGE,
    PRIO_ASYNC,
    PRIO_SYNC_FULL,
    PRIO_SYNC_LIGHT,
    UNMOVABLE,
)
from sim.core.state.indices import (
    CC_ANY_BLOCK,
    CC_CAPTURE,
    CC_CAPTURED,
    CC_CPU,
    CC_DIRECT,
    CC_FLAGS,
    CC_FREE_SCANNED,
    CC_HIGHEST,
    CC_IGNORE_SKIP,
    CC_MODE,
    CC_MT,
    CC_ORDER,
    CC_PRIORITY,
    CC_RESULT,
    CC_RETRIES,
    CC_SCANNED,
    CC_SEARCH,
    CC_WHOLE,
    CC_ZONE,
    D_KCOMPACTD,
    D_KCOMPACTD_ORDER,
    D_KCOMPACTD_ZONE,
    D_REPLAY,
    D_ZONES,
    R_PROCESS,
    V_DAEMON_FREE_SCANNED,
    V_DAEMON_MIGRATE_SCANNED,
    V_DAEMON_WAKE,
)
from sim.core.state.state import State
from sim.core.zone.compact_defer import (
    compaction_deferred,
    compaction_suitable,
    defer_compaction,
    defer_reset,
    suitable_with,
)
from sim.core.zone.pcp import drain_zone

MAX_RETRIES = 16  # MAX_COMPACT_RETRIES


@compiled
def set_control(st: State, z: int, order: int, mode: int, whole: int, highest: int, cpu: int) -> int:
    """What all kinds have in common; kernel memory, no skip bits ignored, no request waiting."""
    st.cc[CC_ZONE] = z
    st.cc[CC_ORDER] = order
    st.cc[CC_SEARCH] = order
    st.cc[CC_MODE] = mode
    st.cc[CC_WHOLE] = whole
    st.cc[CC_IGNORE_SKIP] = whole
    st.cc[CC_HIGHEST] = highest
    st.cc[CC_CPU] = cpu
    st.cc[CC_MT] = UNMOVABLE
    st.cc[CC_FLAGS] = 0
    st.cc[CC_DIRECT] = 0
    st.cc[CC_ANY_BLOCK] = 0
    st.cc[CC_CAPTURE] = 0
    return 0


@outlined
def compact_zone_order(st: State, z: int, order: int, mt: int, flags: int, highest: int, cpu: int) -> int:
    """Direct compaction of one zone at CC_PRIORITY; a block of the wanted order that is freed meanwhile is captured."""
    prio = st.cc[CC_PRIORITY]
    full = prio == PRIO_SYNC_FULL
    set_control(st, z, order, MIGRATE_ASYNC if prio == PRIO_ASYNC else MIGRATE_SYNC_LIGHT, full, highest, cpu)
    st.cc[CC_MT] = mt
    st.cc[CC_FLAGS] = flags
    st.cc[CC_DIRECT] = 1
    st.cc[CC_ANY_BLOCK] = full
    st.cc[CC_CAPTURE] = order
    ret = compact_zone(st)
    st.cc[CC_CAPTURE] = 0
    charge(st, X_COMPACT_SCAN, st.cc[CC_SCANNED] + st.cc[CC_FREE_SCANNED])
    return COMPACT_SUCCESS if st.cc[CC_CAPTURED] >= 0 else ret


@compiled
def replayed(st: State, z: int, order: int, flags: int, highest: int) -> int:
    """While a trace is replayed compaction works there; what can be told here is that it has nothing to do."""
    ret = compaction_suitable(st, z, order, flags, highest)
    st.cc[CC_CAPTURED] = NO_PAGE
    return ret if ret == COMPACT_SUCCESS else COMPACT_SKIPPED


@outlined
def try_to_compact_pages(st: State, order: int, mt: int, gfp: int, flags: int, highest: int, cpu: int) -> int:
    """Direct compaction of the zones of a request, at CC_PRIORITY: COMPACT_*, the highest of all zones."""
    prio = st.cc[CC_PRIORITY]
    best = COMPACT_SKIPPED
    record_cold(st, E_COMPACT_TRY, -1, order, gfp, prio)
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        if st.z_type[z] > highest:
            continue
        if prio > PRIO_SYNC_FULL and compaction_deferred(st, z, order):
            best = max(best, COMPACT_DEFERRED)
            continue
        if st.dim[D_REPLAY]:
            ret = replayed(st, z, order, flags, highest)
        else:
            ret = compact_zone_order(st, z, order, mt, flags, highest, cpu)
        best = max(best, ret)
        if ret == COMPACT_SUCCESS:
            defer_reset(st, z, order, 0)
            break
        if prio != PRIO_ASYNC and (ret == COMPACT_COMPLETE or ret == COMPACT_PARTIAL_SKIPPED):
            defer_compaction(st, z, order)
    return best


@compiled
def any_suitable(st: State, order: int, flags: int, highest: int) -> int:
    """compaction_zonelist_suitable: whether compaction could work if page cache were free, a part of it at least."""
    for z in range(st.dim[D_ZONES]):
        if st.z_type[z] <= highest:
            free = st.z_file[z] // order + st.z_free[z]
            if suitable_with(st, z, order, flags, highest, free) == COMPACT_CONTINUE:
                return 1
    return 0


@compiled
def raise_priority(st: State, order: int) -> int:
    """One step up, if there is one; the retries start anew."""
    if st.cc[CC_PRIORITY] <= (PRIO_SYNC_LIGHT if order > COSTLY_ORDER else PRIO_SYNC_FULL):
        return 0
    st.cc[CC_PRIORITY] -= 1
    st.cc[CC_RETRIES] = 0
    return 1


@outlined
def should_compact_retry(st: State, order: int, flags: int, highest: int) -> int:
    """Whether another round may help, after reclaim with progress; it may raise CC_PRIORITY."""
    ret = st.cc[CC_RESULT]
    if order == 0 or st.dim[D_REPLAY]:
        return 0
    st.cc[CC_RETRIES] += ret == COMPACT_SUCCESS
    if ret == COMPACT_SKIPPED:
        return any_suitable(st, order, flags, highest)
    known = ret == COMPACT_COMPLETE or ret == COMPACT_DEFERRED or ret == COMPACT_CONTENDED
    if not known and ret != COMPACT_PARTIAL_SKIPPED:
        most = MAX_RETRIES // 4 if order > COSTLY_ORDER else MAX_RETRIES
        if st.cc[CC_RETRIES] <= most:
            return 1
    return raise_priority(st, order)


@outlined
def kcompactd_turn(st: State) -> int:
    """kcompactd_do_work: what kswapd asked for, in one go between two ops. Kernel memory decides when it ends."""
    order = st.dim[D_KCOMPACTD_ORDER]
    highest = st.dim[D_KCOMPACTD_ZONE]
    st.dim[D_KCOMPACTD] = 0
    st.req[R_PROCESS] = 0
    st.vm[V_DAEMON_WAKE] += 1
    record_cold(st, E_KCOMPACTD_WAKE, -1, order, highest, 0)
    for z in range(st.dim[D_ZONES]):
        if st.z_type[z] > highest or compaction_deferred(st, z, order):
            continue
        if compaction_suitable(st, z, order, 0, st.z_type[z]) != COMPACT_CONTINUE:
            continue
        set_control(st, z, order, MIGRATE_SYNC_LIGHT, 0, highest, 0)
        ret = compact_zone(st)
        if ret == COMPACT_SUCCESS:
            defer_reset(st, z, order, 0)
        elif ret == COMPACT_COMPLETE or ret == COMPACT_PARTIAL_SKIPPED:
            drain_zone(st, z)
            defer_compaction(st, z, order)
        st.vm[V_DAEMON_MIGRATE_SCANNED] += st.cc[CC_SCANNED]
        st.vm[V_DAEMON_FREE_SCANNED] += st.cc[CC_FREE_SCANNED]
    st.dim[D_KCOMPACTD_ORDER] = 0
    record_cold(st, E_KCOMPACTD_SLEEP, -1, 0, 0, 0)
    return 0


@outlined
def compact_memory(st: State, cpu: int) -> int:
    """Somebody wrote to /proc/sys/vm/compact_memory: every zone from end to end, skip bits ignored."""
    for z in range(st.dim[D_ZONES]):
        set_control(st, z, -1, MIGRATE_SYNC, 1, 3, cpu)
        compact_zone(st)
    return 0
