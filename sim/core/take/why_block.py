"""Why a tag block could be reserved or not: what it holds at the moment it is looked at (see why.py)."""

from sim.core.hooks.why import W_BLOCK, why_row
from sim.core.jit.build import compiled, outlined
from sim.core.page.pages import find_head, zone_of
from sim.core.state.consts import F_PINNED, K_FREE, NO_PAGE, PAGES_PER_TAG_PAGE
from sim.core.state.indices import D_PINS
from sim.core.state.state import State
from sim.core.tags.metadata import ref_of


@compiled
def why_kinds(st: State, at: int, first: int) -> int:
    """What the 32 data pages are, four bits a page, eight pages a value."""
    for i in range(PAGES_PER_TAG_PAGE):
        st.why[at + i // 8] += st.kind[first + i] << 4 * (i % 8)
    return 0


@compiled
def held_page(st: State, start: int, end: int) -> int:
    """The first page of a tag block that is not free, else its first page."""
    for page in range(start, end):
        if st.kind[page] != K_FREE:
            return page
    return start


@compiled
def pinned_with(st: State, page: int) -> int:
    """The pinned page of the allocated block that `page` belongs to, or NO_PAGE."""
    head = find_head(st, page)
    if head != NO_PAGE:
        for i in range(head, head + (1 << st.order[head])):
            if st.flags[i] & F_PINNED:
                return i
    return NO_PAGE


@compiled
def why_pin(st: State, at: int, start: int, end: int) -> int:
    """The page that keeps a tag block from being emptied, and who pins it."""
    pinned = NO_PAGE
    for page in range(start, end):
        if pinned == NO_PAGE:
            pinned = pinned_with(st, page)
    st.why[at] = pinned
    for row in range(st.dim[D_PINS]):
        if st.pin_page[row] == pinned:
            st.why[at + 1] = st.pin_owner[row]
    return 0


@outlined
def why_block(st: State, r: int, page: int, order: int, block: int) -> int:
    """A tag block is looked at: reserved already, free, or what it holds and whether that may move."""
    at = why_row(st, W_BLOCK, zone_of(st, page))
    held = held_page(st, block, block + st.r_block[r])
    head = find_head(st, held)
    first = page - (page - st.r_data[r]) % PAGES_PER_TAG_PAGE
    st.why[at] = page
    st.why[at + 1] = order
    st.why[at + 2] = block
    st.why[at + 3] = st.r_block[r]
    st.why[at + 4] = st.tag_ref[ref_of(st, r, block)]
    st.why[at + 5] = st.kind[held]
    st.why[at + 6] = st.owner[head] if head != NO_PAGE else 0
    why_pin(st, at + 7, block, block + st.r_block[r])
    why_kinds(st, at + 9, first)
    st.why[at + 13] = first
    return 0
