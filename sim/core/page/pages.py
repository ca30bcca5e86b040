"""What a page is: its kind, counted by pageblock as it changes, so that a picture never scans memory."""

from sim.core.jit.build import compiled, inlined
from sim.core.state.consts import F_HEAD, MAX_ORDER, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from sim.core.state.state import COUNT_STRIDE, State


@compiled
def set_kind_pageblock(st: State, page: int, old: int, kind: int) -> int:
    """Make one whole pageblock, all of kind `old`, `kind`."""
    row = (page >> PAGEBLOCK_ORDER) * COUNT_STRIDE
    st.count[row + old] -= PAGEBLOCK_PAGES
    st.count[row + kind] += PAGEBLOCK_PAGES
    for i in range(page, page + PAGEBLOCK_PAGES):
        st.kind[i] = kind
    return 0


@compiled
def set_kind_block(st: State, page: int, order: int, kind: int) -> int:
    """Make every page of a block `kind`; the block's pages all have the kind of its first page."""
    old = st.kind[page]
    end = page + (1 << order)
    if order <= PAGEBLOCK_ORDER:
        row = (page >> PAGEBLOCK_ORDER) * COUNT_STRIDE
        st.count[row + old] -= 1 << order
        st.count[row + kind] += 1 << order
        for i in range(page, end):
            st.kind[i] = kind
        return 0
    for block in range(page, end, PAGEBLOCK_PAGES):
        set_kind_pageblock(st, block, old, kind)
    return 0


@inlined
def set_kind(st: State, page: int, order: int, kind: int) -> int:
    """`set_kind_block`, of most blocks, which are single pages, at once."""
    if order > 0:
        return set_kind_block(st, page, order, kind)
    row = (page >> PAGEBLOCK_ORDER) * COUNT_STRIDE
    st.count[row + st.kind[page]] -= 1
    st.count[row + kind] += 1
    st.kind[page] = kind
    return 0


@inlined
def zone_of(st: State, page: int) -> int:
    """The zone a page lies in."""
    return st.pb_zone[page >> PAGEBLOCK_ORDER]


@compiled
def find_head(st: State, page: int) -> int:
    """First page of the allocated block that `page` belongs to (compound_head), or NO_PAGE (-1)."""
    for order in range(MAX_ORDER + 1):
        head = page & ~((1 << order) - 1)
        if st.order[head] >= order and st.flags[head] & F_HEAD:
            return head
    return -1
