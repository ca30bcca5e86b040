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
    PCPTYPES,
)
from sim.core.state.indices import (
    D_CPUS,
    D_LRU_HEADS,
    D_OWNER_HEADS,
    D_PAGES,
    D_PCP_HEADS,
    D_PINS,
    D_ZONES,
)
from sim.core.state.state import COUNT_STRIDE, MAX_PROCESSES, PCP_LISTS
from sim.errors import BrokenInvariant, demand
from sim.policies import Policy
from sim.run.invariants_costs import check_costs
from sim.run.invariants_tags import check_tag_storage
from sim.scenario.layout import Layout

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
    check_tag_storage(arrays, layout, rules)
    check_costs(arrays)


def walk(arrays: Arrays, head: int) -> Iterator[int]:
    """The pages on a list, first to last; raises when the list does not come back to its head."""
    nxt, prv = arrays["nxt"], arrays["prv"]
    page = int(nxt[head])
    for _ in range(len(nxt)):
        if page == head:
            return
        demand(nxt[prv[page]] == page and prv[nxt[page]] == page, f"page {page}: the links of its neighbours differ")
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
                demand(
                    len(blocks) == nr_free[i], f"nr_free zone {z} order {order} type {mt}: {nr_free[i]}, {len(blocks)}"
                )
                for page in blocks:
                    _check_free_block(arrays, z, page, order, mt)
                    seen[page : page + (1 << order)] += 1
                free += len(blocks) << order if mt != ISOLATE else 0
                meta += len(blocks) << order if mt == METADATA else 0
        demand(free == arrays["z_free"][z], f"zone {z} free: {arrays['z_free'][z]}, lists hold {free}")
        demand(meta == arrays["z_meta"][z], f"zone {z} METADATA free: {arrays['z_meta'][z]}, lists hold {meta}")


def _check_free_block(arrays: Arrays, z: int, page: int, order: int, mt: int) -> None:
    what = f"free block {page} order {order} type {mt}"
    demand(page % (1 << order) == 0, f"{what}: not aligned")
    demand(arrays["order"][page] == order and arrays["mt"][page] == mt, f"{what}: the page says otherwise")
    demand((arrays["kind"][page : page + (1 << order)] == K_FREE).all(), f"{what}: holds a page that is not free")
    demand(arrays["pb_zone"][page // PAGEBLOCK_PAGES] == z, f"{what}: lies in another zone")
    demand(mt != ISOLATE, f"{what}: left isolated")
    block_is_metadata = arrays["pb_mt"][page // PAGEBLOCK_PAGES] == METADATA
    demand(block_is_metadata == (mt == METADATA), f"{what}: its pageblock is of another world")
    buddy = page ^ (1 << order)
    if order < MAX_ORDER and buddy < len(arrays["kind"]) and arrays["pb_zone"][buddy // PAGEBLOCK_PAGES] == z:
        both_free = arrays["kind"][buddy] == K_FREE and arrays["order"][buddy] == order
        demand(not (both_free and _mergeable(arrays, page, buddy, order)), f"{what}: not merged with its buddy")


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
            demand(len(blocks) == arrays["pcp_len"][pcp * PCP_LISTS + i], f"pcp {pcp} list {i}: length differs")
            total += len(blocks) << order
            for page in blocks:
                pages = slice(page, page + (1 << order))
                demand((arrays["kind"][pages] == K_PCP).all(), f"pcp {pcp} list {i}: page {page} is not a pcp page")
                seen[pages] += 1
        demand(total == arrays["pcp_count"][pcp], f"pcp {pcp} count: {arrays['pcp_count'][pcp]}, lists hold {total}")


def _check_owned(arrays: Arrays, seen: NDArray[np.int8]) -> None:
    """RSS of every process = pages on its lists; page cache = pages on the LRU of its zone."""
    dim = arrays["dim"]
    held = np.zeros((MAX_PROCESSES, CLASSES), dtype=np.int64)
    for process in range(MAX_PROCESSES):
        for what in range(OWNED_CLASSES):
            head = int(dim[D_OWNER_HEADS]) + process * OWNED_CLASSES + what
            for page in walk(arrays, head):
                demand(
                    arrays["owner"][page] == process, f"page {page}: owner {arrays['owner'][page]}, on list {process}"
                )
                _count_block(arrays, seen, held, page, what)
    for z in range(int(dim[D_ZONES])):
        pages = list(walk(arrays, int(dim[D_LRU_HEADS]) + z))
        demand(len(pages) == arrays["z_file"][z], f"zone {z} page cache: {arrays['z_file'][z]}, LRU holds {len(pages)}")
        for page in pages:
            _count_block(arrays, seen, held, page, C_FILE if arrays["kind"][page] == K_FILE else C_DIRTY)
    counted = arrays["p_count"].reshape(MAX_PROCESSES, CLASSES)
    demand((counted == held).all(), f"pages held by processes: {counted.tolist()}, lists hold {held.tolist()}")


def _count_block(arrays: Arrays, seen: NDArray[np.int8], held: NDArray[np.int64], page: int, what: int) -> None:
    kind, flags = int(arrays["kind"][page]), int(arrays["flags"][page])
    found = C_TAGGED if flags & F_WISHED else CLASS_OF_KIND.get(kind, NO_PAGE)
    demand(found == what, f"page {page}: kind {kind} on a list of class {what}")
    demand(flags & F_HEAD, f"page {page}: on a list, but not the first of a block")
    size = 1 << int(arrays["order"][page])
    demand((arrays["kind"][page : page + size] == kind).all(), f"page {page}: its block is of several kinds")
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
        demand(not len(differs), f"pageblock {differs[:1].tolist()}: count of kind {kind} is wrong")


def _check_pins(arrays: Arrays) -> None:
    table = np.sort(arrays["pin_page"][: arrays["dim"][D_PINS]])
    flagged = np.flatnonzero(arrays["flags"] & F_PINNED)
    demand(np.array_equal(table, flagged), f"pins: table {table.tolist()}, pages {flagged.tolist()}")
