"""One request of a process: allocate, take possession, remember. Free likewise."""

from sim.core.alloc.freelist import highest_zone
from sim.core.alloc.page_alloc import alloc_pages
from sim.core.alloc.slowpath import slow_flags
from sim.core.hooks.cost import X_CLEAR_TAGS, charge, count_cost, tagged_path, untagged_path
from sim.core.hooks.records import record
from sim.core.jit.build import compiled, entry, inlined, outlined
from sim.core.page.pages import set_kind
from sim.core.page.process import own
from sim.core.reclaim.free import free_block
from sim.core.reclaim.oom import exit_process
from sim.core.rules import keeps_storage, knows_tags, needs_storage
from sim.core.state.consts import (
    C_ANON,
    C_DIRTY,
    C_FILE,
    C_PAGETABLE,
    C_SLAB,
    C_TAGGED,
    C_UNMOVABLE,
    E_ALLOC,
    F_HEAD,
    F_TAGGED,
    F_WISHED,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_PAGETABLE,
    K_SLAB,
    K_TAGGED,
    K_UNMOVABLE,
    MOVABLE,
    NO_PAGE,
    RECLAIMABLE,
    UNMOVABLE,
)
from sim.core.state.indices import (
    D_ANSWERED,
    D_OOMS,
    D_TAGGED,
    R_CLASS,
    R_COST,
    R_DONE,
    R_LOST,
    R_ORDER,
    R_PASSES,
    R_PATH,
    R_PROCESS,
    R_REFUSALS,
    R_REFUSED,
    R_RESULT,
    R_TAG_PAGE,
    V_FAILED,
)
from sim.core.state.state import OOM_FIELDS, OOM_ROWS, State
from sim.core.tags.metadata import count_carve_out
from sim.core.zone.watermark_numbers import failed_row, note_refusal

# gfp bits (page-allocator facts 3.1; __GFP_TAGGED is __GFP_ZEROTAGS renamed).
GFP_HIGHUSER_MOVABLE = 0x100CCA
GFP_KERNEL = 0xCC0
ZERO, DIRECT_RECLAIM, RECLAIM_GFP, NOWARN = 0x100, 0x400, 0xC00, 0x2000
COMP, NOMEMALLOC, ACCOUNT, TAGGED = 0x40000, 0x80000, 0x400000, 0x800000
# Four bits a class.
KIND_OF = (
    K_ANON << 4 * C_ANON
    | K_TAGGED << 4 * C_TAGGED
    | K_SLAB << 4 * C_SLAB
    | K_UNMOVABLE << 4 * C_UNMOVABLE
    | K_PAGETABLE << 4 * C_PAGETABLE
    | K_FILE << 4 * C_FILE
    | K_DIRTY << 4 * C_DIRTY
)
TYPE_OF = (
    MOVABLE << 4 * C_ANON
    | MOVABLE << 4 * C_TAGGED
    | RECLAIMABLE << 4 * C_SLAB
    | UNMOVABLE << 4 * C_UNMOVABLE
    | UNMOVABLE << 4 * C_PAGETABLE
    | MOVABLE << 4 * C_FILE
    | MOVABLE << 4 * C_DIRTY
)
MOST_NS = 0x7FFFFFFF  # that an event can tell


@inlined
def migratetype_of(st: State, what: int) -> int:
    """What a class of memory asks for: user memory and page cache movable, slab reclaimable, the rest unmovable."""
    return TYPE_OF >> 4 * what & 15


@inlined
def kind_of(st: State, what: int) -> int:
    """The kind that pages of a class become; without MTE a tagged page is an ordinary one."""
    if what == C_TAGGED and not knows_tags(st):
        return K_ANON
    return KIND_OF >> 4 * what & 15


