"""List movements that a recorded trace tells, made with the allocator's own primitives (events mode of a replay)."""

from sim.core.jit.build import compiled
from sim.core.page.lists import list_add, list_add_tail, list_del
from sim.core.page.pages import zone_of
from sim.core.state.consts import (
    K_ANON,
    K_FREE,
    K_PCP,
    K_SLAB,
    K_UNMOVABLE,
    MAX_ORDER,
    MOVABLE,
    NO_PAGE,
    ORDERS,
    PAGEBLOCK_ORDER,
    PCPTYPES,
    RECLAIMABLE,
)
from sim.core.state.indices import D_CPUS, D_PAGES
from sim.core.state.state import COUNT_STRIDE, PCP_LISTS, State
from sim.core.zone.buddy import (
    add_to_free_list,
    buddy_list,
    del_page_from_free_list,
    free_one_page,
)
from sim.core.zone.counters import mod_zone_freepage_state
from sim.core.zone.pcp import order_to_pindex, pcp_head


@compiled
def set_kinds(st: State, page: int, order: int, kind: int) -> int:
    """set_kind for a block whose pages may differ, as pages known only from a dump do."""
    for i in range(page, page + (1 << order)):
        row = (i >> PAGEBLOCK_ORDER) * COUNT_STRIDE
        st.count[row + st.kind[i]] -= 1
        st.count[row + kind] += 1
        st.kind[i] = kind
    return 0


@compiled
def kind_for(st: State, mt: int) -> int:
    """What a page becomes that a request of this migratetype got."""
    if mt == MOVABLE:
        return K_ANON
    return K_SLAB if mt == RECLAIMABLE else K_UNMOVABLE


@compiled
def find_free(st: State, page: int) -> int:
    """First page of the free block that contains `page`, or NO_PAGE."""
    for order in range(ORDERS):
        first = page & ~((1 << order) - 1)
        if st.kind[first] == K_FREE and st.order[first] >= order:
            return first
    return NO_PAGE


@compiled
def next_block(st: State, z: int, order: int, mt: int) -> int:
    """The block that __rmqueue_smallest would take, or NO_PAGE. Changes nothing."""
    for o in range(order, ORDERS):
        i = buddy_list(st, z, o, mt)
        if st.nr_free[i] > 0:
            return st.nxt[st.dim[D_PAGES] + i]
    return NO_PAGE


@compiled
def cut_out(st: State, page: int, order: int, first: int) -> int:
    """Take 2^order pages at `page` out of the free block at `first`; the halves left over go to their list heads."""
    mt = st.mt[first]
    high = del_page_from_free_list(st, first)
    mod_zone_freepage_state(st, zone_of(st, page), -(1 << order), mt)
    while high > order:
        high -= 1
        upper = first + (1 << high)
        if page >= upper:
            add_to_free_list(st, first, high, mt, 0)
            first = upper
        else:
            add_to_free_list(st, upper, high, mt, 0)
    return first


@compiled
def take_whole(st: State, first: int) -> int:
    """Take a free block off its list (__isolate_free_page); returns its order."""
    mt = st.mt[first]
    order = del_page_from_free_list(st, first)
    mod_zone_freepage_state(st, zone_of(st, first), -(1 << order), mt)
    return order


@compiled
def put_on_pcp(st: State, cpu: int, page: int, order: int, mt: int, tail: int) -> int:
    """Onto a per-CPU list; `owner` keeps whose list it is, so that it can be found without a walk."""
    z = zone_of(st, page)
    pcp = z * st.dim[D_CPUS] + cpu
    pindex = order_to_pindex(st, order, MOVABLE if mt >= PCPTYPES else mt)
    set_kinds(st, page, order, K_PCP)
    st.order[page] = order
    st.mt[page] = mt
    st.owner[page] = cpu
    st.pcp_len[pcp * PCP_LISTS + pindex] += 1
    st.pcp_count[pcp] += 1 << order
    if tail:
        return list_add_tail(st, pcp_head(st, pcp, pindex), page)
    return list_add(st, pcp_head(st, pcp, pindex), page)


@compiled
def on_pcp(st: State, page: int) -> int:
    """Whether a block on a per-CPU list starts at `page`."""
    return st.kind[page] == K_PCP and st.order[page] >= 0


@compiled
def take_off_pcp(st: State, page: int) -> int:
    """Off the per-CPU list it is on; returns its order."""
    order = st.order[page]
    mt = st.mt[page]
    pcp = zone_of(st, page) * st.dim[D_CPUS] + st.owner[page]
    pindex = order_to_pindex(st, order, MOVABLE if mt >= PCPTYPES else mt)
    list_del(st, page)
    st.pcp_len[pcp * PCP_LISTS + pindex] -= 1
    st.pcp_count[pcp] -= 1 << order
    st.order[page] = -1
    st.owner[page] = 0
    return order


@compiled
def free_to_buddy(st: State, page: int, order: int, mt: int, tail: int) -> int:
    """A block that is on no list, to the buddy lists. Returns the merged block."""
    set_kinds(st, page, order, K_FREE)
    st.owner[page] = 0
    return free_one_page(st, page, order, mt, tail)


@compiled
def make_allocated(st: State, page: int, order: int, mt: int) -> int:
    """A block that is on no list is handed out."""
    st.order[page] = -1
    if order > MAX_ORDER:
        return 0
    return set_kinds(st, page, order, kind_for(st, mt))
