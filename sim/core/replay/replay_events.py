"""Events mode of a replay: every list movement is told by the trace, one row after the other."""

from sim.core.jit.build import entry, outlined
from sim.core.meanwhile.replay_rows import F_PAGE
from sim.core.replay.replay_free_pages import told_drain, told_free, told_return
from sim.core.replay.replay_isolate import told_contig, told_isolate_free, told_isolate_migrate
from sim.core.replay.replay_metadata import told_release, told_reserve
from sim.core.replay.replay_rmqueue import told_alloc, told_extfrag, told_locked
from sim.core.state.consts import (
    T_ALLOC,
    T_BATCHED,
    T_CONTIG_BEGIN,
    T_CONTIG_END,
    T_DRAIN,
    T_EXTFRAG,
    T_FREE,
    T_ISOLATE_FREE,
    T_ISOLATE_MIGRATE,
    T_LOCKED,
    T_RELEASE,
    T_RESERVE,
    T_RETURN,
    TRACE_FIELDS,
)
from sim.core.state.indices import RP_MISSED
from sim.core.state.state import State
from sim.core.zone.pcp import pcp_head

GIVE_UP = 1024  # mismatches of a window; recorded kernels have 43 at most, before frees that met a lock are marked


@outlined
def told_rare(st: State, row: int) -> int:
    """The rows that are few."""
    kind = st.rp[row]
    if kind == T_EXTFRAG:
        return told_extfrag(st, row)
    if kind == T_ISOLATE_FREE:
        return told_isolate_free(st, row)
    if kind == T_RETURN:
        return told_return(st, row)
    if kind == T_RESERVE:
        return told_reserve(st, row)
    if kind == T_RELEASE:
        return told_release(st, row)
    if kind == T_ISOLATE_MIGRATE:
        return told_isolate_migrate(st, row)
    if kind == T_CONTIG_BEGIN or kind == T_CONTIG_END:
        return told_contig(st, st.rp[row + F_PAGE], kind)
    return 0


@entry
def replay_events(st: State, start: int, end: int) -> int:
    """Make every movement that rows [start, end) tell; one that has come too far from the trace is not followed on."""
    heads = pcp_head(st, 0, 0)
    for n in range(start, end):
        if st.rp_sum[RP_MISSED] > GIVE_UP:
            return 0
        row = n * TRACE_FIELDS
        kind = st.rp[row]
        if kind == T_LOCKED:
            told_locked(st, row)
        elif kind == T_FREE or kind == T_BATCHED:
            told_free(st, row)
        elif kind == T_ALLOC:
            told_alloc(st, row, heads)
        elif kind == T_DRAIN:
            told_drain(st, row, heads)
        else:
            told_rare(st, row)
    return 0
