"""Whether a zone has enough left (__zone_watermark_ok, v6.1; METADATA: RFC v1 #5)."""

from sim.core.buddy import buddy_list
from sim.core.build import compiled, entry
from sim.core.consts import METADATA, ORDERS, P_RFC_V1, RECLAIMABLE
from sim.core.state import D_POLICY, State

# alloc_flags: which mark, then the kernel's bits that are modelled.
WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_MASK = 0, 1, 2, 3
ALLOC_OOM = 0x8
ALLOC_KSWAPD = 0x800
ALLOC_FROM_METADATA = 0x400

# Zone types, the highest one a request may use.
ZONE_NORMAL, ZONE_MOVABLE = 2, 3


@compiled
def watermark(st: State, z: int, flags: int) -> int:
    """The mark of a zone that these flags ask for, pages."""
    which = flags & WMARK_MASK
    if which == WMARK_LOW:
        return st.z_low[z]
    return st.z_high[z] if which == WMARK_HIGH else st.z_min[z]


@compiled
def has_block(st: State, z: int, order: int, flags: int) -> int:
    """Whether some list that the request may use has a block of this order or more."""
    for o in range(order, ORDERS):
        for mt in range(RECLAIMABLE + 1):
            if st.nr_free[buddy_list(st, z, o, mt)] > 0:
                return 1
        if flags & ALLOC_FROM_METADATA and st.nr_free[buddy_list(st, z, o, METADATA)] > 0:
            return 1
    return 0


@entry
def zone_watermark_ok(st: State, z: int, order: int, mark: int, highest: int, flags: int, free: int) -> int:
    """free - unusable > mark + lowmem reserve, and for higher orders a block that fits.

    `free` is passed in, so that reclaim can ask what would be if everything reclaimable were free.
    Without ALLOC_FROM_METADATA free METADATA is unusable. Exact counters (the kernel's drift is not modelled).
    """
    unusable = (1 << order) - 1
    if not flags & ALLOC_FROM_METADATA:
        unusable += st.z_meta[z]
    if flags & ALLOC_OOM:
        mark -= mark // 2
    if free - unusable <= mark + st.z_reserve[z * 4 + highest]:
        return 0
    return 1 if order == 0 else has_block(st, z, order, flags)


@compiled
def movable_flags(st: State, tagged: int) -> int:
    """ALLOC_FROM_METADATA for an untagged movable request, if tag storage is managed (gfp_to_alloc_flags_fast, #4)."""
    return ALLOC_FROM_METADATA if st.dim[D_POLICY] == P_RFC_V1 and not tagged else 0
