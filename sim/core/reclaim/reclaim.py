"""Page cache reclaim: kswapd and direct reclaim, much simplified (docs/fidelity.md). Anonymous memory has no swap."""

from sim.core.hooks.cost import X_RECLAIM_PAGE, X_RECLAIM_SCAN, charge
from sim.core.hooks.records import record_cold
from sim.core.hooks.why import W_RECLAIM, why_values
from sim.core.jit.build import compiled, outlined
from sim.core.page.lists import list_add, list_del
from sim.core.page.pages import set_kind
from sim.core.page.process import lru_head
from sim.core.reclaim.free import free_block
from sim.core.state.consts import (
    C_DIRTY,
    C_FILE,
    CLASSES,
    COMPACT_CONTINUE,
    COMPACT_SUCCESS,
    COSTLY_ORDER,
    E_DIRECT_RECLAIM,
    E_KSWAPD_SLEEP,
    E_KSWAPD_WAKE,
    E_KSWAPD_WAKEUP,
    E_RECLAIM_BEGIN,
    F_ISOLATED,
    F_PINNED,
    K_DIRTY,
    K_FILE,
    PAGEBLOCK_ORDER,
    T_RECLAIM_END,
    TRACE_FIELDS,
)
from sim.core.state.indices import (
    D_EXPLAIN,
    D_KSWAPD,
    D_KSWAPD_DONE,
    D_KSWAPD_FAILURES,
    D_KSWAPD_ORDER,
    D_REPLAY,
    D_ZONES,
    R_PROCESS,
    RP_AWAKE,
    RP_CURSOR,
    RP_END,
    V_ALLOCSTALL,
    V_PAGEOUTRUN,
    V_SCAN_DIRECT,
    V_SCAN_KSWAPD,
    V_STEAL_DIRECT,
    V_STEAL_KSWAPD,
    V_WRITTEN,
)
from sim.core.state.state import State
from sim.core.zone.compact_cursors import reset_all_isolation_suitable
from sim.core.zone.compact_defer import compaction_suitable, wakeup_kcompactd
from sim.core.zone.counters import free_pages
from sim.core.zone.watermark import WMARK_HIGH, watermark, zone_watermark_ok

SWAP_CLUSTER_MAX = 32
MAX_SCAN = 1024
KSWAPD_GIVES_UP = 16  # MAX_RECLAIM_RETRIES


@compiled
def write_back(st: State, page: int) -> int:
    """A dirty page is written and stays, clean, for one more round."""
    process = st.owner[page]
    st.p_count[process * CLASSES + C_DIRTY] -= 1
    st.p_count[process * CLASSES + C_FILE] += 1
    st.vm[V_WRITTEN] += 1
    return set_kind(st, page, 0, K_FILE)


@outlined
def shrink_zone(st: State, z: int, want: int, cpu: int, counter: int) -> int:
    """Drop up to `want` clean pages from the tail of the LRU; returns how many. `counter` (V_*) gets those seen."""
    head = lru_head(st, z)
    page = st.prv[head]
    scanned = 0
    freed = 0
    while page != head and freed < want and scanned < MAX_SCAN:
        before = st.prv[page]
        if st.flags[page] & F_ISOLATED:
            page = before
            continue
        scanned += 1
        if st.flags[page] & F_PINNED or st.kind[page] == K_DIRTY:
            if st.kind[page] == K_DIRTY:
                write_back(st, page)
            list_del(st, page)
            list_add(st, head, page)
        else:
            free_block(st, page, cpu)
            freed += 1
        page = before
    st.vm[counter] += scanned
    return freed


@compiled
def next_row_of(st: State, kind: int) -> int:
    """Column b of the next row of this kind in the rows of the request at hand, which end at RP_END; 0 without one."""
    row = st.rp_sum[RP_CURSOR] * TRACE_FIELDS
    while row < st.rp_sum[RP_END] * TRACE_FIELDS:
        if st.rp[row] == kind and st.rp[row + 8] == st.rp[st.rp_sum[RP_END] * TRACE_FIELDS + 8]:
            st.rp_sum[RP_CURSOR] = row // TRACE_FIELDS + 1
            return st.rp[row + 5]
        row += TRACE_FIELDS
    return 0


@compiled
def compaction_ready(st: State, z: int, order: int, highest: int) -> int:
    """Whether compaction could serve a large request from this zone now, so that reclaim need not go on."""
    if order <= COSTLY_ORDER:
        return 0
    suitable = compaction_suitable(st, z, order, 0, highest)
    if suitable != COMPACT_CONTINUE:
        return suitable == COMPACT_SUCCESS
    mark = watermark(st, z, WMARK_HIGH) + (2 << order)
    return zone_watermark_ok(st, z, 0, mark, highest, 0, free_pages(st, z))


