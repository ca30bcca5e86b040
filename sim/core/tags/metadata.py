"""Which tag page serves which data pages, and giving tag pages back (RFC v1 #19, #25; facts 3.1, 3.2, 3.4)."""

from sim.core.hooks.records import record, touch, trace
from sim.core.jit.build import compiled, inlined, outlined
from sim.core.page.pages import set_kind
from sim.core.rules import blocks_of_pages, gives_up_storage, home_of, keeps_storage, refs_held
from sim.core.state.consts import E_FREE, E_RELEASE, F_STORAGE, K_FREE
from sim.core.state.indices import D_REGIONS, D_RESERVED, V_LEFT, V_RESERVE_FREE
from sim.core.state.state import State
from sim.core.zone.buddy import free_one_page


@inlined
def region_of(st: State, page: int) -> int:
    """Tag region whose data range holds the page, or -1."""
    for r in range(st.dim[D_REGIONS]):
        if st.r_data[r] <= page < st.r_data_end[r]:
            return r
    return -1


@inlined
def block_of(st: State, r: int, page: int) -> int:
    """First tag page of the block that holds the tags of a data page of region r."""
    offset = (page - st.r_data[r]) >> 5
    if st.r_block[r] > 1:
        offset -= offset % st.r_block[r]
    return st.r_tag[r] + offset


@inlined
def blocks_from(st: State, r: int, start: int, order: int) -> int:
    """Blocks of a 2^order request, from `start` on: max(2^order / 32, 1) tag pages (facts 3.3 step 4)."""
    blocks = blocks_of_pages(st, max((1 << order) >> 5, 1), st.r_block[r])
    if start + blocks * st.r_block[r] > st.r_tag_end[r]:
        blocks = (st.r_tag_end[r] - start) // st.r_block[r]
    return blocks


@inlined
def ref_of(st: State, r: int, block: int) -> int:
    """Index of a block's count in tag_ref."""
    return st.r_base[r] + block - st.r_tag[r]


@inlined
def refs_per_block(st: State, r: int, order: int) -> int:
    """References that a 2^order allocation holds on each of its blocks."""
    return refs_held(st, 1 << order, 32 * st.r_block[r])


@compiled
def count_carve_out(st: State, page: int, order: int, sign: int) -> int:
    """Where storage is kept nothing is reserved or released; a count only says how many tagged pages a block serves."""
    r = region_of(st, page)
    if r >= 0:
        served = 32 * st.r_block[r]
        for first in range(page, page + (1 << order), served):
            st.tag_ref[ref_of(st, r, block_of(st, r, first))] += sign * min(1 << order, served)
    return 0


@outlined
def free_contig_range(st: State, block: int, pages: int) -> int:
    """Pages of tag storage back to the buddy lists, one by one, never to a per-CPU list."""
    for page in range(block, block + pages):
        trace(st, E_FREE, page, 0, 0)
        set_kind(st, page, 0, K_FREE)
        free_one_page(st, page, 0, home_of(st), 0)
    return 0


@compiled
def drop_refs(st: State, r: int, block: int, refs: int) -> int:
    """Drop references of one block; returns 1 if none is left, so that it has to be given back."""
    i = ref_of(st, r, block)
    st.tag_ref[i] -= refs
    if st.tag_ref[i] > 1:
        return 0
    st.tag_ref[i] = 0
    st.dim[D_RESERVED] -= st.r_block[r]
    return 1


@inlined
def free_metadata_storage(st: State, page: int, order: int) -> int:
    """free_metadata_storage: a tagged block is freed; the last reference of a tag block gives it back."""
    r = region_of(st, page)
    if r < 0:
        return 0
    start = block_of(st, r, page)
    refs = refs_per_block(st, r, order)
    for number in range(blocks_from(st, r, start, order)):
        block = start + number * st.r_block[r]
        i = ref_of(st, r, block)
        released = -1
        if st.tag_ref[i] > 0:
            released = drop_refs(st, r, block, refs)
            if released:
                st.vm[V_RESERVE_FREE] += st.r_block[r]
                touch(st, E_RELEASE, block, st.r_block[r])
        row = record(st, E_RELEASE, page, order, block, max(st.tag_ref[i] - 1, 0))
        st.ev[row + 7] = released
        if released == 1:
            free_contig_range(st, block, st.r_block[r])
    return 0


@inlined
def give_up_tags(st: State, page: int, order: int, flags: int) -> int:
    """An allocated block with these flags, tagged or with storage reserved, is freed or moves away."""
    if keeps_storage(st):
        return count_carve_out(st, page, order, -1)
    if gives_up_storage(st, flags):
        return free_metadata_storage(st, page, order)
    if flags & F_STORAGE:
        st.vm[V_LEFT] += 1 << order
    return 0
