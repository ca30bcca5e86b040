"""Boot: empty lists, then every pageblock given to the buddy lists (memblock_free_all; RFC v1 #14)."""

from sim.core.hooks.records import sample
from sim.core.jit.build import compiled, entry
from sim.core.page.pages import set_kind
from sim.core.page.process import owner_head
from sim.core.state.consts import CLASSES, K_FREE, MAX_ORDER, NO_PAGE, OWNED_CLASSES, PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from sim.core.state.indices import D_ZONES, ZC_INIT_FREE
from sim.core.state.state import MAX_PROCESSES, ZONE_COMPACT_FIELDS, State
from sim.core.take.tag_storage import reserve_metadata_storage
from sim.core.zone.buddy import free_one_page


@compiled
def init_list(st: State, head: int) -> int:
    """An empty list."""
    st.nxt[head] = head
    st.prv[head] = head
    return 0


@entry
def init_lists(st: State, first: int, end: int) -> int:
    """Empty lists for every head entry in [first, end), cursors that start at them, and those of compaction nowhere."""
    for head in range(first, end):
        init_list(st, head)
    for z in range(st.dim[D_ZONES]):
        for i in range(ZC_INIT_FREE + 1):
            st.zone_compact[z * ZONE_COMPACT_FIELDS + i] = NO_PAGE
    for process in range(MAX_PROCESSES):
        for what in range(OWNED_CLASSES):
            st.p_cursor[process * CLASSES + what] = owner_head(st, process, what)
    return 0


@entry
def free_range(st: State, start: int, end: int, mt: int) -> int:
    """Give [start, end) to the buddy lists, in the largest aligned blocks, each to the tail (boot memory)."""
    page = start
    while page < end:
        order = 0
        while order < MAX_ORDER and page & (1 << order) == 0 and page + (2 << order) <= end:
            order += 1
        set_kind(st, page, order, K_FREE)
        free_one_page(st, page, order, mt, 1)
        page += 1 << order
    return page


@entry
def init_reserved_pageblocks(st: State, start: int, end: int, mt: int) -> int:
    """Tag storage to the buddy lists: pageblock by pageblock, each to the head (init_reserved_pageblock, RFC v1 #14).

    So the highest one is handed out first, as the first dump of a running kernel shows.
    """
    for page in range(start, end, PAGEBLOCK_PAGES):
        set_kind(st, page, PAGEBLOCK_ORDER, K_FREE)
        free_one_page(st, page, PAGEBLOCK_ORDER, mt, 0)
    return 0


@entry
def reserve_zero_page(st: State, page: int) -> int:
    """The zero page is tagged before the feature starts: its tag block never holds data (facts 1.4 step 7)."""
    return reserve_metadata_storage(st, page, 0, 0, 0)


@entry
def first_sample(st: State) -> int:
    """The state at op 0."""
    return sample(st)
