"""Ranges that a trace says were isolated: by compaction, or by a contiguous allocation (alloc_contig_range)."""

from sim.core.jit.build import compiled
from sim.core.meanwhile.replay_rows import F_A, F_B, F_C, F_PAGE, M_ISOLATED, miss
from sim.core.meanwhile.replay_told import make_allocated, take_whole
from sim.core.replay.replay_rmqueue import must_be_empty
from sim.core.state.consts import ISOLATE, K_FREE, MOVABLE, PAGEBLOCK_ORDER, PCPTYPES, T_CONTIG_BEGIN, T_CONTIG_END
from sim.core.state.indices import D_CPUS, D_ZONES, RP_ISOLATED, RP_SCANNED
from sim.core.state.state import PCP_LISTS, State
from sim.core.zone.isolate import isolate_pageblock, unisolate_pageblock
from sim.core.zone.pcp import pcp_head


@compiled
def isolate_block(st: State, page: int, order: int) -> int:
    """__isolate_free_page: a whole free block leaves; what covers half a pageblock makes it MOVABLE."""
    take_whole(st, page)
    if order >= PAGEBLOCK_ORDER - 1:
        for block in range(page >> PAGEBLOCK_ORDER, ((page + (1 << order) - 1) >> PAGEBLOCK_ORDER) + 1):
            if st.pb_mt[block] < PCPTYPES:
                st.pb_mt[block] = MOVABLE
    return make_allocated(st, page, order, MOVABLE)


@compiled
def isolated_by(st: State, start: int, end: int, stride: int, take: int) -> int:
    """Free pages that a scan with this stride finds in whole blocks; with `take` it takes them.

    How many pages it looked at is left in RP_SCANNED.
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
                isolate_block(st, page, order)
            page += (1 << order) - 1
            scanned += (1 << order) - 1
        page += stride
    st.rp_sum[RP_SCANNED] = scanned
    return taken


@compiled
def find_stride(st: State, row: int) -> int:
    """The stride of the scan that a row tells: taken as told, scanned as near as can be (compound pages are jumped)."""
    best = 0
    least = 1 << 40
    stride = 1
    while stride <= 32:
        taken = isolated_by(st, st.rp[row + F_PAGE], st.rp[row + F_A], stride, 0)
        off = abs(st.rp_sum[RP_SCANNED] - st.rp[row + F_B])
        if taken == st.rp[row + F_C] and off < least:
            best = stride
            least = off
        stride *= 2
    return best


@compiled
def on_isolate_free(st: State, row: int) -> int:
    """Whole free blocks were taken from a range: by compaction, for targets, or by a contiguous allocation."""
    start = st.rp[row + F_PAGE]
    end = st.rp[row + F_A]
    told = st.rp[row + F_C]
    stride = find_stride(st, row)
    if stride == 0:
        miss(st, row, M_ISOLATED, told, isolated_by(st, start, end, 1, 0))
        stride = 1
    st.rp_sum[RP_ISOLATED] += isolated_by(st, start, end, stride, 1)
    return 0


@compiled
def on_isolate_migrate(st: State, row: int) -> int:
    """A contiguous allocation looks for what it has to move; it has drained every per-CPU list before."""
    if st.pb_mt[st.rp[row + F_PAGE] >> PAGEBLOCK_ORDER] == ISOLATE:
        heads = pcp_head(st, 0, 0)
        for head in range(heads, heads + st.dim[D_ZONES] * st.dim[D_CPUS] * PCP_LISTS):
            must_be_empty(st, head, MOVABLE)
    return 0


@compiled
def on_contig(st: State, page: int, kind: int) -> int:
    """A contiguous allocation isolates a pageblock, or gives it its type back."""
    block = page >> PAGEBLOCK_ORDER
    if kind == T_CONTIG_BEGIN and st.pb_mt[block] != ISOLATE:
        st.rp_type[block] = st.pb_mt[block]
        return isolate_pageblock(st, page)
    if kind == T_CONTIG_END and st.pb_mt[block] == ISOLATE:
        return unisolate_pageblock(st, page, st.rp_type[block])
    return 0
