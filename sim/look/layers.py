"""Other ways to look at the same pages: the class of every pfn of a range in one layer of the map."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import (
    F_PINNED,
    K_FREE,
    K_HOLE,
    K_PCP,
    K_TAGS,
    KINDS,
    MIGRATETYPES,
    ORDERS,
    PAGEBLOCK_PAGES,
    PAGES_PER_TAG_PAGE,
)
from sim.look.heads import owners, reached
from sim.look.place import Place

MOST_PROCESSES = 16
NOBODY, OF_TAGS = 0, MOST_PROCESSES + 2  # classes of the layer `owner`; 1 is the kernel, 2.. the processes
OTHER, PINNED, BLOCKED = 0, 1, 2  # classes of the layer `pinned`
NOT_FREE, PER_CPU = ORDERS, ORDERS + 1  # classes of the layer `order`, after the orders
NOWHERE = 0xFF
CLASSES = {"state": KINDS, "migratetype": MIGRATETYPES, "order": ORDERS + 2, "owner": OF_TAGS + 1, "pinned": 3}


def layer_pages(at: Place, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
    """Class of every pfn of the range in this layer, 0xff where no memory is."""
    found = np.full(end_pfn - start_pfn, NOWHERE, dtype=np.uint8)
    for bank, base in zip(at.layout.banks, at.layout.bases, strict=True):
        low, high = max(start_pfn, bank.start_pfn), min(end_pfn, bank.end)
        if low < high:
            pages = slice(base + low - bank.start_pfn, base + high - bank.start_pfn)
            found[low - start_pfn : high - start_pfn] = _LAYERS[layer](at, pages, low)
    return found


def layer_counts(at: Place, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
    """[rows of 32 pages, classes of the layer] pages by class; pfns without memory are in none."""
    classes, known = layer_pages(at, layer, start_pfn, end_pfn), CLASSES[layer]
    rows = -(-len(classes) // PAGES_PER_TAG_PAGE)
    there = np.flatnonzero(classes != NOWHERE)
    cell = there // PAGES_PER_TAG_PAGE * known + classes[there]
    return np.bincount(cell, minlength=rows * known).astype(np.uint8).reshape(rows, known)


def _state(at: Place, pages: slice, _pfn: int) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = at.arrays["kind"][pages].astype(np.uint8)
    return found


def _migratetype(at: Place, pages: slice, _pfn: int) -> NDArray[np.uint8]:
    blocks = np.arange(pages.start, pages.stop) // PAGEBLOCK_PAGES
    found: NDArray[np.uint8] = at.arrays["pb_mt"][blocks].astype(np.uint8)
    return found


def _order(at: Place, pages: slice, _pfn: int) -> NDArray[np.uint8]:
    """Order of the free block that holds the page."""
    kinds = at.arrays["kind"][pages]
    orders = reached(at, pages.start, pages.stop, at.arrays["order"])
    free = np.where(kinds == K_PCP, PER_CPU, NOT_FREE)
    return np.where((kinds == K_FREE) & (orders >= 0), orders, free).astype(np.uint8)


def _owner(at: Place, pages: slice, _pfn: int) -> NDArray[np.uint8]:
    kinds = at.arrays["kind"][pages]
    found = owners(at, pages.start, pages.stop).astype(np.int64) + 1
    found[(kinds == K_FREE) | (kinds == K_PCP) | (kinds == K_HOLE)] = NOBODY
    found[kinds == K_TAGS] = OF_TAGS
    return found.astype(np.uint8)


def _pinned(at: Place, pages: slice, pfn: int) -> NDArray[np.uint8]:
    """Pinned pages, and those that no tags can serve because a tag page of their block is pinned."""
    pins = (at.arrays["flags"][pages] & F_PINNED) != 0
    found = np.where(pins, PINNED, OTHER).astype(np.uint8)
    for region, pinned in _pinned_tags(at):
        blocks = np.unique(pinned // region.block_pages)
        for block in blocks.tolist():
            _mark(found, region.tag_start + block * region.block_pages - pfn, region.block_pages)
            first = region.data_start + block * region.block_pages * PAGES_PER_TAG_PAGE
            _mark(found, first - pfn, region.block_pages * PAGES_PER_TAG_PAGE)
    return found


def _pinned_tags(at: Place) -> list:  # type: ignore[type-arg]
    """Regions, each with the indexes of its pinned tag pages."""
    flags = at.arrays["flags"]
    tags = zip(at.layout.regions, at.tag_pages, strict=True)
    return [(region, np.flatnonzero(flags[pages] & F_PINNED)) for region, pages in tags]


def _mark(found: NDArray[np.uint8], start: int, pages: int) -> None:
    part = found[max(0, start) : max(0, start + pages)]
    part[part == OTHER] = BLOCKED


_LAYERS = {"state": _state, "migratetype": _migratetype, "order": _order, "owner": _owner, "pinned": _pinned}
