"""What stays true of tag storage and the counts of its blocks (tag-storage facts 9.1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import F_HEAD, F_STORAGE, K_KERNEL, K_TAGGED, K_TAGS, PAGES_PER_TAG_PAGE
from sim.core.state.indices import D_RESERVED, D_TAGGED, V_LEFT, V_RESERVE_FREE, V_RESERVE_SUCCESS, V_ROLLBACK
from sim.errors import demand
from sim.policies import Policy
from sim.scenario.layout import Layout, Region

Arrays = dict[str, NDArray[Any]]


def check_tag_storage(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    """Raise BrokenInvariant with the first thing that does not hold of reservations, where tag storage is lent."""
    dim, vm, kind = arrays["dim"], arrays["vm"], arrays["kind"]
    tagged = (kind == K_TAGGED) | ((kind == K_KERNEL) & (arrays["flags"] & F_STORAGE != 0))
    demand((kind == K_TAGGED).sum() == dim[D_TAGGED], f"tagged pages: {dim[D_TAGGED]}, {(kind == K_TAGGED).sum()}")
    demand(not arrays["z_isolated"].any(), "a pageblock was left isolated")
    if not rules.lends:
        return
    reserved = vm[V_RESERVE_SUCCESS] - vm[V_RESERVE_FREE] - vm[V_ROLLBACK]
    demand(reserved == dim[D_RESERVED], f"success - free - rollback: {reserved}, reserved: {dim[D_RESERVED]}")
    holding = tagged | _reserved_for(arrays)
    left, exact = 0, True
    for r, region in enumerate(layout.regions):
        tags = slice(int(arrays["r_tag"][r]), int(arrays["r_tag_end"][r]))
        data = slice(int(arrays["r_data"][r]), int(arrays["r_data_end"][r]))
        refs = arrays["tag_ref"][int(arrays["r_base"][r]) :][: region.tag_pages]
        demand(not tagged[tags].any(), f"region {r}: a tagged page lies in tag storage")
        held = _check_blocks(kind[tags] == K_TAGS, refs, region.block_pages)
        if "storage" not in rules.breaks:
            demand((held[_by_block(tagged[data], region) > 0] > 0).all(), "a tagged page has no tag storage")
        if "counts" in rules.breaks or (region.block_pages > 1 and "large" in rules.breaks):
            exact = False
            continue
        more = np.where(held > 0, held - 1, 0) - _by_block(holding[data], region)
        demand((more >= 0).all(), "a tag block counts less than 1 + its tagged pages")
        left += int(more.sum())
    demand(left == vm[V_LEFT] or not exact, f"tag blocks count {left} more than their pages, {vm[V_LEFT]} were left")


def _reserved_for(arrays: Arrays) -> NDArray[np.bool_]:
    """Pages of the allocated blocks for which tag storage was reserved."""
    flags, found = arrays["flags"], np.zeros(len(arrays["flags"]), dtype=np.bool_)
    for page in np.flatnonzero((flags & F_STORAGE != 0) & (flags & F_HEAD != 0)):
        found[page : page + (1 << int(arrays["order"][page]))] = True
    return found


def _by_block(pages: NDArray[np.bool_], region: Region) -> NDArray[np.int64]:
    """How many of these data pages each tag block of a region serves."""
    served: NDArray[np.int64] = pages.reshape(-1, PAGES_PER_TAG_PAGE * region.block_pages).sum(axis=1)
    return served


def _check_blocks(reserved: NDArray[np.bool_], refs: NDArray[np.int32], block: int) -> NDArray[np.int32]:
    """A block is reserved whole, and exactly while it counts; returns the counts."""
    held = refs.reshape(-1, block)[:, 0]
    by_block = reserved.reshape(-1, block)
    demand((by_block.all(axis=1) == by_block.any(axis=1)).all(), "a tag block is reserved in part")
    demand(
        ((held > 0) == by_block[:, 0]).all(),
        "a tag block is reserved without a count, or counts without being reserved",
    )
    return held
