"""A memory layout: banks of DRAM in zones, and the tag regions that lie in them. Units are pages and pfns.

`page` is an index into one compact space: bank after bank, each as far off a multiple of 1024 as its first pfn is, so
that `page ^ (1 << order)` is the buddy as `pfn ^ (1 << order)` is. The pages between banks are holes.
"""

from functools import cached_property
from importlib import resources
from math import lcm
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.core.state.consts import NO_PAGE
from sim.errors import ScenarioError
from sim.scenario.files import parse_mapping
from sim.scenario.layout_checks import validate_layout
from sim.scenario.schema import Int, Model, Pfn, build

PAGE_SIZE = 4096
ALIGN = 1024  # pages of the largest buddy block
MISSING = {
    "data_start": "missing 'memory' property",
    "data_pages": "missing 'memory' property",
    "tag_start": "invalid metadata node (no range of tag storage)",
    "tag_pages": "invalid metadata node (no range of tag storage)",
    "block_size": "invalid or missing 'block-size' property",
}


class Bank(Model):
    """A run of DRAM in one zone."""

    zone: Literal["DMA", "DMA32", "Normal", "Movable"]
    start_pfn: Pfn
    pages: Int

    @property
    def end(self) -> int:
        """First pfn past the bank."""
        return self.start_pfn + self.pages


class Region(Model):
    """Data pages and the tag pages that hold their tags, page after page: one node of the device tree."""

    data_start: Pfn
    data_pages: Int
    tag_start: Pfn
    tag_pages: Int
    block_size: Pfn  # bytes, as in the device tree

    @property
    def data_end(self) -> int:
        """First pfn past the data."""
        return self.data_start + self.data_pages

    @property
    def tag_end(self) -> int:
        """First pfn past the tag storage."""
        return self.tag_start + self.tag_pages

    @property
    def block_pages(self) -> int:
        """Tag pages that are reserved together (get_block_size_pages, RFC v1 patch 13)."""
        return lcm(PAGE_SIZE, self.block_size) // PAGE_SIZE


class Layout(Model):
    """One machine's memory."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    page_size: Int = PAGE_SIZE
    banks: Annotated[tuple[Bank, ...], Field(min_length=1, max_length=32)]
    regions: tuple[Region, ...] = ()
    cpus: Int = 2
    min_free_kbytes: Int | None = None
    kernel_pages: Int = 0  # reserved by the kernel, from the start of the first bank
    zero_page: Pfn | None = None

    @model_validator(mode="after")
    def _checked(self) -> Self:
        validate_layout(self)
        return self

    @cached_property
    def bases(self) -> tuple[int, ...]:
        """Page of the first pfn of each bank."""
        bases: list[int] = []
        end = 0
        for bank in self.banks:
            bases.append(-(-end // ALIGN) * ALIGN + bank.start_pfn % ALIGN)
            end = bases[-1] + bank.pages
        return tuple(bases)

    @cached_property
    def total_pages(self) -> int:
        """Size of the compact space with its holes, a multiple of 1024."""
        return -(-(self.bases[-1] + self.banks[-1].pages) // ALIGN) * ALIGN

    @cached_property
    def present_pages(self) -> int:
        """Pages of DRAM."""
        return sum(bank.pages for bank in self.banks)

    @cached_property
    def tag_pages(self) -> int:
        """Pages of tag storage."""
        return sum(region.tag_pages for region in self.regions)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Names of the populated zones, ascending."""
        return tuple(dict.fromkeys(bank.zone for bank in self.banks))

    def zone_banks(self, zone: str) -> tuple[Bank, ...]:
        """The banks of a zone, ascending."""
        return tuple(bank for bank in self.banks if bank.zone == zone)

    def bank_of(self, pfn: int) -> Bank | None:
        """The bank a pfn lies in."""
        return next((bank for bank in self.banks if bank.start_pfn <= pfn < bank.end), None)

    def page_of(self, pfn: int) -> int:
        """Page of a pfn, NO_PAGE (-1) where there is no memory."""
        for bank, base in zip(self.banks, self.bases, strict=True):
            if bank.start_pfn <= pfn < bank.end:
                return base + pfn - bank.start_pfn
        return NO_PAGE

    def pfn_of(self, page: int) -> int:
        """Pfn of a page, -1 for a hole."""
        for bank, base in zip(self.banks, self.bases, strict=True):
            if base <= page < base + bank.pages:
                return bank.start_pfn + page - base
        return -1


def load_layout(source: str | dict[str, object] | Layout) -> Layout:
    """A preset by name, or an inline mapping. Raises ScenarioError with the kernel's reason for a bad one."""
    if isinstance(source, Layout):
        return source
    data = preset(source) if isinstance(source, str) else source
    return build(Layout, data, MISSING)


def preset(name: str) -> dict[str, object]:
    """The mapping of a preset, to be changed and built."""
    if name not in list_layouts():
        raise ScenarioError(f"layout: {name[:60]!r}: no such layout (there are {', '.join(list_layouts())})")
    return parse_mapping((_folder() / f"{name}.yaml").read_text(), name)


def list_layouts() -> tuple[str, ...]:
    """Names of the presets."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def _folder() -> Path:
    return Path(str(resources.files("sim.scenario") / "layouts"))
