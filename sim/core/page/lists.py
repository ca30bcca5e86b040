"""Doubly linked lists with a head entry: list_add, list_add_tail, list_del (include/linux/list.h)."""

from sim.core.jit.build import inlined
from sim.core.state.state import State


@inlined
def list_add(st: State, head: int, page: int) -> int:
    """Put `page` first on the list of `head`."""
    first = st.nxt[head]
    st.nxt[page] = first
    st.prv[page] = head
    st.prv[first] = page
    st.nxt[head] = page
    return 0


@inlined
def list_add_tail(st: State, head: int, page: int) -> int:
    """Put `page` last on the list of `head`."""
    last = st.prv[head]
    st.nxt[page] = head
    st.prv[page] = last
    st.nxt[last] = page
    st.prv[head] = page
    return 0


@inlined
def list_del(st: State, page: int) -> int:
    """Take `page` off whatever list it is on."""
    after = st.nxt[page]
    before = st.prv[page]
    st.nxt[before] = after
    st.prv[after] = before
    return 0
