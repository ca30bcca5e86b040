"""Events mode of a replay: every list movement is told by the trace, one row after the other."""

from sim.core.build import compiled, entry, outlined
from sim.core.consts import (
    ISOLATE,
    K_FREE,
    K_PCP,
    METADATA,
    MOVABLE,
    NO_PAGE,
    OK,
    PAGEBLOCK_ORDER,
    PCPTYPES,
    T_ALLOC,
    T_BATCHED,
    T_CONTIG_BEGIN,
    T_CONTIG_END,
    T_DRAIN,
    T_EXTFRAG,
    T_FREE,
    T_ISOLATE_FREE,
    T_ISOLATE_MIGRATE,
    T_LOCKED,
    T_NOTHING,
    T_RELEASE,
    T_RESERVE,
    T_RETURN,
    TRACE_FIELDS,
)
from sim.core.contig import isolate_pageblock, unisolate_pageblock
from sim.core.fallback import can_steal, steal
from sim.core.metadata import block_of, end_of_blocks, ref_of, refs_per_block
from sim.core.pages import zone_of
from sim.core.pcp import order_to_pindex, pcp_allowed_order, pcp_head
from sim.core.replay_told import (
    cut_out,
    find_free,
    free_to_buddy,
    make_allocated,
    next_block,
    on_pcp,
    put_on_pcp,
    take_off_pcp,
    take_whole,
)
from sim.core.state import (
    D_CPUS,
    D_REGIONS,
    D_ZONES,
    PCP_LISTS,
    RP_AGAIN,
    RP_ALLOCS,
    RP_BULK,
    RP_DIRECT,
    RP_DRAINS,
    RP_DRAINS_RIGHT,
    RP_ISOLATED,
    RP_LOCKED,
    RP_LOCKED_RIGHT,
    RP_MISS_FIELDS,
    RP_MISSED,
    RP_MISSES,
    RP_PREDICTED,
    RP_RESERVES,
    RP_RESERVES_RIGHT,
    RP_UNSURE,
    State,
)

F_PAGE, F_ORDER, F_MT, F_A, F_B, F_C, F_D, F_PID, F_CPU = 1, 2, 3, 4, 5, 6, 7, 8, 9

# Column b of T_LOCKED: alone (whoever asked gets the block), or one of a refill.
LONE, FIRST_OF_REFILL, LATER_OF_REFILL = 0, 1, 2

# What a mismatch was about (`rp_miss`): row, what, told, found, and two numbers more.
M_NOT_FREE, M_NOT_HEAD, M_NOT_ON_PCP, M_TAKEN, M_MERGED, M_ISOLATED, M_ALLOC = 1, 2, 3, 4, 5, 6, 7


@compiled
def miss(st: State, row: int, what: int, told: int, found: int) -> int:
    """Keep the first mismatches of a window."""
    n = st.rp_sum[RP_MISSED]
    if n < RP_MISSES:
        at = n * RP_MISS_FIELDS
        st.rp_miss[at] = row // TRACE_FIELDS
        st.rp_miss[at + 1] = what
        st.rp_miss[at + 2] = told
        st.rp_miss[at + 3] = found
    st.rp_sum[RP_MISSED] = n + 1
    return 0


@compiled
def note_fate(st: State, row: int) -> int:
    """One row of the backward pass: keep what comes next for its page, and be what comes next for those before."""
    kind = st.rp[row]
    page = st.rp[row + F_PAGE]
    if page < 0 or kind > T_DRAIN:
        return 0
    number = 1 + row // TRACE_FIELDS
    if kind != T_ALLOC:
        st.rp[row + F_D] = st.rp_page[page]
    if kind == T_LOCKED:
        for i in range(page, page + (1 << st.rp[row + F_ORDER])):
            st.rp_page[i] = number
    st.rp_page[page] = number
    return 0


@entry
def note_fates(st: State, start: int, end: int) -> int:
    """Number + 1 of the next row about each row's page (column d, 0 none); after it `rp_page` says so for the start.

    A negative `rp_page` is -1 - the number of the row that put the page on a per-CPU list.
    """
    row = (end - 1) * TRACE_FIELDS
    while row >= start * TRACE_FIELDS:
        note_fate(st, row)
        row -= TRACE_FIELDS
    return 0


@compiled
def kind_of_next(st: State, number: int) -> int:
    """Kind of the row that column d names."""
    return st.rp[(number - 1) * TRACE_FIELDS] if number > 0 else T_NOTHING


@compiled
def fate_of(st: State, page: int) -> int:
    """Kind of the next row about a block on a per-CPU list."""
    at = st.rp_page[page]
    if at < 0:
        at = st.rp[(-1 - at) * TRACE_FIELDS + F_D]
    return kind_of_next(st, at)


