"""Requests mode of a replay: only what callers did is told; refills, drains, splits, merges, stealing are ours."""

from sim.core.jit.build import compiled, entry, outlined
from sim.core.meanwhile.replay_frees import asked_free, ours
from sim.core.meanwhile.replay_rows import F_B, F_C, F_CPU, F_PAGE, F_PID
from sim.core.page.process import class_of, own
from sim.core.reclaim.reclaim import begin_round, end_round
from sim.core.replay.replay_answers import asked_alloc
from sim.core.replay.replay_isolate import on_contig, on_isolate_free
from sim.core.rules import needs_storage
from sim.core.state.consts import (
    F_PINNED,
    F_TAGGED,
    ISOLATE,
    K_PCP,
    K_TAGGED,
    METADATA,
    PAGEBLOCK_ORDER,
    T_ALLOC,
    T_BATCHED,
    T_CONTIG_BEGIN,
    T_CONTIG_END,
    T_DRAIN,
    T_DRAIN_ALL,
    T_FOLD,
    T_FREE,
    T_ISOLATE_FREE,
    T_KSWAPD_END,
    T_KSWAPD_SLEEP,
    T_KSWAPD_WAKE,
    T_PIN,
    T_RECLAIM_END,
    T_REQUEST,
    T_UNPIN,
    TRACE_FIELDS,
)
from sim.core.state.indices import (
    D_CPU,
    D_CPUS,
    D_KSWAPD,
    D_PAGES,
    D_TAGGED,
    D_ZONES,
    RP_AWAKE,
    RP_DRAINS,
    RP_DRAINS_RIGHT,
    RP_END,
    RP_HINT_C,
    RP_HINT_D,
    RP_HINT_I,
    RP_SERVED,
    RP_USED_C,
    RP_USED_D,
    RP_USED_I,
)
from sim.core.state.state import PCP_LISTS, State
from sim.core.zone.counters import refresh_cpu_vm_stats
from sim.core.zone.pcp import drain_all_pages, drain_pages_zone, pcp_head


@entry
def own_everything(st: State, start: int, end: int) -> int:
    """Every allocated page of a dump gets an owner, page by page: which belong together no dump says."""
    for page in range(start, end):
        kind = st.kind[page]
        if kind > K_PCP and kind <= K_TAGGED + 1:
            own(st, 0, class_of(st, page), page, 0)
            if st.flags[page] & F_TAGGED:
                st.dim[D_TAGGED] += 1
    return 0


@compiled
def pcp_of(st: State, page: int) -> int:
    """The per-CPU lists that a block on one of them belongs to: found by walking to the head (rare)."""
    entry_ = page
    while entry_ < st.dim[D_PAGES]:
        entry_ = st.nxt[entry_]
    return (entry_ - pcp_head(st, 0, 0)) // PCP_LISTS


@compiled
def on_drain_line(st: State, row: int) -> int:
    """The trace drained a page: right if we did, before or after. With hint D, do as it did: somebody drained.

    The overflow of a list (column b) is no drain by somebody else: when it is due is for our own lists to say.
    """
    page = st.rp[row + F_PAGE]
    st.rp_sum[RP_DRAINS] += 1
    answer_row = st.rp_sum[RP_END] * TRACE_FIELDS
    own = row < answer_row and st.rp[answer_row + F_PID] == st.rp[row + F_PID]
    held = st.rp_drained[page] <= 0 and st.kind[page] == K_PCP and st.order[page] >= 0
    if st.rp_sum[RP_HINT_D] and held and not own and not st.rp[row + F_B]:
        st.rp_sum[RP_USED_D] += 1
        pcp = pcp_of(st, page)
        drain_pages_zone(st, pcp // st.dim[D_CPUS], pcp % st.dim[D_CPUS])
    st.rp_sum[RP_DRAINS_RIGHT] += st.rp_drained[page] > 0
    st.rp_drained[page] -= 1
    return 0


@compiled
def kswapd_row(st: State, row: int) -> int:
    """kswapd starts to balance, or goes to sleep: ZONE_RECLAIM_ACTIVE, and how far counters may drift."""
    wakes = st.rp[row] == T_KSWAPD_WAKE
    st.dim[D_KSWAPD] = wakes
    end_round(st)  # if only because the next one starts
    if wakes:
        begin_round(st)
    if st.rp[row] == T_KSWAPD_END:
        return 0
    if st.rp_sum[RP_AWAKE] != wakes:
        st.rp_sum[RP_AWAKE] = wakes
        for z in range(st.dim[D_ZONES]):
            held = st.z_threshold[z]
            st.z_threshold[z] = st.z_pressure[z]
            st.z_pressure[z] = held
    return 0


@outlined
def rare_row(st: State, row: int) -> int:
    """The rows that are few."""
    kind = st.rp[row]
    if kind == T_KSWAPD_WAKE or kind == T_KSWAPD_SLEEP or kind == T_KSWAPD_END:
        return kswapd_row(st, row)
    if kind == T_FOLD:
        return refresh_cpu_vm_stats(st)
    if kind == T_DRAIN_ALL:
        return drain_all_pages(st)
    if kind == T_RECLAIM_END and st.rp[row + F_C]:
        return drain_all_pages(st)
    if kind == T_PIN or kind == T_UNPIN:
        page = ours(st, st.rp[row + F_PAGE])
        if page >= 0:
            st.flags[page] = st.flags[page] | F_PINNED if kind == T_PIN else st.flags[page] & ~F_PINNED
        return 0
    if st.rp_sum[RP_HINT_I] and (kind == T_CONTIG_BEGIN or kind == T_CONTIG_END):
        if not needs_storage(st):
            st.rp_sum[RP_USED_I] += kind == T_CONTIG_BEGIN
            return on_contig(st, st.rp[row + F_PAGE], kind)
        return 0
    mt = st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER] if kind == T_ISOLATE_FREE else METADATA
    if mt == ISOLATE and st.rp_sum[RP_HINT_I]:
        return on_isolate_free(st, row)
    target = kind == T_ISOLATE_FREE and mt != METADATA
    if target and st.rp_sum[RP_HINT_C]:
        st.rp_sum[RP_USED_C] += 1
        return on_isolate_free(st, row)
    return 0


@entry
def replay_requests(st: State, start: int, end: int) -> int:
    """Serve every request and free that rows [start, end) tell."""
    for n in range(start, end):
        row = n * TRACE_FIELDS
        kind = st.rp[row]
        st.dim[D_CPU] = st.rp[row + F_CPU]
        if kind == T_ALLOC or kind == T_REQUEST:
            asked_alloc(st, row)
        elif kind == T_FREE or kind == T_BATCHED:
            if n >= st.rp_sum[RP_SERVED]:
                asked_free(st, row)
        elif kind == T_DRAIN:
            on_drain_line(st, row)
        else:
            rare_row(st, row)
    return 0
