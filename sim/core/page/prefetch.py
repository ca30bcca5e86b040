"""Hints to the processor which records are needed soon, without effect on what is computed.

A list can be followed one record at a time only, and each waits for memory. So somebody looks ahead of the place where
a list is worked on: whoever comes by asks for one record more, whose place stands in the one asked for before.
"""

from sim.core.jit.build import inlined
from sim.core.jit.hints import fetch
from sim.core.state.indices import D_PAGES
from sim.core.state.state import State

FAR = 16  # records that are asked for ahead of a place on a list


@inlined
def prefetch(st: State, page: int) -> int:
    """The record of a page, or of a list head, is needed soon."""
    return fetch(st.nxt, page)


@inlined
def prefetch_buddy(st: State, page: int, order: int) -> int:
    """A block is freed soon: should its buddy be free, both neighbours on the buddy's list are needed."""
    if page >= st.dim[D_PAGES]:
        return 0
    buddy = page ^ (1 << order)
    prefetch(st, st.nxt[buddy])
    return prefetch(st, st.prv[buddy])


@inlined
def look_ahead(st: State, head: int) -> int:
    """Ask for one record more of a list that is followed from head to tail, unless FAR are there."""
    i = head - st.dim[D_PAGES]
    if st.lead[i] < FAR:
        page = st.nxt[st.ahead[i]]
        st.ahead[i] = page
        st.lead[i] += 1
        prefetch(st, page)
    return 0


@inlined
def look_from(st: State, head: int, page: int, steps: int) -> int:
    """The place where a list is worked on has gone on by so many records, to `page`."""
    i = head - st.dim[D_PAGES]
    st.lead[i] -= steps
    if st.lead[i] <= 0:
        st.lead[i] = 0
        st.ahead[i] = page
    return look_ahead(st, head)


@inlined
def look_past(st: State, head: int, page: int) -> int:
    """A page leaves its list, most often where the list is worked on: one record less is ahead of there."""
    i = head - st.dim[D_PAGES]
    st.lead[i] -= 1
    if st.ahead[i] == page:
        st.ahead[i] = st.nxt[page]
    return 0


@inlined
def look_back(st: State, head: int, order: int) -> int:
    """Ask for one block more of a list that is emptied from its tail into the buddy lists, and for its buddy's list."""
    i = head - st.dim[D_PAGES]
    page = st.ahead[i]
    prefetch_buddy(st, page, order)
    page = st.prv[page]
    st.ahead[i] = page
    return prefetch(st, page)


@inlined
def look_anew(st: State, head: int) -> int:
    """A list has been worked on at its tail: begin there again."""
    st.ahead[head - st.dim[D_PAGES]] = head
    return 0
