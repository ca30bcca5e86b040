"""What others do while a reservation waits: nothing in a simulation, where ops do not overlap.

In the requests mode of a replay it is what the trace says.
"""

from sim.core.jit.build import compiled
from sim.core.meanwhile.replay_frees import serve_others
from sim.core.state.indices import D_REPLAY, RP_PUSHED, RP_TARGETS
from sim.core.state.state import State


@compiled
def others_run(st: State, until: int) -> int:
    """Let others free what they freed before the task at hand goes on with its next `until` (T_ALLOC: takes a target,
    T_RESERVE: ends its reservation). Returns 1 if there are others.
    """
    if st.dim[D_REPLAY]:
        serve_others(st, until)
        return 1
    return 0


@compiled
def note_target(st: State, page: int) -> int:
    """The task at hand took `page` to move data there: others will free it by the place that the trace names."""
    if st.dim[D_REPLAY]:
        st.rp_target[st.rp_sum[RP_PUSHED] % RP_TARGETS] = page
        st.rp_sum[RP_PUSHED] += 1
    return page
