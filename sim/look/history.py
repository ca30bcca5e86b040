"""What a machine remembers: pins, OOM kills, marks, samples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.state.indices import D_MARKS, D_OOMS, D_PINS, D_SAMPLES
from sim.core.state.state import OOM_FIELDS, OOM_ROWS, SERIES_FIELDS
from sim.kernel.refusal import Refusal
from sim.look.place import Place
from sim.look.refusals import refusal_of_oom
from sim.run.marks import command_mark, mark_view
from sim.run.snapshot import (
    Mark,
    OomView,
    PinView,
    Series,
)
from sim.scenario.poke import Command

SERIES_NAMES = ("op", "tags", "tagged", "lent_anon", "lent_file", "free_metadata", "free", "refused")


def pin_views(at: Place) -> tuple[PinView, ...]:
    """Every pin."""
    a = at.arrays
    return tuple(pin_view(at, i) for i in range(int(a["dim"][D_PINS])))


def pin_view(at: Place, i: int) -> PinView:
    """One pin and what it blocks."""
    a = at.arrays
    pfn = at.layout.pfn_of(int(a["pin_page"][i]))
    region = at.region_of_tag(pfn)
    first, last = at.served(region, pfn) if region else (-1, -2)
    name, pid = at.names[int(a["pin_owner"][i])]
    owner = f"{name} ({pid})" if pid else "somebody"
    since, until = int(a["pin_since"][i]), int(a["pin_until"][i])
    return PinView(pfn, owner, since, until, region is not None, first, last - first + 1)


def oom_views(at: Place) -> tuple[OomView, ...]:
    """The OOM kills, oldest first."""
    total = int(at.arrays["dim"][D_OOMS])
    rows = at.arrays["oom"].reshape(-1, OOM_FIELDS)
    kept = range(max(0, total - OOM_ROWS), total)
    return tuple(oom_view(at, rows[n % OOM_ROWS], refusal_of_oom(at, n)) for n in kept)


def oom_view(at: Place, row: NDArray[np.int64], refusal: Refusal | None) -> OomView:
    """One OOM kill."""
    op, asked, victim, order, tagged, free, meta, refused, refusals, tag, _passes, freed, shut = (
        int(n) for n in row[:13]
    )
    closed = meta if shut else 0
    (name, pid), (victim_name, victim_pid) = at.names[asked], at.names[victim]
    return OomView(
        op=op,
        requester=name,
        requester_pid=pid,
        victim=victim_name,
        victim_pid=victim_pid,
        order=order,
        tagged=bool(tagged),
        free=free,
        free_metadata=meta,
        usable=free - closed,
        refused_pfn=at.layout.pfn_of(refused) if refused >= 0 else -1,
        refusals=refusals,
        tag_pfn=at.layout.pfn_of(tag) if tag >= 0 else -1,
        freed=freed,
        refusal=refusal,
    )


def mark_views(at: Place) -> tuple[Mark, ...]:
    """The marks of the timeline."""
    rows = at.arrays["mark"].reshape(-1, 3)[: at.arrays["dim"][D_MARKS]]
    return tuple(mark_view(int(op), int(event)) for op, event, _ in rows)


def with_commands(marks: tuple[Mark, ...], commands: Sequence[Command], op: int) -> tuple[Mark, ...]:
    """These marks and those of the commands that have begun by an op. They stand in the scenario, not in the state."""
    given = [command_mark(command) for command in commands if command.at < op]
    return tuple(sorted((*marks, *given), key=lambda mark: mark.op)) if given else marks


def series_view(at: Place) -> Series:
    """The samples so far."""
    rows = at.arrays["series"].reshape(-1, SERIES_FIELDS)[: at.arrays["dim"][D_SAMPLES]]
    return Series(**{name: rows[:, i].copy() for i, name in enumerate(SERIES_NAMES)})
