"""Pages of user memory that are freed in batches when a process ends (release_pages, v6.1; facts 4.6)."""

from sim.core.hooks.records import trace
from sim.core.jit.build import compiled, outlined
from sim.core.page.process import owner_head
from sim.core.reclaim.free import free_block, free_pages_prepare, free_unref_page
from sim.core.state.consts import E_BATCHED, ISOLATE, METADATA, NO_PAGE, PAGEBLOCK_ORDER
from sim.core.state.state import State

BATCH = 512  # pages that tlb_flush_mmu passes on at once, at most


@compiled
def skips_pcp(st: State, page: int) -> int:
    """Pages of isolated pageblocks, and METADATA (RFC v1 #7), go to the buddy lists at once."""
    mt = st.pb_mt[page >> PAGEBLOCK_ORDER]
    return mt == ISOLATE or mt == METADATA


@compiled
def prepare_batch(st: State, head: int, last: int, cpu: int) -> int:
    """First pass of free_unref_page_list: from the last page of the batch back to the list's head.

    Returns the first of a chain of pages (by `nxt`, NO_PAGE at its end) that wait for the second pass.
    """
    chain = NO_PAGE
    tail = NO_PAGE
    page = last
    while page != head:
        before = st.prv[page]
        free_pages_prepare(st, page)
        if skips_pcp(st, page):
            free_unref_page(st, page, 0, cpu)
        else:
            st.nxt[page] = NO_PAGE
            if tail == NO_PAGE:
                chain = page
            else:
                st.nxt[tail] = page
            tail = page
        page = before
    return chain


@compiled
def commit_batch(st: State, page: int, cpu: int) -> int:
    """Second pass: each page of the chain to its per-CPU list, which may drain."""
    while page != NO_PAGE:
        after = st.nxt[page]
        trace(st, E_BATCHED, page, 0, 0)
        free_unref_page(st, page, 0, cpu)
        page = after
    return 0


@outlined
def release_pages(st: State, process: int, what: int) -> int:
    """Free the first pages of a class of user memory, a batch of them; returns how many, 0 when none is left.

    Large blocks are freed when they are met, single pages after that, in reversed order.
    """
    head = owner_head(st, process, what)
    cpu = st.p_cpu[process]
    page = st.nxt[head]
    last = head
    freed = 0
    for _ in range(BATCH):
        if page == head:
            break
        after = st.nxt[page]
        if st.order[page] > 0:
            freed += 1 << free_block(st, page, cpu)
        else:
            last = page
            freed += 1
        page = after
    commit_batch(st, prepare_batch(st, head, last, cpu), cpu)
    return freed
