"""What stays true after every op (design section 8, tag-storage facts 9.1), checked the slow and obvious way."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import (
    C_DIRTY,
    C_FILE,
    C_TAGGED,
    CLASSES,
    F_HEAD,
    F_PINNED,
    F_STORAGE,
    F_WISHED,
    ISOLATE,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_HOLE,
    K_KERNEL,
    K_PAGETABLE,
    K_PCP,
    K_SLAB,
    K_TAGGED,
    K_TAGS,
    K_UNMOVABLE,
    KINDS,
    MAX_ORDER,
    METADATA,
    MIGRATETYPES,
    NO_PAGE,
    ORDERS,
    OWNED_CLASSES,
    PAGEBLOCK_PAGES,
    PAGES_PER_TAG_PAGE,
    PCPTYPES,
)
from sim.core.state.indices import (
    D_CPUS,
    D_LRU_HEADS,
    D_OWNER_HEADS,
    D_PAGES,
    D_PCP_HEADS,
    D_PINS,
    D_RESERVED,
    D_TAGGED,
    D_ZONES,
    V_LEFT,
    V_RESERVE_FREE,
    V_RESERVE_SUCCESS,
    V_ROLLBACK,
)
from sim.core.state.state import COUNT_STRIDE, MAX_PROCESSES, PCP_LISTS
from sim.errors import BrokenInvariant
from sim.policies import Policy
from sim.run.invariants_costs import check_costs
from sim.scenario.layout import Layout, Region

Arrays = dict[str, NDArray[Any]]
CLASS_OF_KIND = {K_ANON: 0, K_TAGGED: 1, K_SLAB: 2, K_UNMOVABLE: 3, K_PAGETABLE: 4, K_FILE: 5, K_DIRTY: 6}


def check_machine(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    """Raise BrokenInvariant with the first thing that does not hold."""
    seen = np.zeros(int(arrays["dim"][D_PAGES]), dtype=np.int8)
    _check_buddy_lists(arrays, seen)
    _check_pcp_lists(arrays, seen)
    _check_owned(arrays, seen)
    _check_every_page_once(arrays, seen)
    _check_counts(arrays)
    _check_pins(arrays)
    _check_tag_storage(arrays, layout, rules)
    check_costs(arrays)


def _demand(holds: object, text: str) -> None:
    if not holds:
        raise BrokenInvariant(text)


def walk(arrays: Arrays, head: int) -> Iterator[int]:
    """The pages on a list, first to last; raises when the list does not come back to its head."""
    nxt, prv = arrays["nxt"], arrays["prv"]
    page = int(nxt[head])
    for _ in range(len(nxt)):
        if page == head:
            return
        _demand(nxt[prv[page]] == page and prv[nxt[page]] == page, f"page {page}: the links of its neighbours differ")
        yield page
        page = int(nxt[page])
    raise BrokenInvariant(f"list {head}: does not end")


def _check_buddy_lists(arrays: Arrays, seen: NDArray[np.int8]) -> None:
    dim, nr_free = arrays["dim"], arrays["nr_free"]
    for z in range(int(dim[D_ZONES])):
        free = meta = 0
        for order in range(ORDERS):
            for mt in range(MIGRATETYPES):
                i = (z * ORDERS + order) * MIGRATETYPES + mt
                blocks = list(walk(arrays, int(dim[D_PAGES]) + i))
                _demand(
                    len(blocks) == nr_free[i], f"nr_free zone {z} order {order} type {mt}: {nr_free[i]}, {len(blocks)}"
                )
                for page in blocks:
                    _check_free_block(arrays, z, page, order, mt)
                    seen[page : page + (1 << order)] += 1
                free += len(blocks) << order if mt != ISOLATE else 0
                meta += len(blocks) << order if mt == METADATA else 0
        _demand(free == arrays["z_free"][z], f"zone {z} free: {arrays['z_free'][z]}, lists hold {free}")
        _demand(meta == arrays["z_meta"][z], f"zone {z} METADATA free: {arrays['z_meta'][z]}, lists hold {meta}")


def _check_free_block(arrays: Arrays, z: int, page: int, order: int, mt: int) -> None:
    what = f"free block {page} order {order} type {mt}"
    _demand(page % (1 << order) == 0, f"{what}: not aligned")
    _demand(arrays["order"][page] == order and arrays["mt"][page] == mt, f"{what}: the page says otherwise")
    _demand((arrays["kind"][page : page + (1 << order)] == K_FREE).all(), f"{what}: holds a page that is not free")
    _demand(arrays["pb_zone"][page // PAGEBLOCK_PAGES] == z, f"{what}: lies in another zone")
    _demand(mt != ISOLATE, f"{what}: left isolated")
    block_is_metadata = arrays["pb_mt"][page // PAGEBLOCK_PAGES] == METADATA
    _demand(block_is_metadata == (mt == METADATA), f"{what}: its pageblock is of another world")
    buddy = page ^ (1 << order)
    if order < MAX_ORDER and buddy < len(arrays["kind"]) and arrays["pb_zone"][buddy // PAGEBLOCK_PAGES] == z:
        both_free = arrays["kind"][buddy] == K_FREE and arrays["order"][buddy] == order
        _demand(not (both_free and _mergeable(arrays, page, buddy, order)), f"{what}: not merged with its buddy")


def _mergeable(arrays: Arrays, page: int, buddy: int, order: int) -> bool:
    one, other = (int(arrays["pb_mt"][p // PAGEBLOCK_PAGES]) for p in (page, buddy))
    return order < 9 or one == other or (one < PCPTYPES and other < PCPTYPES)


def _check_pcp_lists(arrays: Arrays, seen: NDArray[np.int8]) -> None:
    dim = arrays["dim"]
    for pcp in range(int(dim[D_ZONES] * dim[D_CPUS])):
        total = 0
        for i in range(PCP_LISTS):
            order = 9 if i >= 12 else i // 3
            blocks = list(walk(arrays, int(dim[D_PCP_HEADS]) + pcp * PCP_LISTS + i))
            _demand(len(blocks) == arrays["pcp_len"][pcp * PCP_LISTS + i], f"pcp {pcp} list {i}: length differs")
            total += len(blocks) << order
            for page in blocks:
                pages = slice(page, page + (1 << order))
                _demand((arrays["kind"][pages] == K_PCP).all(), f"pcp {pcp} list {i}: page {page} is not a pcp page")
                seen[pages] += 1
        _demand(total == arrays["pcp_count"][pcp], f"pcp {pcp} count: {arrays['pcp_count'][pcp]}, lists hold {total}")


def _check_owned(arrays: Arrays, seen: NDArray[np.int8]) -> None:
    """RSS of every process = pages on its lists; page cache = pages on the LRU of its zone."""
    dim = arrays["dim"]
    held = np.zeros((MAX_PROCESSES, CLASSES), dtype=np.int64)
    for process in range(MAX_PROCESSES):
        for what in range(OWNED_CLASSES):
            head = int(dim[D_OWNER_HEADS]) + process * OWNED_CLASSES + what
            for page in walk(arrays, head):
                _demand(
                    arrays["owner"][page] == process, f"page {page}: owner {arrays['owner'][page]}, on list {process}"
                )
                _count_block(arrays, seen, held, page, what)
    for z in range(int(dim[D_ZONES])):
        pages = list(walk(arrays, int(dim[D_LRU_HEADS]) + z))
        _demand(
            len(pages) == arrays["z_file"][z], f"zone {z} page cache: {arrays['z_file'][z]}, LRU holds {len(pages)}"
        )
        for page in pages:
            _count_block(arrays, seen, held, page, C_FILE if arrays["kind"][page] == K_FILE else C_DIRTY)
    counted = arrays["p_count"].reshape(MAX_PROCESSES, CLASSES)
    _demand((counted == held).all(), f"pages held by processes: {counted.tolist()}, lists hold {held.tolist()}")


def _count_block(arrays: Arrays, seen: NDArray[np.int8], held: NDArray[np.int64], page: int, what: int) -> None:
    kind, flags = int(arrays["kind"][page]), int(arrays["flags"][page])
    found = C_TAGGED if flags & F_WISHED else CLASS_OF_KIND.get(kind, NO_PAGE)
    _demand(found == what, f"page {page}: kind {kind} on a list of class {what}")
    _demand(flags & F_HEAD, f"page {page}: on a list, but not the first of a block")
    size = 1 << int(arrays["order"][page])
    _demand((arrays["kind"][page : page + size] == kind).all(), f"page {page}: its block is of several kinds")
    held[int(arrays["owner"][page]), what] += size
    seen[page : page + size] += 1


def _check_every_page_once(arrays: Arrays, seen: NDArray[np.int8]) -> None:
    elsewhere = np.isin(arrays["kind"], (K_HOLE, K_KERNEL, K_TAGS))
    wrong = np.flatnonzero(seen != np.where(elsewhere, 0, 1))
    if len(wrong):
        page = int(wrong[0])
        raise BrokenInvariant(
            f"page {page}: kind {arrays['kind'][page]}, in {seen[page]} places ({len(wrong)} such pages)"
        )


def _check_counts(arrays: Arrays) -> None:
    """Counts of kinds by pageblock equal a recount."""
    counted = arrays["count"].reshape(-1, COUNT_STRIDE)[:, :KINDS]
    by_block = arrays["kind"].reshape(-1, PAGEBLOCK_PAGES)
    for kind in range(KINDS):
        differs = np.flatnonzero(counted[:, kind] != (by_block == kind).sum(axis=1))
        _demand(not len(differs), f"pageblock {differs[:1].tolist()}: count of kind {kind} is wrong")


def _check_pins(arrays: Arrays) -> None:
    table = np.sort(arrays["pin_page"][: arrays["dim"][D_PINS]])
    flagged = np.flatnonzero(arrays["flags"] & F_PINNED)
    _demand(np.array_equal(table, flagged), f"pins: table {table.tolist()}, pages {flagged.tolist()}")


def _check_tag_storage(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    dim, vm, kind = arrays["dim"], arrays["vm"], arrays["kind"]
    tagged = (kind == K_TAGGED) | ((kind == K_KERNEL) & (arrays["flags"] & F_STORAGE != 0))
    _demand((kind == K_TAGGED).sum() == dim[D_TAGGED], f"tagged pages: {dim[D_TAGGED]}, {(kind == K_TAGGED).sum()}")
    _demand(not arrays["z_isolated"].any(), "a pageblock was left isolated")
    if not rules.lends:
        return
    reserved = vm[V_RESERVE_SUCCESS] - vm[V_RESERVE_FREE] - vm[V_ROLLBACK]
    _demand(reserved == dim[D_RESERVED], f"success - free - rollback: {reserved}, reserved: {dim[D_RESERVED]}")
    holding = tagged | _reserved_for(arrays)
    left, exact = 0, True
    for r, region in enumerate(layout.regions):
        tags = slice(int(arrays["r_tag"][r]), int(arrays["r_tag_end"][r]))
        data = slice(int(arrays["r_data"][r]), int(arrays["r_data_end"][r]))
        refs = arrays["tag_ref"][int(arrays["r_base"][r]) :][: region.tag_pages]
        _demand(not tagged[tags].any(), f"region {r}: a tagged page lies in tag storage")
        held = _check_blocks(kind[tags] == K_TAGS, refs, region.block_pages)
        if "storage" not in rules.breaks:
            _demand((held[_by_block(tagged[data], region) > 0] > 0).all(), "a tagged page has no tag storage")
        if "counts" in rules.breaks or (region.block_pages > 1 and "large" in rules.breaks):
            exact = False
            continue
        more = np.where(held > 0, held - 1, 0) - _by_block(holding[data], region)
        _demand((more >= 0).all(), "a tag block counts less than 1 + its tagged pages")
        left += int(more.sum())
    _demand(left == vm[V_LEFT] or not exact, f"tag blocks count {left} more than their pages, {vm[V_LEFT]} were left")


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
    _demand((by_block.all(axis=1) == by_block.any(axis=1)).all(), "a tag block is reserved in part")
    _demand(
        ((held > 0) == by_block[:, 0]).all(),
        "a tag block is reserved without a count, or counts without being reserved",
    )
    return held
