"""The step and the loop. `step` is the primitive: one op; everything else runs it."""

from sim.core.alloc.bulk import allocate_bulk
from sim.core.alloc.request import allocate, begin, release
from sim.core.compaction.compact_direct import compact_memory, kcompactd_turn
from sim.core.hooks.records import sample
from sim.core.jit.build import compiled, entry, inlined, outlined
from sim.core.page.process import expire_pins, lru_head, owner_head, pin, split_page, unpin
from sim.core.reclaim.oom import exit_process
from sim.core.reclaim.reclaim import kswapd_turn
from sim.core.run.workload import work
from sim.core.state.consts import (
    NO_PAGE,
    OWNED_CLASSES,
    PROGRAM_FIELDS,
    S_ALLOC,
    S_BULK,
    S_COMPACT,
    S_DRAIN,
    S_EXIT,
    S_FREE,
    S_FREE_PAGE,
    S_PIN,
    S_SPLIT,
    S_UNPIN,
    S_WORK,
)
from sim.core.state.indices import (
    D_KCOMPACTD,
    D_KSWAPD,
    D_OOMS,
    D_OP,
    D_PAGES,
    D_PC,
    D_PC_DONE,
    D_PROGRAM_ROWS,
    D_SAMPLE_EVERY,
    D_TOUCHED,
    R_COST,
)
from sim.core.state.state import State
from sim.core.zone.pcp import drain_all_pages

PIN_CHECK = 16  # ops between two looks at the pins, a power of two


@compiled
def free_step(st: State, process: int, what: int, oldest: int) -> int:
    """Free the newest or the oldest block of a class; nothing if there is none."""
    head = owner_head(st, process, what) if what < OWNED_CLASSES else lru_head(st, 0)
    page = st.prv[head] if oldest else st.nxt[head]
    return release(st, process, page if page < st.dim[D_PAGES] else NO_PAGE)


@outlined
def scripted(st: State, step: int, process: int, what: int, order: int, argument: int) -> int:
    """One unit of a scripted step: the fields of its row but the count. Of a pin `order` is how many ops it lasts."""
    if step == S_ALLOC:
        return allocate(st, process, what, order, 1 | argument << 1)
    if step == S_BULK:
        return allocate_bulk(st, process, what, argument)
    if step == S_FREE:
        return free_step(st, process, what, argument)
    if step == S_FREE_PAGE:
        return release(st, process, argument)
    begin(st, process, what, 0)
    if step == S_PIN:
        return pin(st, argument, process, st.dim[D_OP] + order if order > 0 else -1)
    if step == S_UNPIN:
        return unpin(st, argument)
    if step == S_SPLIT:
        return split_page(st, argument)
    if step == S_DRAIN:
        return drain_all_pages(st)
    if step == S_COMPACT:
        return compact_memory(st, st.p_cpu[process])
    return exit_process(st, process) if step == S_EXIT else 0


@outlined
def daemons_turn(st: State) -> int:
    """kswapd goes on; kcompactd does all that it was woken for. Their work is no request's."""
    spent = st.req[R_COST]
    if st.dim[D_KSWAPD]:
        kswapd_turn(st)
    if st.dim[D_KCOMPACTD]:
        kcompactd_turn(st)
    st.req[R_COST] = spent
    return 0


@compiled
def between_ops(st: State) -> int:
    """What goes on by itself: kswapd, pins that end, samples."""
    op = st.dim[D_OP]
    if st.dim[D_KSWAPD] | st.dim[D_KCOMPACTD]:
        daemons_turn(st)
    if op & (PIN_CHECK - 1) == 0:
        expire_pins(st)
    if op & (st.dim[D_SAMPLE_EVERY] - 1) == 0:
        sample(st)
    return 0


@inlined
def step(st: State) -> int:
    """One op. Returns 0 when the program is over."""
    pc = st.dim[D_PC]
    if pc >= st.dim[D_PROGRAM_ROWS]:
        return 0
    row = pc * PROGRAM_FIELDS
    st.dim[D_OP] += 1
    if st.program[row] == S_WORK:
        work(st)
    else:
        p = st.program
        scripted(st, p[row], p[row + 1], p[row + 2], p[row + 3], p[row + 5])
    st.dim[D_PC_DONE] += 1
    if st.dim[D_PC_DONE] >= st.program[row + 4]:
        st.dim[D_PC] = pc + 1
        st.dim[D_PC_DONE] = 0
    between_ops(st)
    return 1


@entry
def run_command(st: State, step: int, process: int, what: int, order: int, argument: int) -> int:
    """One op that is not in the program: a unit of a step; returns what it came to. The program goes on after it."""
    st.dim[D_OP] += 1
    result = scripted(st, step, process, what, order, argument)
    between_ops(st)
    return result


@entry
def run_until_touched(st: State, ops: int) -> int:
    """As `run`, but ends after the first op with an event that is watched (`D_WATCH`)."""
    done = 0
    before = st.dim[D_TOUCHED]
    while done < ops and st.dim[D_TOUCHED] == before and step(st):
        done += 1
    return done


@entry
def run_until_oom(st: State, ops: int) -> int:
    """As `run`, but ends after the first op with an OOM kill."""
    done = 0
    before = st.dim[D_OOMS]
    while done < ops and st.dim[D_OOMS] == before and step(st):
        done += 1
    return done


@entry
def run(st: State, ops: int) -> int:
    """Up to `ops` ops; returns how many ran. Runs with the GIL released."""
    done = 0
    while done < ops and step(st):
        done += 1
    return done
