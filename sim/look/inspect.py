"""What stands round one page, in one pageblock, or what one process holds: plain numbers for the inspector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.errors import ScenarioError
from sim.look.heads import owners
from sim.look.pages import page_view
from sim.look.place import Place
from sim.run.snapshot import PageView

SPREAD_BINS = 48


@dataclass(frozen=True, slots=True)
class Pair:
    """Data pages and the tag block that serves them. Kinds are K_*, 0x80 set when pinned."""

    first: int  # data pfn
    kinds: tuple[int, ...]
    tag: int  # pfn
    tags: tuple[int, ...]
    tagged: tuple[int, ...]  # tagged data pages of each tag page


@dataclass(frozen=True, slots=True)
class BlockView:
    """One pageblock."""

    pfn: int
    zone: str
    migratetype: int
    counts: tuple[int, ...]  # pages by kind
    in_tag_storage: bool
    pair: Pair | None  # its 512 pages and the tag pages that serve them, None for tag storage and outside


@dataclass(frozen=True, slots=True)
class ProcessPages:
    """Where a process's memory lies."""

    pid: int
    name: str
    first_pfn: int  # -1: it owns nothing
    needs: int  # tag pages that hold tags of its pages
    alone: int  # of these, tag pages that hold no tags of anybody else
    lent: int  # of its pages, those in tag storage
    lent_pinned: int
    spread: tuple[tuple[int, int], ...]  # [bin] pages, tagged ones; bins of equal numbers of pageblocks over the map
    starts: tuple[tuple[str, int], ...]  # zone and first bin of each plate


def pair_of(at: Place, view: PageView) -> Pair | None:
    """The rows of a page and their tag pages; None outside every region."""
    if not view.in_tag_storage and view.tag_pfn < 0:
        return None
    region = at.region_of_tag(view.pfn) or at.region_of_data(view.pfn)
    assert region is not None
    first, last = view.served
    tag = region.tag_start + (first - region.data_start) // c.PAGES_PER_TAG_PAGE
    return _pair(at, first, last - first + 1, tag, (last - first + 1) // c.PAGES_PER_TAG_PAGE)


def _pair(at: Place, first: int, pages: int, tag: int, tag_pages: int) -> Pair:
    kinds, tags = at.kinds(at.range(first, pages)), at.kinds(at.range(tag, tag_pages))
    tagged = ((kinds & 0x7F) == c.K_TAGGED).reshape(-1, c.PAGES_PER_TAG_PAGE).sum(axis=1)
    return Pair(first, tuple(kinds.tolist()), tag, tuple(tags.tolist()), tuple(tagged.tolist()))


def block_view(at: Place, pfn: int) -> BlockView:
    """The pageblock of a pfn. Raises ScenarioError where there is no memory."""
    view = page_view(at, pfn)
    page = at.layout.page_of(pfn) // c.PAGEBLOCK_PAGES * c.PAGEBLOCK_PAGES
    first = at.layout.pfn_of(page)
    region, bank = at.region_of_data(first), at.layout.bank_of(first)
    pair = None
    if region is not None:
        tag = region.tag_start + (first - region.data_start) // c.PAGES_PER_TAG_PAGE
        pair = _pair(at, first, c.PAGEBLOCK_PAGES, tag, c.PAGEBLOCK_PAGES // c.PAGES_PER_TAG_PAGE)
    counts = at.count[page // c.PAGEBLOCK_PAGES, : c.KINDS]
    zone = bank.zone if bank else ""
    return BlockView(first, zone, view.migratetype, tuple(counts.tolist()), view.in_tag_storage, pair)


def process_pages(at: Place, pid: int) -> ProcessPages:
    """What one process holds. Raises ScenarioError when no process has this pid."""
    number = next((n for n, (_, known) in enumerate(at.names) if known == pid and n), 0)
    if not number:
        known = ", ".join(f"{name} {known}" for name, known in at.names[1:])
        raise ScenarioError(f"pid: {pid}: no such process (there are {known or 'none'})")
    owner = owners(at, 0, at.layout.total_pages)
    mine = owner == number
    tagged = at.arrays["kind"] == c.K_TAGGED
    held = np.flatnonzero(mine)
    needs, alone = _tag_pages(at, tagged & mine, tagged)
    in_tags = [part for part in at.tag_pages if part.stop > part.start]
    lent = sum(int(mine[part].sum()) for part in in_tags)
    pinned = sum(int((mine[part] & ((at.arrays["flags"][part] & c.F_PINNED) != 0)).sum()) for part in in_tags)
    first = at.layout.pfn_of(int(held[0])) if len(held) else -1
    spread, starts = _spread(at, mine, tagged & mine)
    return ProcessPages(pid, at.names[number][0], first, needs, alone, lent, pinned, spread, starts)


def _tag_pages(at: Place, mine: NDArray[np.bool_], tagged: NDArray[np.bool_]) -> tuple[int, int]:
    """Tag pages that hold tags of mine, and those of them whose tagged pages are all mine."""
    needs = alone = 0
    for region in at.layout.regions:
        data, size = at.range(region.data_start, region.data_pages), region.block_pages
        ours = mine[data].reshape(-1, c.PAGES_PER_TAG_PAGE * size).sum(axis=1)
        whole = tagged[data].reshape(-1, c.PAGES_PER_TAG_PAGE * size).sum(axis=1)
        needs += size * int((ours > 0).sum())
        alone += size * int(((ours > 0) & (ours == whole)).sum())
    return needs, alone


def _spread(
    at: Place, mine: NDArray[np.bool_], tagged: NDArray[np.bool_]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[str, int], ...]]:
    blocks = at.blocks
    by_block = [part.reshape(-1, c.PAGEBLOCK_PAGES).sum(axis=1)[blocks] for part in (mine, tagged)]
    bins = min(SPREAD_BINS, len(blocks))
    at_bin = np.arange(len(blocks)) * bins // len(blocks)
    sums = [np.bincount(at_bin, weights=part, minlength=bins).astype(int).tolist() for part in by_block]
    starts, block = [], 0
    for plate in at.geometry.plates:
        starts.append((plate.zone, block * bins // len(blocks)))
        block += plate.blocks
    return tuple(zip(*sums, strict=True)), tuple(starts)
