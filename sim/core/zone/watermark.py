"""Whether a zone has enough left (__zone_watermark_ok, v6.1; METADATA: RFC v1 #5)."""

from sim.core.jit.build import compiled, inlined
from sim.core.rules import may_be_lent
from sim.core.state.consts import CMA, HIGHATOMIC, METADATA, ORDERS, RECLAIMABLE
from sim.core.state.state import State
from sim.core.zone.buddy import buddy_list
from sim.core.zone.counters import free_cma_pages

# alloc_flags: which mark, then the kernel's bits that are modelled.
WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_MASK = 0, 1, 2, 3
ALLOC_NO_WATERMARKS = 0x4
ALLOC_OOM = 0x8
ALLOC_NON_BLOCK = 0x10
ALLOC_MIN_RESERVE = 0x20
ALLOC_CMA = 0x80
ALLOC_NOFRAGMENT = 0x100
ALLOC_HIGHATOMIC = 0x200
ALLOC_FROM_METADATA = 0x400
ALLOC_KSWAPD = 0x800
ALLOC_RESERVES = ALLOC_OOM | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC

# Zone types, the highest one a request may use.
ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE = 0, 1, 2, 3


@inlined
def watermark(st: State, z: int, flags: int) -> int:
    """The mark of a zone that these flags ask for, with its boost, pages."""
    which = flags & WMARK_MASK
    if which == WMARK_LOW:
        return st.z_low[z] + st.z_boost[z]
    return (st.z_high[z] if which == WMARK_HIGH else st.z_min[z]) + st.z_boost[z]


@compiled
def has_block(st: State, z: int, order: int, flags: int) -> int:
    """Whether some list that the request may use has a block of this order or more."""
    for o in range(order, ORDERS):
        for mt in range(RECLAIMABLE + 1):
            if st.nr_free[buddy_list(st, z, o, mt)] > 0:
                return 1
        if flags & ALLOC_CMA and st.nr_free[buddy_list(st, z, o, CMA)] > 0:
            return 1
        if flags & ALLOC_FROM_METADATA and st.nr_free[buddy_list(st, z, o, METADATA)] > 0:
            return 1
        if flags & (ALLOC_HIGHATOMIC | ALLOC_OOM) and st.nr_free[buddy_list(st, z, o, HIGHATOMIC)] > 0:
            return 1
    return 0


@inlined
def unusable_free(st: State, z: int, order: int, flags: int) -> int:
    """Free pages that this request could not use (__zone_watermark_unusable_free)."""
    unusable = (1 << order) - 1
    if not flags & ALLOC_RESERVES:
        unusable += st.z_highatomic[z]
    if not flags & ALLOC_CMA:
        unusable += free_cma_pages(st, z)
    if not flags & ALLOC_FROM_METADATA:
        unusable += st.z_meta[z]
    return unusable


@compiled
def lowered_mark(st: State, mark: int, flags: int) -> int:
    """How far below the mark a request with access to reserves may go. Non-blocking counts only beside __GFP_HIGH."""
    if flags & ALLOC_MIN_RESERVE:
        mark -= mark // 2
        if flags & ALLOC_NON_BLOCK:
            mark -= mark // 4
    if flags & ALLOC_OOM:
        mark -= mark // 2
    return mark


@inlined
def zone_watermark_ok(st: State, z: int, order: int, mark: int, highest: int, flags: int, free: int) -> int:
    """free - unusable > mark + lowmem reserve, and for higher orders a block that fits.

    `free` is passed in, so that reclaim can ask what would be if everything reclaimable were free.
    """
    usable = free - unusable_free(st, z, order, flags)
    if flags & ALLOC_RESERVES:
        mark = lowered_mark(st, mark, flags)
    if usable <= mark + st.z_reserve[z * 4 + highest]:
        return 0
    return 1 if order == 0 else has_block(st, z, order, flags)


@inlined
def movable_flags(st: State, tagged: int) -> int:
    """What a movable request may use beside its own lists (gfp_to_alloc_flags_fast): CMA; METADATA if untagged (#4)."""
    return ALLOC_CMA | (ALLOC_FROM_METADATA if may_be_lent(st, tagged) else 0)
