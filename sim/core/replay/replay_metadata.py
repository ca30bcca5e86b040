"""Events mode: reservations of tag storage and their ends, as metadata_reserve and metadata_free tell them."""

from sim.core.jit.build import compiled
from sim.core.meanwhile.replay_rows import F_A, F_B, F_C, F_D, F_ORDER, F_PAGE
from sim.core.state.consts import OK
from sim.core.state.indices import D_REGIONS, RP_RESERVES, RP_RESERVES_RIGHT
from sim.core.state.state import State
from sim.core.tags.metadata import block_of, blocks_from, ref_of, refs_per_block


@compiled
def on_reserve(st: State, row: int) -> int:
    """A reservation ended: references on each of its blocks. Right if block and newly taken pages follow from ours."""
    page = st.rp[row + F_PAGE]
    block = st.rp[row + F_A]
    order = st.rp[row + F_ORDER]
    st.rp_sum[RP_RESERVES] += 1
    if st.dim[D_REGIONS] == 0:
        return 0
    ours = block_of(st, 0, page)
    end = ours + blocks_from(st, 0, ours, order) * st.r_block[0]
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
def on_release(st: State, row: int) -> int:
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
