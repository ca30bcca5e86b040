"""The OOM killer (oom_badness, out_of_memory, v6.1) and a process that leaves."""

from sim.core.hooks.cost import X_OOM_KILL, charge
from sim.core.hooks.records import mark, record
from sim.core.jit.build import compiled, outlined
from sim.core.page.process import owner_head
from sim.core.reclaim.free import free_block
from sim.core.reclaim.reclaim import next_row_of
from sim.core.reclaim.release import release_pages
from sim.core.state.consts import (
    C_ANON,
    C_PAGETABLE,
    C_SLAB,
    C_TAGGED,
    CLASSES,
    E_EXIT,
    E_OOM_KILL,
    OWNED_CLASSES,
    T_VICTIM,
    TRACE_FIELDS,
)
from sim.core.state.indices import (
    D_OOMS,
    D_OP,
    D_PROCESSES,
    D_REPLAY,
    D_WEIGHT,
    D_ZONES,
    R_PASSES,
    R_PROCESS,
    R_REFUSALS,
    R_REFUSED,
    R_TAG_PAGE,
    RP_END,
    RP_KILLS,
    V_OOM_KILL,
)
from sim.core.state.state import OOM_FIELDS, OOM_ROWS, State

OOM_SCORE_ADJ_MIN = -1000
NEVER = -(1 << 62)


@outlined
def exit_process(st: State, process: int) -> int:
    """A process ends: everything it owns is freed, its page cache stays. Returns pages freed.

    User memory goes in batches, newest page first (ours: pages have no addresses), the rest block by block.
    """
    freed = 0
    asker = st.req[R_PROCESS]
    st.req[R_PROCESS] = process
    for what in (C_ANON, C_TAGGED):
        pages = release_pages(st, process, what)
        while pages > 0:
            freed += pages
            pages = release_pages(st, process, what)
    for what in range(C_SLAB, OWNED_CLASSES):
        head = owner_head(st, process, what)
        while st.nxt[head] != head:
            freed += 1 << free_block(st, st.nxt[head], st.p_cpu[process])
    st.req[R_PROCESS] = asker
    st.p_alive[process] = 0
    st.p_fatal[process] = 0
    st.dim[D_WEIGHT] -= st.p_weight[process]
    st.p_weight[process] = 0
    row = record(st, E_EXIT, -1, 0, freed, 0)
    st.ev[row + 2] = process
    return freed


@compiled
def oom_badness(st: State, process: int, total: int) -> int:
    """Resident pages and page tables, shifted by oom_score_adj, maybe below 0; NEVER for who must not be killed."""
    if not st.p_alive[process] or st.p_adj[process] == OOM_SCORE_ADJ_MIN:
        return NEVER
    cell = process * CLASSES
    used = st.p_count[cell + C_ANON] + st.p_count[cell + C_TAGGED] + st.p_count[cell + C_PAGETABLE]
    return used + st.p_adj[process] * (total // 1000)


@compiled
def select_bad_process(st: State) -> int:
    """The process with the highest badness, the first of equals; -1 when nobody may be killed."""
    total = 0
    for z in range(st.dim[D_ZONES]):
        total += st.z_managed[z]
    chosen = -1
    worst = NEVER
    for process in range(1, st.dim[D_PROCESSES] + 1):
        points = oom_badness(st, process, total)
        if points > worst:
            worst = points
            chosen = process
    return chosen


@compiled
def record_oom(st: State, victim: int, process: int, order: int, tagged: int, closed: int) -> int:
    """Write down who asked, who dies, and what was free and closed at this moment."""
    free = 0
    meta = 0
    for z in range(st.dim[D_ZONES]):
        free += st.z_free[z]
        meta += st.z_meta[z]
    n = st.dim[D_OOMS]
    row = (n % OOM_ROWS) * OOM_FIELDS
    st.oom[row] = st.dim[D_OP]
    st.oom[row + 1] = process
    st.oom[row + 2] = victim
    st.oom[row + 3] = order
    st.oom[row + 4] = tagged
    st.oom[row + 5] = free
    st.oom[row + 6] = meta
    st.oom[row + 7] = st.req[R_REFUSED]
    st.oom[row + 8] = st.req[R_REFUSALS]
    st.oom[row + 9] = st.req[R_TAG_PAGE]
    st.oom[row + 10] = st.req[R_PASSES]
    st.oom[row + 11] = 0
    st.oom[row + 12] = closed
    st.dim[D_OOMS] = n + 1
    event = record(st, E_OOM_KILL, -1, order, process, free)
    st.ev[event + 2] = victim
    st.ev[event + 7] = meta
    st.ev[event + 8] = n
    mark(st, E_OOM_KILL, -1)
    return row


@compiled
def recorded_kill(st: State, process: int) -> int:
    """The victim that the trace names for this request; nobody if it names none."""
    pid = next_row_of(st, T_VICTIM)
    st.rp_sum[RP_KILLS] += 1
    if pid == 0:
        return 0
    if pid == st.rp[st.rp_sum[RP_END] * TRACE_FIELDS + 8]:
        st.p_fatal[process] = 1
    return 1


@outlined
def out_of_memory(st: State, process: int, order: int, tagged: int, closed: int) -> int:
    """Kill somebody. Others leave at once (simplified); the requester gets its signal and leaves when it is done.

    `closed`: free METADATA was none for this request.
    Returns 1 if somebody was killed. While a trace is replayed the victim stands there.
    """
    if st.dim[D_REPLAY]:
        return recorded_kill(st, process)
    victim = select_bad_process(st)
    if victim < 0:
        return 0
    st.vm[V_OOM_KILL] += 1
    charge(st, X_OOM_KILL, 1)
    row = record_oom(st, victim, process, order, tagged, closed)
    if victim == process:
        st.p_fatal[process] = 1
    else:
        st.oom[row + 11] = exit_process(st, victim)
    return 1