@compiled
def must_be_empty(st: State, head: int, mt: int) -> int:
    """A list that the kernel has found or made empty: what is still on it and never seen again went to a bulk
    allocation.
    """
    entry = st.prv[head]
    while entry != head:
        before = st.prv[entry]
        if fate_of(st, entry) == T_FREE or fate_of(st, entry) == T_NOTHING:
            make_allocated(st, entry, take_off_pcp(st, entry), mt)
            st.rp_sum[RP_BULK] += 1
        entry = before
    return 0


@compiled
def told_locked(st: State, row: int) -> int:
    """A block left the buddy lists: to the tail of a per-CPU list, or to whoever asked."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    mt = st.rp[row + F_MT]
    st.rp_sum[RP_LOCKED] += 1
    first = find_free(st, page)
    if first == NO_PAGE or st.order[first] < order:
        return miss(st, row, M_NOT_FREE, page, first)
    if next_block(st, zone_of(st, page), order, mt) == page:
        st.rp_sum[RP_LOCKED_RIGHT] += 1
    else:
        miss(st, row, M_NOT_HEAD, page, next_block(st, zone_of(st, page), order, mt))
    cut_out(st, page, order, first)
    if pcp_allowed_order(st, order) and st.rp[row + F_B] != LONE:
        if st.rp[row + F_B] == FIRST_OF_REFILL:
            pindex = order_to_pindex(st, order, MOVABLE if mt >= PCPTYPES else mt)
            pcp = zone_of(st, page) * st.dim[D_CPUS] + st.rp[row + F_CPU]
            must_be_empty(st, pcp_head(st, pcp, pindex), mt)
        st.rp_page[page] = -1 - row // TRACE_FIELDS
        return put_on_pcp(st, st.rp[row + F_CPU], page, order, mt, 1)
    return make_allocated(st, page, order, mt)


@compiled
def take_overtaken(st: State, page: int, heads: int) -> int:
    """Blocks before `page` on its list that were never seen to leave it: a bulk allocation took them (no event)."""
    before = st.prv[page]
    pages = 0
    while before < heads:
        further = st.prv[before]
        if fate_of(st, before) == T_FREE or fate_of(st, before) == T_NOTHING:
            make_allocated(st, before, take_off_pcp(st, before), MOVABLE)
            st.rp_sum[RP_BULK] += 1
            pages += 1
        before = further
    return pages


@compiled
def told_alloc(st: State, row: int, heads: int) -> int:
    """A request was answered: off a per-CPU list, out of a free block (capture), or taken by the row before."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    if page < 0:
        return 0
    st.rp_sum[RP_ALLOCS] += 1
    if on_pcp(st, page):
        if st.prv[page] < heads:
            take_overtaken(st, page, heads)
        if st.prv[page] >= heads:
            st.rp_sum[RP_PREDICTED] += 1
        take_off_pcp(st, page)
    elif st.kind[page] == K_FREE:
        first = find_free(st, page)
        if first == NO_PAGE or st.order[first] < order:
            return miss(st, row, M_NOT_FREE, page, first)
        cut_out(st, page, order, first)
    else:
        st.rp_sum[RP_PREDICTED] += 1
    return make_allocated(st, page, order, st.rp[row + F_MT])


@compiled
def goes_direct(st: State, row: int, mt: int) -> int:
    """Whether a freed block skips the per-CPU lists: by its type or order, or because the lock was taken."""
    if not pcp_allowed_order(st, st.rp[row + F_ORDER]) or mt == ISOLATE or mt == METADATA:
        return 1
    if kind_of_next(st, st.rp[row + F_D]) == T_LOCKED or st.rp[row + F_B]:
        st.rp_sum[RP_DIRECT] += 1
        return 1
    return 0


@compiled
def type_when_freed(st: State, row: int) -> int:
    """The pageblock's type. Where the dump does not know it for sure, the row that follows for this page does."""
    mt = st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER]
    after = st.rp[row + F_D]
    if st.rp_sum[RP_UNSURE] == 0 or mt >= PCPTYPES or after == 0:
        return mt
    kind = st.rp[(after - 1) * TRACE_FIELDS]
    told = st.rp[(after - 1) * TRACE_FIELDS + F_MT]
    return told if (kind == T_ALLOC or kind == T_DRAIN) and told < PCPTYPES else mt