@outlined
def direct_reclaim(st: State, highest: int, order: int, gfp: int, cpu: int) -> int:
    """try_to_free_pages: aim at 32 pages from the zones the request may use; returns how many came free.

    1, if none did and compaction is ready for the request, as a kernel was seen to answer.

    While a trace is replayed, what reclaim frees stands in the trace.
    """
    if st.dim[D_REPLAY]:
        return next_row_of(st, T_RECLAIM_END)
    st.vm[V_ALLOCSTALL] += 1
    record_cold(st, E_RECLAIM_BEGIN, -1, order, gfp, 0)
    freed = 0
    ready = 0
    for z in range(st.dim[D_ZONES] - 1, -1, -1):
        if st.z_type[z] > highest or freed >= SWAP_CLUSTER_MAX:
            continue
        if compaction_ready(st, z, order, highest):
            ready = 1
            continue
        before = st.vm[V_SCAN_DIRECT]
        freed += shrink_zone(st, z, SWAP_CLUSTER_MAX - freed, cpu, V_SCAN_DIRECT)
        charge(st, X_RECLAIM_SCAN, st.vm[V_SCAN_DIRECT] - before)
    st.vm[V_STEAL_DIRECT] += freed
    charge(st, X_RECLAIM_PAGE, freed)
    if freed:
        st.dim[D_KSWAPD_FAILURES] = 0
    if st.dim[D_EXPLAIN]:
        why_values(st, W_RECLAIM, freed, ready, 0)
    if freed == 0:
        freed = ready
    record_cold(st, E_DIRECT_RECLAIM, -1, 0, freed, 0)
    return freed


@compiled
def balanced(st: State, highest: int, order: int) -> int:
    """pgdat_balanced: any zone is above its high mark. No alloc flags: METADATA never counts (facts 2.3, 12.22)."""
    for z in range(st.dim[D_ZONES]):
        if st.z_type[z] <= highest and zone_watermark_ok(
            st, z, order, watermark(st, z, WMARK_HIGH), highest, 0, free_pages(st, z)
        ):
            return 1
    return 0


@compiled
def boosted(st: State) -> int:
    """pgdat_watermark_boosted."""
    for z in range(st.dim[D_ZONES]):
        if st.z_boost[z] > 0:
            return 1
    return 0


@compiled
def recorded_kswapd(st: State, highest: int, order: int) -> int:
    """While a trace is replayed kswapd works there; what its waking changes here is how far counters may drift."""
    if st.rp_sum[RP_AWAKE] == 0 and (boosted(st) or not balanced(st, highest, order)):
        st.rp_sum[RP_AWAKE] = 1
        for z in range(st.dim[D_ZONES]):
            held = st.z_threshold[z]
            st.z_threshold[z] = st.z_pressure[z]
            st.z_pressure[z] = held
    return 0


@compiled
def begin_round(st: State) -> int:
    """balance_pgdat begins: the boost of this moment is what it will take back."""
    for z in range(st.dim[D_ZONES]):
        st.z_round[z] = st.z_boost[z]
    return 0


@compiled
def end_round(st: State) -> int:
    """balance_pgdat ends: the marks come down by the boost of its start; what was added meanwhile stays."""
    for z in range(st.dim[D_ZONES]):
        st.z_boost[z] -= min(st.z_boost[z], st.z_round[z])
        st.z_round[z] = 0
    return 0


@outlined
def wake_kswapd(st: State, highest: int, order: int, direct: int, gfp: int) -> int:
    """wakeup_kswapd: nothing if it is awake, gave up or all is well; then kcompactd, if nobody compacts `direct`ly."""
    if st.dim[D_REPLAY]:
        return recorded_kswapd(st, highest, order)
    if st.dim[D_KSWAPD]:
        st.dim[D_KSWAPD_ORDER] = max(st.dim[D_KSWAPD_ORDER], order)
        return 0
    if st.dim[D_KSWAPD_FAILURES] >= KSWAPD_GIVES_UP or (balanced(st, highest, order) and not boosted(st)):
        return 0 if direct else wakeup_kcompactd(st, order, highest)
    st.dim[D_KSWAPD] = 1
    st.dim[D_KSWAPD_ORDER] = order
    st.dim[D_KSWAPD_DONE] = 0
    st.vm[V_PAGEOUTRUN] += 1
    begin_round(st)
    record_cold(st, E_KSWAPD_WAKEUP, -1, order, gfp, 0)
    record_cold(st, E_KSWAPD_WAKE, -1, order, highest, 0)
    return 1


@compiled
def kswapd_sleeps(st: State) -> int:
    """prepare_kswapd_sleep: compaction may look everywhere again, and the daemon goes on for the order asked for.

    After boosted marks it looks for whole pageblocks (the end of balance_pgdat).
    """
    order = max(st.dim[D_KSWAPD_ORDER], PAGEBLOCK_ORDER * boosted(st))
    st.dim[D_KSWAPD] = 0
    end_round(st)
    reset_all_isolation_suitable(st)
    record_cold(st, E_KSWAPD_SLEEP, -1, 0, 0, 0)
    return wakeup_kcompactd(st, order, 3)


@compiled
def kswapd_order(st: State) -> int:
    """The order it works for; once it has reclaimed twice that many pages, single pages will do."""
    order = st.dim[D_KSWAPD_ORDER]
    return order if st.dim[D_KSWAPD_DONE] < 2 << order else 0


@outlined
def kswapd_turn(st: State) -> int:
    """One turn of the daemon between two ops: 32 pages from each zone, until one is above its high mark."""
    st.req[R_PROCESS] = 0
    if balanced(st, 3, kswapd_order(st)):
        return kswapd_sleeps(st)
    freed = 0
    for z in range(st.dim[D_ZONES]):
        freed += shrink_zone(st, z, SWAP_CLUSTER_MAX, 0, V_SCAN_KSWAPD)
    st.vm[V_STEAL_KSWAPD] += freed
    st.dim[D_KSWAPD_DONE] += freed
    st.dim[D_KSWAPD_FAILURES] = 0 if freed else st.dim[D_KSWAPD_FAILURES] + 1
    if st.dim[D_KSWAPD_FAILURES] >= KSWAPD_GIVES_UP:
        kswapd_sleeps(st)
    return freed
