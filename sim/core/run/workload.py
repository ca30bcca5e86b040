"""The seeded workload: who asks for what next. One call is one request."""

from sim.core.alloc.request import allocate, begin, release
from sim.core.jit.build import compiled, inlined, outlined
from sim.core.page.process import lru_head, pick, pin
from sim.core.state.consts import (
    C_ANON,
    C_FILE,
    C_PAGETABLE,
    C_SLAB,
    C_TAGGED,
    C_UNMOVABLE,
    CLASSES,
    NO_PAGE,
    OWNED_CLASSES,
    PAGEBLOCK_ORDER,
)
from sim.core.state.indices import D_OP, D_PAGES, D_PROCESSES, D_WEIGHT, D_ZONES, V_THP_ALLOC, V_THP_FALLBACK
from sim.core.state.state import WORK_FIELDS, State

MODULUS = 2147483647  # of the generator, 2^31 - 1
W_WEIGHT, W_TARGET, W_GROW, W_THP, W_ORDER = 0, 1, 2, 3, 4


@inlined
def rand(st: State, n: int) -> int:
    """The next number of the seeded generator, 0 <= x < n (Park and Miller's minimal standard: fits 63 bits).

    What is over 31 bits is worth one each, modulo 2^31 - 1: a fold, and no division, of which four follow each other.
    """
    product = st.rng[0] * 48271
    x = (product & MODULUS) + (product >> 31)
    x -= MODULUS * (x >= MODULUS)
    st.rng[0] = x
    return x * n >> 31


@inlined
def work_row(st: State, process: int, what: int) -> int:
    """Where the parameters of one class of one process start."""
    return (process * CLASSES + what) * WORK_FIELDS


@inlined
def choose_process(st: State) -> int:
    """A process, by the sum of its weights."""
    r = rand(st, st.dim[D_WEIGHT])
    process = 1
    below = 0
    for p in range(1, st.dim[D_PROCESSES]):
        below += st.p_weight[p]
        process += r >= below
    return process


@inlined
def choose_class(st: State, process: int) -> int:
    """What kind of memory it is about, by weight."""
    r = rand(st, st.p_weight[process])
    what = 0
    below = 0
    for c in range(CLASSES - 1):
        below += st.work[work_row(st, process, c)]
        what += r >= below
    return what


@inlined
def wants_more(st: State, process: int, what: int) -> int:
    """Below its target three requests of four allocate, above it one of four."""
    row = work_row(st, process, what)
    target = st.work[row + W_TARGET]
    if st.work[row + W_GROW]:
        target += st.work[row + W_GROW] * st.dim[D_OP] // 1000
    return (rand(st, 4) != 0) == (st.p_count[process * CLASSES + what] < target)


@inlined
def touch(st: State, process: int, what: int) -> int:
    """A first touch of anonymous memory: a page table now and then, a huge page with its fallback, or one page."""
    cell = process * CLASSES
    used = st.p_count[cell + C_ANON] + st.p_count[cell + C_TAGGED]
    if st.p_count[cell + C_PAGETABLE] * 512 <= used:
        return allocate(st, process, C_PAGETABLE, 0, 1)
    thp = st.work[work_row(st, process, what) + W_THP]
    if thp > 0 and rand(st, 100) < thp:
        page = allocate(st, process, what, PAGEBLOCK_ORDER, 0)
        if page != NO_PAGE:
            st.vm[V_THP_ALLOC] += 1
            return page
        st.vm[V_THP_FALLBACK] += 1
    return allocate(st, process, what, 0, 1)


@inlined
def ask(st: State, process: int, what: int) -> int:
    """Allocate one block of a class."""
    if what == C_ANON or what == C_TAGGED:
        return touch(st, process, what)
    order = 0
    if what == C_SLAB or what == C_UNMOVABLE:
        order = rand(st, st.work[work_row(st, process, what) + W_ORDER] + 1)
    return allocate(st, process, what, order, 1)


@inlined
def truncate(st: State, process: int) -> int:
    """Drop the oldest or the newest page of the page cache of some zone."""
    head = lru_head(st, rand(st, st.dim[D_ZONES]))
    page = st.prv[head] if rand(st, 2) else st.nxt[head]
    return release(st, process, page if page < st.dim[D_PAGES] else NO_PAGE)


@inlined
def give(st: State, process: int, what: int) -> int:
    """Free one block of a class, here and there in the process's memory."""
    if what >= C_FILE:
        return truncate(st, process)
    return release(st, process, pick(st, process, what, rand(st, 3)))


@compiled
def pin_something(st: State, process: int) -> int:
    """Pin a page of the process's own memory for a while, as get_user_pages for I/O does."""
    begin(st, process, C_ANON, 0)
    page = pick(st, process, C_ANON, rand(st, 8))
    if page != NO_PAGE:
        pin(st, page, process, st.dim[D_OP] + st.work_pin[process * 2 + 1])
    return 0


@outlined
def work(st: State) -> int:
    """One op of the workload."""
    if st.dim[D_WEIGHT] <= 0:
        return 0
    process = choose_process(st)
    if st.work_pin[process * 2] > 0 and rand(st, 1000) < st.work_pin[process * 2]:
        return pin_something(st, process)
    what = choose_class(st, process)
    nothing = what < OWNED_CLASSES and st.p_count[process * CLASSES + what] == 0
    if wants_more(st, process, what) or nothing:
        ask(st, process, what)
    else:
        give(st, process, what)
    return 0
