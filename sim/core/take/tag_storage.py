"""Reserving tag storage for a tagged allocation (reserve_metadata_storage, RFC v1 final form; facts 3.3)."""

from sim.core.hooks.cost import X_EBUSY_TRY, X_TAG_LOOKUP, charge, settle_tags
from sim.core.hooks.records import mark_once, record, touch
from sim.core.jit.build import compiled, inlined
from sim.core.rules import outside_regions, rollback_is_free
from sim.core.state.consts import E_REFUSED, E_RESERVE, EBUSY, EINTR, F_STORAGE, OK
from sim.core.state.indices import (
    D_EXPLAIN,
    D_REPLAY,
    D_RESERVED,
    D_WATCH,
    R_COST,
    R_LOST,
    R_TAG_PAGE,
    RP_OURS,
    RP_RES_FIELDS,
    V_RESERVE_FAIL,
    V_RESERVE_FREE,
    V_RESERVE_SUCCESS,
    V_REUSED,
    V_ROLLBACK,
)
from sim.core.state.state import State
from sim.core.tags.metadata import (
    block_of,
    blocks_from,
    drop_refs,
    free_contig_range,
    ref_of,
    refs_per_block,
    region_of,
)
from sim.core.take.by_contig import alloc_contig_range, reserve_tries
from sim.core.take.why_block import why_block


@compiled
def add_refs(st: State, r: int, start: int, blocks: int, refs: int) -> int:
    """Raise the blocks that are reserved already, so that a free in between cannot drop them (step 7)."""
    for number in range(blocks):
        i = ref_of(st, r, start + number * st.r_block[r])
        if st.tag_ref[i] > 0:
            st.tag_ref[i] += refs
    return 0


@compiled
def roll_back(st: State, r: int, start: int, blocks: int, refs: int) -> int:
    """Drop the references again; blocks just taken go back."""
    for number in range(blocks):
        block = start + number * st.r_block[r]
        if st.tag_ref[ref_of(st, r, block)] > 0 and drop_refs(st, r, block, refs):
            free_contig_range(st, block, st.r_block[r])
            st.vm[V_RESERVE_FREE if rollback_is_free(st) else V_ROLLBACK] += st.r_block[r]
    st.vm[V_RESERVE_FAIL] += st.r_block[r]
    return 0


@compiled
def take_block(st: State, r: int, block: int, refs: int, fatal: int, cpu: int) -> int:
    """Take one block for tags and give it its first references."""
    before = st.req[R_COST]
    ret = alloc_contig_range(st, block, st.r_block[r], fatal, cpu)
    if ret == OK:
        st.tag_ref[ref_of(st, r, block)] = 1 + refs
        st.dim[D_RESERVED] += st.r_block[r]
        st.vm[V_RESERVE_SUCCESS] += st.r_block[r]
    else:
        st.req[R_TAG_PAGE] = block
        charge(st, X_EBUSY_TRY, ret == EBUSY)
        spent = (st.req[R_COST] - before) * (reserve_tries(st) if ret == EBUSY else 1)
        st.req[R_COST] = before + spent
        st.req[R_LOST] += spent
    return ret


@compiled
def keep(st: State, event: int) -> int:
    """Keep a reservation of ours, to be compared with those of the trace: page, order, block, taken, tries, ret."""
    row = st.rp_sum[RP_OURS] * RP_RES_FIELDS
    st.rp_sum[RP_OURS] += 1
    st.rp_res[row] = st.ev[event + 3]
    st.rp_res[row + 1] = st.ev[event + 4]
    st.rp_res[row + 2] = st.ev[event + 5]
    for i in range(3):
        st.rp_res[row + 3 + i] = st.ev[event + 7 + i]
    return 0


@compiled
def report(st: State, page: int, order: int, start: int, blocks: int, taken: int, tries: int, ret: int) -> int:
    """The metadata_reserve event."""
    row = record(st, E_RESERVE, page, order, start, blocks)
    st.ev[row + 7] = taken
    st.ev[row + 8] = tries
    st.ev[row + 9] = ret
    charge(st, X_TAG_LOOKUP, blocks)
    settle_tags(st, taken)
    if st.dim[D_REPLAY]:
        keep(st, row)
    if taken == 0 and ret == OK:
        st.vm[V_REUSED] += 1
    if taken > 0 and ret == OK:
        mark_once(st, E_RESERVE, page)
    if st.dim[D_WATCH] and (taken > 0 or ret != OK):
        touch(st, E_RESERVE if ret == OK else E_REFUSED, start, blocks * st.r_block[region_of(st, page)])
    return 0


@inlined
def reserve_metadata_storage(st: State, page: int, order: int, fatal: int, cpu: int) -> int:
    """Reserve the tag blocks of 2^order pages: OK, or the error of the block that could not be emptied.

    A pending fatal signal counts as failed and is answered OK (#34).
    """
    r = region_of(st, page)
    if r < 0:
        st.vm[V_RESERVE_FAIL] += outside_regions(st) != OK
        return outside_regions(st)
    start = block_of(st, r, page)
    blocks = blocks_from(st, r, start, order)
    refs = refs_per_block(st, r, order)
    add_refs(st, r, start, blocks, refs)
    taken = 0
    tries = 0
    ret = OK
    for number in range(blocks):
        block = start + number * st.r_block[r]
        if st.dim[D_EXPLAIN]:
            why_block(st, r, page, order, block)
        if st.tag_ref[ref_of(st, r, block)] > 0:
            continue
        ret = take_block(st, r, block, refs, fatal, cpu)
        tries += reserve_tries(st) if ret == EBUSY else 1
        if ret != OK:
            break
        taken += st.r_block[r]
    if ret != OK:
        roll_back(st, r, start, blocks, refs)
    else:
        st.flags[page] |= F_STORAGE
    report(st, page, order, start, blocks, taken, tries, ret)
    return OK if ret == EINTR else ret
