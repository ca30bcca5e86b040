"""Who owns what: lists of processes, the file LRU, pins. Every allocated page hangs on one of these lists."""

from sim.core.hooks.records import mark_once, record
from sim.core.jit.build import compiled, entry, inlined, outlined
from sim.core.page.lists import list_add, list_del
from sim.core.page.pages import find_head, zone_of
from sim.core.page.prefetch import look_ahead, look_from, look_past
from sim.core.state.consts import (
    C_ANON,
    C_DIRTY,
    C_FILE,
    C_PAGETABLE,
    C_SLAB,
    C_TAGGED,
    C_UNMOVABLE,
    CLASSES,
    E_PIN,
    E_UNPIN,
    F_HEAD,
    F_PINNED,
    F_WISHED,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_PAGETABLE,
    K_SLAB,
    K_TAGGED,
    KINDS,
    NO_PAGE,
    OWNED_CLASSES,
)
from sim.core.state.indices import D_LRU_HEADS, D_OP, D_OWNER_HEADS, D_PAGES, D_PINS
from sim.core.state.state import PIN_ROWS, State

CLASSES_OF = {
    K_ANON: C_ANON,
    K_TAGGED: C_TAGGED,
    K_FILE: C_FILE,
    K_DIRTY: C_DIRTY,
    K_SLAB: C_SLAB,
    K_PAGETABLE: C_PAGETABLE,
}
# The class of every kind, four bits each. An ordinary page for which tags were wished is C_TAGGED, C_ANON | 1.
CLASS_OF = sum(CLASSES_OF.get(kind, C_UNMOVABLE) << 4 * kind for kind in range(KINDS))


@inlined
def class_of(st: State, page: int) -> int:
    """The class of an allocated block, from its kind."""
    wished = st.flags[page] & F_WISHED != 0
    return CLASS_OF >> 4 * st.kind[page] & 15 | wished


@inlined
def owner_head(st: State, process: int, what: int) -> int:
    """Head entry of a process's list of one class."""
    return st.dim[D_OWNER_HEADS] + process * OWNED_CLASSES + what


@inlined
def lru_head(st: State, z: int) -> int:
    """Head entry of the zone's page cache; new pages at the head, reclaim from the tail."""
    return st.dim[D_LRU_HEADS] + z


@inlined
def own(st: State, process: int, what: int, page: int, order: int) -> int:
    """An allocated block now belongs to a process; its kind is set already."""
    st.order[page] = order
    st.flags[page] |= F_HEAD
    st.owner[page] = process
    st.p_count[process * CLASSES + what] += 1 << order
    if what < OWNED_CLASSES:
        look_ahead(st, owner_head(st, process, what))
        return list_add(st, owner_head(st, process, what), page)
    z = zone_of(st, page)
    st.z_file[z] += 1
    return list_add(st, lru_head(st, z), page)


@inlined
def disown(st: State, page: int) -> int:
    """Take an allocated block from its owner; returns its order. Kind and flags stay for the free path."""
    what = class_of(st, page)
    process = st.owner[page]
    order = st.order[page]
    cell = process * CLASSES + what
    if st.p_cursor[cell] == page:
        st.p_cursor[cell] = st.nxt[page]
    if what < OWNED_CLASSES:
        look_past(st, owner_head(st, process, what), page)
    else:
        st.z_file[zone_of(st, page)] -= 1
    list_del(st, page)
    st.p_count[cell] -= 1 << order
    st.owner[page] = 0
    return order


@inlined
def pick(st: State, process: int, what: int, steps: int) -> int:
    """A block of the process some steps further than the last one picked, or NO_PAGE. Pinned ones are passed over."""
    head = owner_head(st, process, what)
    if st.nxt[head] == head:
        return NO_PAGE
    cell = process * CLASSES + what
    page = st.p_cursor[cell]
    goal = steps
    for _ in range(steps + 8):
        if page >= st.dim[D_PAGES] or steps > 0 or st.flags[page] & F_PINNED:
            page = st.nxt[page]
            steps -= 1
        if page < st.dim[D_PAGES] and steps <= 0 and not st.flags[page] & F_PINNED:
            st.p_cursor[cell] = page
            look_from(st, head, page, goal - steps)
            return page
    return NO_PAGE


@entry
def pin(st: State, page: int, process: int, until: int) -> int:
    """Hold a short-term reference on an allocated page until an op (-1: until unpin).

    Returns 0 when nobody owns the page, it is pinned already, or no row is left.
    """
    n = st.dim[D_PINS]
    if n == PIN_ROWS or st.flags[page] & F_PINNED or find_head(st, page) == NO_PAGE:
        return 0
    st.flags[page] |= F_PINNED
    st.pin_page[n] = page
    st.pin_since[n] = st.dim[D_OP]
    st.pin_until[n] = until
    st.pin_owner[n] = process
    st.dim[D_PINS] = n + 1
    record(st, E_PIN, page, 0, 0, 0)
    mark_once(st, E_PIN, page)
    return 1


@compiled
def unpin_row(st: State, row: int) -> int:
    """Drop the pin of this row; the last row takes its place."""
    page = st.pin_page[row]
    process = st.pin_owner[row]
    last = st.dim[D_PINS] - 1
    st.flags[page] &= ~F_PINNED
    st.pin_page[row] = st.pin_page[last]
    st.pin_since[row] = st.pin_since[last]
    st.pin_until[row] = st.pin_until[last]
    st.pin_owner[row] = st.pin_owner[last]
    st.dim[D_PINS] = last
    event = record(st, E_UNPIN, page, 0, 0, 0)
    st.ev[event + 2] = process
    return 0


@entry
def unpin(st: State, page: int) -> int:
    """Drop the pin of a page, if it has one."""
    for row in range(st.dim[D_PINS]):
        if st.pin_page[row] == page:
            unpin_row(st, row)
            return 1
    return 0


@inlined
def unpin_block(st: State, page: int, order: int) -> int:
    """Drop every pin in a block that is about to be freed."""
    if st.dim[D_PINS] > 0:
        for i in range(page, page + (1 << order)):
            if st.flags[i] & F_PINNED:
                unpin(st, i)
    return 0


@outlined
def expire_pins(st: State) -> int:
    """Drop the pins whose time is over."""
    row = 0
    while row < st.dim[D_PINS]:
        if 0 <= st.pin_until[row] <= st.dim[D_OP]:
            unpin_row(st, row)
        else:
            row += 1
    return 0


@compiled
def split_huge_page(st: State, head: int) -> int:
    """Split an allocated block into single pages of the same owner, so that one of them can move."""
    order = st.order[head]
    process = st.owner[head]
    what = class_of(st, head)
    for page in range(head + 1, head + (1 << order)):
        st.order[page] = 0
        st.flags[page] = (st.flags[page] & F_PINNED) | (st.flags[head] & ~F_PINNED)
        st.owner[page] = process
        list_add(st, owner_head(st, process, what), page)
    st.order[head] = 0
    return 0


@compiled
def split_page(st: State, page: int) -> int:
    """Split the block of user memory that begins at `page`; returns its pages, 0 if there is none of several pages."""
    kind = st.kind[page]
    if not st.flags[page] & F_HEAD or st.order[page] == 0 or (kind != K_ANON and kind != K_TAGGED):
        return 0
    pages = 1 << st.order[page]
    split_huge_page(st, page)
    return pages