@inlined
def class_gfp(st: State, what: int, order: int, direct: int) -> int:
    """The gfp of a class of memory."""
    if what == C_ANON or what == C_TAGGED:
        gfp = GFP_HIGHUSER_MOVABLE | COMP | ZERO
        if order > 0:
            gfp = (GFP_HIGHUSER_MOVABLE & ~RECLAIM_GFP) | COMP | NOMEMALLOC | NOWARN
            if direct:
                gfp |= DIRECT_RECLAIM
        return gfp | TAGGED if what == C_TAGGED and knows_tags(st) else gfp
    if what == C_FILE or what == C_DIRTY:
        return GFP_HIGHUSER_MOVABLE
    if what == C_SLAB:
        return GFP_KERNEL | COMP | 0x10
    return GFP_KERNEL | ZERO | ACCOUNT if what == C_PAGETABLE else GFP_KERNEL


@inlined
def gfp_of(st: State, what: int, order: int, how: int) -> int:
    """The gfp that such a request carries. `how`: bit 0, a huge page may reclaim; above it, gfp bits to add."""
    return class_gfp(st, what, order, how & 1) | how >> 1


@inlined
def begin(st: State, process: int, what: int, order: int) -> int:
    """Start the record of a request."""
    st.req[R_PROCESS] = process
    st.req[R_CLASS] = what
    st.req[R_ORDER] = order
    st.req[R_RESULT] = NO_PAGE
    st.req[R_REFUSALS] = 0
    st.req[R_REFUSED] = NO_PAGE
    st.req[R_TAG_PAGE] = NO_PAGE
    st.req[R_PASSES] = 0
    st.req[R_DONE] = 1
    st.req[R_COST] = 0
    st.req[R_PATH] = 0
    st.req[R_LOST] = 0
    return 0


@inlined
def prepare(st: State, page: int, order: int, what: int) -> int:
    """prep_new_page: kind and flags of the new block; tag pages that are kept count who uses them."""
    kind = kind_of(st, what)
    set_kind(st, page, order, kind)
    if kind == K_TAGGED:
        st.flags[page] |= F_TAGGED
        st.dim[D_TAGGED] += 1 << order
        charge(st, X_CLEAR_TAGS, 1 << order)
        if keeps_storage(st):
            count_carve_out(st, page, order, 1)
    elif what == C_TAGGED:
        st.flags[page] |= F_WISHED
    return kind


@compiled
def leave_if_killed(st: State, process: int) -> int:
    """A requester that the OOM killer hit leaves as soon as its request is answered."""
    if st.p_fatal[process]:
        freed = exit_process(st, process)
        row = ((st.dim[D_OOMS] - 1) % OOM_ROWS) * OOM_FIELDS
        st.oom[row + 11] = freed
    return 0


@inlined
def answer(st: State, what: int, page: int, row: int) -> int:
    """The request is answered: what it cost, and how, for the histogram and for its event."""
    st.dim[D_ANSWERED] += 1
    if what == C_TAGGED and needs_storage(st):
        path = tagged_path(st, page == NO_PAGE, st.req[R_REFUSALS])
    else:
        path = untagged_path(st)
    st.ev[row + 7] = min(count_cost(st, path), MOST_NS)
    st.ev[row + 8] = min(st.req[R_LOST], MOST_NS)
    return 0


@outlined
def allocate(st: State, process: int, what: int, order: int, how: int) -> int:
    """Allocate 2^order pages of a class for a process; returns the first page or NO_PAGE. Who has left asks no more.

    `how` as in `gfp_of`.
    """
    begin(st, process, what, order)
    if not st.p_alive[process]:
        return NO_PAGE
    gfp = gfp_of(st, what, order, how)
    page = alloc_pages(st, order, gfp, process)
    row = record(st, E_ALLOC, page, order, migratetype_of(st, what), gfp)
    if page == NO_PAGE:
        st.vm[V_FAILED] += 1
        note_refusal(st, failed_row(st), order, gfp, highest_zone(st, gfp), slow_flags(st, order, gfp))
    else:
        prepare(st, page, order, what)
        own(st, process, what, page, order)
    answer(st, what, page, row)
    st.req[R_RESULT] = page
    leave_if_killed(st, process)
    return page


@entry
def release(st: State, process: int, page: int) -> int:
    """Free the allocated block at `page`, if there is one; returns its order or -1."""
    begin(st, process, C_ANON, 0)
    if page < 0 or not st.flags[page] & F_HEAD:
        return -1
    st.req[R_RESULT] = page
    return free_block(st, page, st.p_cpu[process])
