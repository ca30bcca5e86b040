"""Freeing an allocated block (free_pages_prepare, free_unref_page, __free_pages_ok, v6.1; RFC v1 #19)."""

from sim.core.hooks.records import record
from sim.core.jit.build import inlined
from sim.core.page.pages import set_kind, zone_of
from sim.core.page.process import disown, unpin_block
from sim.core.state.consts import E_FREE, F_STORAGE, F_TAGGED, ISOLATE, K_FREE, METADATA, PAGEBLOCK_ORDER
from sim.core.state.indices import D_TAGGED, V_PGFREE
from sim.core.state.state import State
from sim.core.tags.metadata import give_up_tags
from sim.core.zone.buddy import free_one_page
from sim.core.zone.pcp import free_to_pcp, pcp_allowed_order


@inlined
def free_unref_page(st: State, page: int, order: int, cpu: int) -> int:
    """To the per-CPU list, or to the buddy lists: large orders, ISOLATE and METADATA pageblocks (RFC v1 #7).

    pgfree counts what goes to a per-CPU list or is too large for one, as the kernel does.
    """
    mt = st.pb_mt[page >> PAGEBLOCK_ORDER]
    small = pcp_allowed_order(st, order)
    if not small or (mt != ISOLATE and mt != METADATA):
        st.vm[V_PGFREE] += 1 << order
    if small and mt != ISOLATE and mt != METADATA:
        return free_to_pcp(st, zone_of(st, page), cpu, page, order, mt)
    set_kind(st, page, order, K_FREE)
    return free_one_page(st, page, order, mt, 0)


@inlined
def free_pages_prepare(st: State, page: int) -> int:
    """An allocated block has no owner, pin or tag storage any more, and hangs on no list; returns its order."""
    order = disown(st, page)
    unpin_block(st, page, order)
    record(st, E_FREE, page, order, 0, 0)
    st.order[page] = -1
    if st.flags[page] & F_TAGGED:
        st.dim[D_TAGGED] -= 1 << order
    if st.flags[page] & (F_TAGGED | F_STORAGE):
        give_up_tags(st, page, order, st.flags[page])
    st.flags[page] = 0
    return order


@inlined
def free_block(st: State, page: int, cpu: int) -> int:
    """Free an allocated block with all that hangs on it; returns its order."""
    order = free_pages_prepare(st, page)
    free_unref_page(st, page, order, cpu)
    return order
