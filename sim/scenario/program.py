"""Scripted steps of a scenario, in order. Each unit of a step is one op.

The core's side is `sim/core/run/program.py`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.state.consts import (
    MAX_ORDER,
    NO_PAGE,
    PROGRAM_FIELDS,
    S_ALLOC,
    S_BULK,
    S_COMPACT,
    S_DRAIN,
    S_EXIT,
    S_FREE,
    S_FREE_PAGE,
    S_PIN,
    S_SPLIT,
    S_UNPIN,
    S_WORK,
)
from sim.kernel import gfp
from sim.scenario.layout import Layout
from sim.scenario.layout_checks import ZONE_ORDER, need
from sim.scenario.schema import Flag, Int, Model, Pfn
from sim.scenario.workload import PAGES, WHATS, Process, What

MAX_OPS = 100_000_000
Count = Annotated[Int, Field(ge=1, le=MAX_OPS)]


class Alloc(Model):
    """`count` times: allocate a block of 2^order pages.

    Kernel memory may be asked for from low zones only (`zone`), or many single pages at once (`bulk`).
    """

    do: Literal["alloc"]
    process: str
    what: What
    order: Annotated[Int, Field(ge=0, le=MAX_ORDER)] = 0
    count: Count = 1
    zone: Literal["DMA", "DMA32"] | None = None  # __GFP_DMA, __GFP_DMA32: the highest zone that will do
    for_tags: Flag = False  # with __GFP_TAGGED, and never tagged: as when a fault is given up half way
    bulk: Annotated[Int, Field(ge=2, le=PAGES)] | None = None  # pages that each op asks for (__alloc_pages_bulk)

    @property
    def gfp(self) -> int:
        """The gfp bits of `zone` and `for_tags`."""
        return {"DMA": gfp.DMA, "DMA32": gfp.DMA32, None: 0}[self.zone] | gfp.TAGGED * self.for_tags


class Free(Model):
    """`count` times: free the process's newest or oldest block of a class."""

    do: Literal["free"]
    process: str
    what: What
    count: Count = 1
    which: Literal["newest", "oldest"] = Field("newest", alias="from")


class Pin(Model):
    """Take a reference on a page until it is unpinned."""

    do: Literal["pin"]
    pfn: Pfn
    process: str | None = None  # who holds it; nobody: the kernel
    ops: Annotated[Int, Field(ge=1, le=1 << 30)] | None = None  # how long, as for I/O; else until it is unpinned


class Unpin(Model):
    """Drop the reference."""

    do: Literal["unpin"]
    pfn: Pfn


class FreePage(Model):
    """Free the allocated block that begins at a page, and so on: `count` pages, `every` so many."""

    do: Literal["free_page"]
    pfn: Pfn
    count: Annotated[Int, Field(ge=1, le=10_000)] = 1
    every: Annotated[Int, Field(ge=1, le=PAGES)] = 1

    @property
    def pfns(self) -> range:
        """Where the blocks begin, in order."""
        return range(self.pfn, self.pfn + self.count * self.every, self.every)


class Split(Model):
    """Split the block of user memory that begins at a page into single pages, as reclaim does with a huge page."""

    do: Literal["split"]
    pfn: Pfn


class Drain(Model):
    """Empty all per-CPU lists."""

    do: Literal["drain"]


class Compact(Model):
    """Compact all zones from end to end, as a write to /proc/sys/vm/compact_memory does."""

    do: Literal["compact"]


class Work(Model):
    """The seeded workload of all processes."""

    do: Literal["work"]
    ops: Count


class Exit(Model):
    """A process ends."""

    do: Literal["exit"]
    process: str


Single = Alloc | Free | Pin | Unpin | Split | Drain | Compact | Work | Exit  # a row of the core's program each
Step = Annotated[Single | FreePage, Field(discriminator="do")]


def ops_of(step: Step) -> int:
    """How many ops a step takes."""
    match step:
        case Alloc() | Free() | FreePage():
            return step.count
        case Work():
            return step.ops
        case _:
            return 1


