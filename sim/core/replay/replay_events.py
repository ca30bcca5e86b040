"""Events mode of a replay: every list movement is told by the trace, one row after the other."""

from sim.core.jit.build import entry, outlined
from sim.core.meanwhile.replay_rows import F_PAGE
from sim.core.replay.replay_free_pages import on_drain, on_free, on_return
from sim.core.replay.replay_isolate import on_contig, on_isolate_free, on_isolate_migrate
from sim.core.replay.replay_metadata import on_release, on_reserve
from sim.core.replay.replay_rmqueue import on_alloc, on_extfrag, on_locked
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
def on_rare(st: State, row: int) -> int:
    """The rows that are few."""
    kind = st.rp[row]
    if kind == T_EXTFRAG:
        return on_extfrag(st, row)
    if kind == T_ISOLATE_FREE:
        return on_isolate_free(st, row)
    if kind == T_RETURN:
        return on_return(st, row)
    if kind == T_RESERVE:
        return on_reserve(st, row)
    if kind == T_RELEASE:
        return on_release(st, row)
    if kind == T_ISOLATE_MIGRATE:
        return on_isolate_migrate(st, row)
    if kind == T_CONTIG_BEGIN or kind == T_CONTIG_END:
        return on_contig(st, st.rp[row + F_PAGE], kind)
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
            on_locked(st, row)
        elif kind == T_FREE or kind == T_BATCHED:
            on_free(st, row)
        elif kind == T_ALLOC:
            on_alloc(st, row, heads)
        elif kind == T_DRAIN:
            on_drain(st, row, heads)
        else:
            on_rare(st, row)
    return 0