@compiled
def told_free(st: State, row: int) -> int:
    """A block was freed; what is freed in a batch goes on when its turn comes (mm_page_free_batched)."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    mt = type_when_freed(st, row)
    if st.rp[row] == T_FREE:
        if on_pcp(st, page):
            take_off_pcp(st, page)
            st.rp_sum[RP_BULK] += 1
        elif st.kind[page] == K_FREE:
            return miss(st, row, M_TAKEN, page, find_free(st, page))
        if kind_of_next(st, st.rp[row + F_D]) == T_BATCHED:
            return 0
    if goes_direct(st, row, mt):
        return free_to_buddy(st, page, order, mt, 0) * 0
    st.rp_page[page] = -1 - row // TRACE_FIELDS
    return put_on_pcp(st, st.rp[row + F_CPU], page, order, mt, 0)


@compiled
def note_passed_over(st: State, page: int, heads: int) -> int:
    """A drain takes the oldest first: what is older and never seen again was not on the list, its lock was taken.

    Its row is marked, for the replay to be done again.
    """
    older = st.nxt[page]
    while older < heads:
        if fate_of(st, older) == T_NOTHING and st.rp_page[older] < 0:
            st.rp[(-1 - st.rp_page[older]) * TRACE_FIELDS + F_B] = 1
            st.rp_sum[RP_AGAIN] += 1
        older = st.nxt[older]
    return 0


@compiled
def told_drain(st: State, row: int, heads: int) -> int:
    """A block went from a per-CPU list to the buddy lists."""
    page = st.rp[row + F_PAGE]
    st.rp_sum[RP_DRAINS] += 1
    if not on_pcp(st, page):
        if st.kind[page] != K_PCP:  # else on a list of a CPU that the dump leaves out
            miss(st, row, M_NOT_ON_PCP, page, st.kind[page])
        if st.kind[page] != K_FREE:
            free_to_buddy(st, page, st.rp[row + F_ORDER], st.rp[row + F_MT], 0)
        return 0
    if st.nxt[page] < heads:
        note_passed_over(st, page, heads)
    else:
        st.rp_sum[RP_DRAINS_RIGHT] += 1
    order = take_off_pcp(st, page)
    return free_to_buddy(st, page, order, st.rp[row + F_MT], 0) * 0


@compiled
def told_extfrag(st: State, row: int) -> int:
    """Free memory of another type was moved to the wanted lists."""
    page = st.rp[row + F_PAGE]
    mt = st.rp[row + F_MT]
    order = st.rp[row + F_A]
    if st.kind[page] != K_FREE or st.order[page] != order:
        return miss(st, row, M_NOT_FREE, page, find_free(st, page))
    steal(st, page, order, mt, can_steal(st, order, mt), 0)
    if st.rp[row + F_C]:
        st.pb_mt[page >> PAGEBLOCK_ORDER] = mt
    return 0


@compiled
def isolated_by(st: State, start: int, end: int, stride: int, take: int) -> int:
    """Free pages that a scan with this stride finds in whole blocks + (pages it looked at << 20).

    With `take` it takes them.
    """
    taken = 0
    scanned = 0
    page = start
    while page < end:
        scanned += 1
        if st.kind[page] == K_FREE and st.order[page] >= 0:
            order = st.order[page]
            taken += 1 << order
            if take:
                take_whole(st, page)
                make_allocated(st, page, order, MOVABLE)
                if order >= PAGEBLOCK_ORDER - 1:
                    for block in range(page >> PAGEBLOCK_ORDER, ((page + (1 << order) - 1) >> PAGEBLOCK_ORDER) + 1):
                        if st.pb_mt[block] < PCPTYPES:
                            st.pb_mt[block] = MOVABLE
            page += (1 << order) - 1
            scanned += (1 << order) - 1
        page += stride
    return taken + (scanned << 20)


@compiled
def find_stride(st: State, row: int) -> int:
    """The stride of the scan that a row tells: taken as told, scanned as near as can be (compound pages are jumped)."""
    best = 0
    least = 1 << 40
    stride = 1
    while stride <= 32:
        both = isolated_by(st, st.rp[row + F_PAGE], st.rp[row + F_A], stride, 0)
        off = abs((both >> 20) - st.rp[row + F_B])
        if both & 0xFFFFF == st.rp[row + F_C] and off < least:
            best = stride
            least = off
        stride *= 2
    return best


@compiled
def told_isolate_free(st: State, row: int) -> int:
    """Whole free blocks were taken from a range: by compaction, for targets, or by a contiguous allocation."""
    start = st.rp[row + F_PAGE]
    end = st.rp[row + F_A]
    told = st.rp[row + F_C]
    stride = find_stride(st, row)
    if stride == 0:
        miss(st, row, M_ISOLATED, told, isolated_by(st, start, end, 1, 0) & 0xFFFFF)
        stride = 1
    st.rp_sum[RP_ISOLATED] += isolated_by(st, start, end, stride, 1) & 0xFFFFF
    return 0


@compiled
def told_return(st: State, row: int) -> int:
    """A refused block was put back, at the tail after merging."""
    page = st.rp[row + F_PAGE]
    order = st.rp[row + F_ORDER]
    if on_pcp(st, page):
        take_off_pcp(st, page)
    merged = free_to_buddy(st, page, order, st.pb_mt[page >> PAGEBLOCK_ORDER], 1)
    if merged != st.rp[row + F_A] or st.order[merged] != st.rp[row + F_B]:
        miss(st, row, M_MERGED, st.rp[row + F_A], merged)
    return 0


@compiled
def told_reserve(st: State, row: int) -> int:
    """A reservation ended: references on each of its blocks. Right if block and newly taken pages follow from ours."""
    page = st.rp[row + F_PAGE]
    block = st.rp[row + F_A]
    order = st.rp[row + F_ORDER]
    st.rp_sum[RP_RESERVES] += 1
    if st.dim[D_REGIONS] == 0:
        return 0
    ours = block_of(st, 0, page)
    end = end_of_blocks(st, 0, ours, order)
    taken = 0
    for i in range(ours, end):
        taken += st.tag_ref[ref_of(st, 0, i)] == 0
    ok = st.rp[row + F_D] == OK
    if block == ours and end - ours == st.rp[row + F_B] and (not ok or taken == st.rp[row + F_C]):
        st.rp_sum[RP_RESERVES_RIGHT] += 1
    for i in range(block, block + st.rp[row + F_B] if ok else block):
        ref = ref_of(st, 0, i)
        st.tag_ref[ref] = max(st.tag_ref[ref], 1) + refs_per_block(st, 0, order)
    return 0


@compiled
def told_release(st: State, row: int) -> int:
    """A tagged block was freed: references of its tag blocks, or of the one that is named."""
    if st.rp[row + F_C] < 0:
        return 0
    pages = 1 << st.rp[row + F_ORDER]
    block = st.rp[row + F_A]
    for i in range(block, block + (max(pages >> 5, 1) if st.rp[row + F_D] else 1)):
        ref = ref_of(st, 0, i)
        st.tag_ref[ref] -= min(pages, 32)
        if st.tag_ref[ref] <= 1:
            st.tag_ref[ref] = 0
    return 0


@compiled
def told_isolate_migrate(st: State, row: int) -> int:
    """A contiguous allocation looks for what it has to move; it has drained every per-CPU list before."""
    if st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER] == ISOLATE:
        heads = pcp_head(st, 0, 0)
        for head in range(heads, heads + st.dim[D_ZONES] * st.dim[D_CPUS] * PCP_LISTS):
            must_be_empty(st, head, MOVABLE)
    return 0


@compiled
def told_contig(st: State, page: int, kind: int) -> int:
    """A contiguous allocation isolates a pageblock, or gives it its type back."""
    block = page >> PAGEBLOCK_ORDER
    if kind == T_CONTIG_BEGIN and st.pb_mt[block] != ISOLATE:
        st.rp_type[block] = st.pb_mt[block]
        return isolate_pageblock(st, page)
    if kind == T_CONTIG_END and st.pb_mt[block] == ISOLATE:
        return unisolate_pageblock(st, page, st.rp_type[block])
    return 0


@outlined
def told_rare(st: State, row: int) -> int:
    """The rows that are few."""
    kind = st.rp[row]
    if kind == T_EXTFRAG:
        return told_extfrag(st, row)
    if kind == T_ISOLATE_FREE:
        return told_isolate_free(st, row)
    if kind == T_RETURN:
        return told_return(st, row)
    if kind == T_RESERVE:
        return told_reserve(st, row)
    if kind == T_RELEASE:
        return told_release(st, row)
    if kind == T_ISOLATE_MIGRATE:
        return told_isolate_migrate(st, row)
    if kind == T_CONTIG_BEGIN or kind == T_CONTIG_END:
        return told_contig(st, st.rp[row + F_PAGE], kind)
    return 0


@entry
def replay_events(st: State, start: int, end: int) -> int:
    """Make every movement that rows [start, end) tell."""
    heads = pcp_head(st, 0, 0)
    for n in range(start, end):
        row = n * TRACE_FIELDS
        kind = st.rp[row]
        if kind == T_LOCKED:
            told_locked(st, row)
        elif kind == T_FREE or kind == T_BATCHED:
            told_free(st, row)
        elif kind == T_ALLOC:
            told_alloc(st, row, heads)
        elif kind == T_DRAIN:
            told_drain(st, row, heads)
        else:
            told_rare(st, row)
    return 0
