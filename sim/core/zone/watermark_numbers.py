"""The numbers of one watermark test: for whoever explains it (why_zone.py), and kept for a request that got nothing."""

from sim.core.jit.build import compiled, outlined
from sim.core.state.indices import D_OOMS, D_OP, D_ZONES, R_PROCESS, R_REFUSALS, V_FAILED
from sim.core.state.state import (
    FAILED_ROWS,
    OOM_ROWS,
    REFUSAL_FIELDS,
    REFUSAL_HEAD,
    REFUSAL_ZONES,
    TEST_FIELDS,
    State,
)
from sim.core.zone.counters import free_cma_pages, free_pages
from sim.core.zone.watermark import (
    ALLOC_CMA,
    ALLOC_FROM_METADATA,
    ALLOC_HIGHATOMIC,
    ALLOC_RESERVES,
    has_block,
    lowered_mark,
    watermark,
    zone_watermark_ok,
)

# The numbers, in this order. HIGHATOMIC, CMA and METADATA: free pages of it that this request may not have.
T_ORDER, T_FLAGS, T_FREE, T_HIGHATOMIC, T_CMA, T_METADATA = 0, 1, 2, 3, 4, 5
T_MARK, T_LOWERED, T_RESERVE, T_OK, T_BOOST, T_CLOSED = 6, 7, 8, 9, 10, 11
EVERY_LIST = ALLOC_CMA | ALLOC_FROM_METADATA | ALLOC_HIGHATOMIC


@compiled
def closed_block(st: State, z: int, order: int, flags: int) -> int:
    """Whether only lists that are closed to this request have a block that fits."""
    return has_block(st, z, order, flags | EVERY_LIST) and not has_block(st, z, order, flags)


@outlined
def number_of(st: State, number: int, z: int, order: int, highest: int, flags: int) -> int:
    """One of the numbers T_*, but the verdict."""
    if number == T_ORDER:
        return order
    if number == T_FLAGS:
        return flags
    if number == T_FREE:
        return free_pages(st, z)
    if number == T_HIGHATOMIC:
        return 0 if flags & ALLOC_RESERVES else st.z_highatomic[z]
    if number == T_CMA:
        return 0 if flags & ALLOC_CMA else free_cma_pages(st, z)
    if number == T_METADATA:
        return 0 if flags & ALLOC_FROM_METADATA else st.z_meta[z]
    mark = watermark(st, z, flags)
    if number == T_MARK:
        return mark
    if number == T_LOWERED:
        return lowered_mark(st, mark, flags) if flags & ALLOC_RESERVES else mark
    if number == T_RESERVE:
        return st.z_reserve[z * 4 + highest]
    return closed_block(st, z, order, flags) if number == T_CLOSED else st.z_boost[z]


@outlined
def note_zone(st: State, at: int, z: int, order: int, highest: int, flags: int) -> int:
    """Keep the numbers of the test of a zone."""
    st.refusal[at] = z + 1
    for number in range(TEST_FIELDS):
        st.refusal[at + 1 + number] = number_of(st, number, z, order, highest, flags)
    ok = zone_watermark_ok(st, z, order, watermark(st, z, flags), highest, flags, free_pages(st, z))
    st.refusal[at + 1 + T_OK] = ok > 0
    return 0


@outlined
def note_refusal(st: State, row: int, order: int, gfp: int, highest: int, flags: int) -> int:
    """Keep what every zone had when this request could not be served."""
    at = row * REFUSAL_FIELDS
    for i in range(REFUSAL_FIELDS):
        st.refusal[at + i] = 0
    st.refusal[at] = st.dim[D_OP]
    st.refusal[at + 1] = order
    st.refusal[at + 2] = gfp
    st.refusal[at + 3] = st.req[R_PROCESS]
    st.refusal[at + 4] = st.req[R_REFUSALS]
    at += REFUSAL_HEAD
    for z in range(min(st.dim[D_ZONES], REFUSAL_ZONES)):
        if st.z_type[z] <= highest:
            note_zone(st, at + z * (1 + TEST_FIELDS), z, order, highest, flags)
    return 0


@compiled
def oom_row(st: State) -> int:
    """Where the numbers of the next OOM kill are kept."""
    return st.dim[D_OOMS] % OOM_ROWS


@compiled
def failed_row(st: State) -> int:
    """Where those of the newest failed request are kept, when it has been counted."""
    return OOM_ROWS + (st.vm[V_FAILED] - 1) % FAILED_ROWS
