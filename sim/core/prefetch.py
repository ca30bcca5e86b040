"""Hints to the processor which records are needed soon, without effect on what is computed."""

from sim.core.build import BUILD, inlined
from sim.core.state import D_PAGES, State

if BUILD == "python":

    def fetch(_column: object, _page: int) -> int:
        """Nothing: there is no such hint in Python."""
        return 0
else:
    from sim.core.structs import fetch


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
