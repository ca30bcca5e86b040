"""Where memory lies on the map: plates of data over the tag storage that serves it. Pure arithmetic on a layout.

A plate is one region, or one piece of memory outside every region; plates stand in the order of their data.
A column is `P` pageblocks of data, standing on the `P * 16` tag pages that serve them.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sim.core.state.consts import PAGEBLOCK_PAGES, PAGES_PER_TAG_PAGE
from sim.scenario.layout import Layout

MIN_COLUMNS = 24
SMALL = 64  # up to so many data pageblocks a frame carries every page


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate. `tag_pages` is 0 and `tag_start` -1 outside every region."""

    zone: str
    data_start: int
    data_pages: int
    tag_start: int
    tag_pages: int
    block: int  # tag pages that are reserved together
    tags_in: str  # zone in which the tag storage lies, "" if there is none
    columns: int

    @property
    def blocks(self) -> int:
        """Data pageblocks."""
        return _blocks(self.data_pages)


@dataclass(frozen=True, slots=True)
class Geometry:
    """The whole map."""

    P: int
    plates: tuple[Plate, ...]

    @property
    def blocks(self) -> int:
        """Data pageblocks of all plates: rows of `Snapshot.blocks`."""
        return sum(plate.blocks for plate in self.plates)

    @property
    def columns(self) -> int:
        """Columns of all plates: rows of `Snapshot.strip`."""
        return sum(plate.columns for plate in self.plates)

    @property
    def small(self) -> bool:
        """Whether a frame carries every page."""
        return self.blocks <= SMALL

    def column_tags(self, plate: Plate, column: int) -> tuple[int, int]:
        """First tag pfn under a column and the first past it; both equal where there is none."""
        width = self.P * PAGEBLOCK_PAGES // PAGES_PER_TAG_PAGE
        first, last = (min(at * width, plate.tag_pages) for at in (column, column + 1))
        return plate.tag_start + first, plate.tag_start + last

    def as_dict(self) -> dict[str, Any]:
        """For the page: {"P", "small", "plates": [...]}."""
        return {"P": self.P, "small": self.small, "plates": [asdict(plate) for plate in self.plates]}


def geometry_of(layout: Layout) -> Geometry:
    """The map of a layout."""
    pieces = sorted(_served(layout) + _outside(layout))
    blocks = sum(_blocks(pages) for _, pages, *_ in pieces)
    p = next((p for p in (32, 16, 8, 4, 2, 1) if blocks / p >= MIN_COLUMNS), 1)
    plates = (
        Plate(_zone(layout, start), start, pages, tags, tag_pages, block, _zone(layout, tags), -(-_blocks(pages) // p))
        for start, pages, tags, tag_pages, block in pieces
    )
    return Geometry(p, tuple(plates))


def _blocks(pages: int) -> int:
    return -(-pages // PAGEBLOCK_PAGES)


def _zone(layout: Layout, pfn: int) -> str:
    bank = layout.bank_of(pfn)
    return bank.zone if bank else ""


def _served(layout: Layout) -> list[tuple[int, int, int, int, int]]:
    return [(r.data_start, r.data_pages, r.tag_start, r.tag_pages, r.block_pages) for r in layout.regions]


def _outside(layout: Layout) -> list[tuple[int, int, int, int, int]]:
    """Pieces of each bank that are neither data nor tag storage of a region."""
    regions = layout.regions
    taken = sorted([(r.data_start, r.data_end) for r in regions] + [(r.tag_start, r.tag_end) for r in regions])
    pieces = []
    for bank in layout.banks:
        at = bank.start_pfn
        for start, end in taken:
            if end <= at or start >= bank.end:
                continue
            if start > at:
                pieces.append((at, start - at, -1, 0, 1))
            at = min(end, bank.end)
        if at < bank.end:
            pieces.append((at, bank.end - at, -1, 0, 1))
    return pieces