def validate_program(program: tuple[Step, ...], processes: tuple[Process, ...], layout: Layout) -> None:
    """What no single field can tell: names and pfns that must exist, blocks that some class cannot have."""
    names = [process.name for process in processes]
    for number, step in enumerate(program):
        at = f"program[{number}]"
        validate_step(step, at, names, layout)
        if isinstance(step, Work):
            need(any(process.weight for process in processes), f"{at}.do", step.do, "no process has a workload")
    total = sum(ops_of(step) for step in program)
    need(total <= MAX_OPS, "program", total, f"more than {MAX_OPS} ops")


def validate_step(step: Model, at: str, names: Sequence[str], layout: Layout) -> None:
    """The process and the pfns of one step must exist; `at` names the step."""
    name = getattr(step, "process", None)
    need(name is None or name in names, f"{at}.process", name, "no such process")
    for pfn in _named(step):
        need(layout.page_of(pfn) != NO_PAGE, f"{at}.pfn", pfn, "no memory there")
    if isinstance(step, Alloc):
        single = step.what not in {"pagetable", "file", "dirty"}
        need(single or step.order == 0, f"{at}.order", step.order, f"{step.what} pages come one by one")
        _validate_kernel(step, at, layout)


def _validate_kernel(step: Alloc, at: str, layout: Layout) -> None:
    """Low zones are for kernel memory, and there must be one; bulk for single unmovable pages, tags for anon ones."""
    low = step.zone is None or step.what in {"slab", "unmovable"}
    need(low, f"{at}.zone", step.zone, f"{step.what} pages may lie in any zone")
    there = step.zone is None or ZONE_ORDER.index(layout.zones[0]) <= ZONE_ORDER.index(step.zone)
    need(there, f"{at}.zone", step.zone, f"the lowest zone is {layout.zones[0]}")
    user = not step.for_tags or step.what == "anon"
    need(user, f"{at}.for_tags", step.for_tags, "only anon pages are asked for like this")
    plain = step.bulk is None or (step.what == "unmovable" and step.order == 0 and step.zone is None)
    need(plain, f"{at}.bulk", step.bulk, "only single unmovable pages, from any zone, come in bulk")


def _named(step: Model) -> Sequence[int]:
    """Pfns that a step names."""
    if isinstance(step, FreePage):
        return step.pfns
    return (step.pfn,) if isinstance(step, Pin | Unpin | Split) else ()


def program_array(program: tuple[Step, ...], processes: tuple[Process, ...], layout: Layout) -> NDArray[np.int64]:
    """[step, field] as in `sim.core.state.consts`: step, process (0 = the kernel), class, order, count, argument."""
    numbers: dict[str | None, int] = {process.name: n for n, process in enumerate(processes, start=1)}
    rows = [row for step in program for row in step_rows(step, numbers, layout)]
    return np.array(rows, dtype=np.int64).reshape(-1, PROGRAM_FIELDS)


def step_rows(step: Step, numbers: dict[str | None, int], layout: Layout) -> list[tuple[int, ...]]:
    """The rows of one step; `numbers` are those of the processes."""
    if isinstance(step, FreePage):
        return [(S_FREE_PAGE, 0, 0, 0, 1, layout.page_of(pfn)) for pfn in step.pfns]
    return [_row(step, numbers, layout)]


def _row(step: Single, numbers: dict[str | None, int], layout: Layout) -> tuple[int, ...]:
    match step:
        case Alloc():
            kind, argument = (S_BULK, step.bulk) if step.bulk else (S_ALLOC, step.gfp)
            return kind, numbers[step.process], WHATS.index(step.what), step.order, step.count, argument
        case Free():
            oldest = int(step.which == "oldest")
            return S_FREE, numbers[step.process], WHATS.index(step.what), 0, step.count, oldest
        case Pin():
            return S_PIN, numbers.get(step.process, 0), 0, step.ops or 0, 1, layout.page_of(step.pfn)
        case Unpin():
            return S_UNPIN, 0, 0, 0, 1, layout.page_of(step.pfn)
        case Split():
            return S_SPLIT, 0, 0, 0, 1, layout.page_of(step.pfn)
        case Drain():
            return S_DRAIN, 0, 0, 0, 1, 0
        case Compact():
            return S_COMPACT, 0, 0, 0, 1, 0
        case Work():
            return S_WORK, 0, 0, 0, step.ops, 0
        case Exit():
            return S_EXIT, numbers[step.process], 0, 0, 1, 0
