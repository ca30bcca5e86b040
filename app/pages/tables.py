"""The numbers of each panel as a table, for CSV: what is drawn, nothing rounded, pages and pfns."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, fields

from app.pages.frames import FREE_LISTS, SERIES
from app.runs.moment import Moment
from app.runs.run import Run
from sim.run.snapshot import OomView, PinView, ProcessView

KINDS = (
    "hole",
    "kernel",
    "free",
    "pcp",
    "unmovable",
    "slab",
    "anon",
    "file",
    "file_dirty",
    "tagged",
    "pagetable",
    "tags",
    "isolated",
)
PAGEBLOCK = 512
Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def csv_text(slug: str, run: Run, moment: Moment) -> str:
    """The table of a panel as RFC 4180 text. KeyError for a slug that has none."""
    header, rows = TABLES[slug](run, moment)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _page_map(run: Run, moment: Moment) -> Table:
    plates = run.geometry.plates
    places = [(p.data_start + at * PAGEBLOCK, p.zone) for p in plates for at in range(p.blocks)]
    counts = moment.snapshot.blocks.tolist()
    return ("pfn", "zone", *KINDS), ((hex(pfn), zone, *row) for (pfn, zone), row in zip(places, counts, strict=True))


def _costs(_: Run, moment: Moment) -> Table:
    names = ("path", "label", "requests", "p50_ns", "p90_ns", "p99_ns", "max_ns")
    return names, map(astuple, moment.snapshot.costs)


def _free_lists(_: Run, moment: Moment) -> Table:
    rows = [
        (zone.name, name, *blocks)
        for zone in moment.snapshot.zones
        for name, blocks in zip(FREE_LISTS, zone.free_lists.tolist(), strict=True)
    ]
    return ("zone", "migratetype", *(f"order_{order}" for order in range(11))), rows


def _tag_storage(_: Run, moment: Moment) -> Table:
    series = moment.recorded.series
    return SERIES, zip(*(getattr(series, name).tolist() for name in SERIES), strict=True)


def _pinned(_: Run, moment: Moment) -> Table:
    return _fields(PinView), map(astuple, moment.snapshot.pins)


def _oom(_: Run, moment: Moment) -> Table:
    names = tuple(name for name in _fields(OomView) if name != "refusal")
    rows = ((*(getattr(oom, name) for name in names), binding(oom)) for oom in moment.snapshot.ooms)
    return (*names, "failed_by"), rows


def _processes(_: Run, moment: Moment) -> Table:
    return _fields(ProcessView), map(astuple, moment.snapshot.processes)


def _vmstat(_: Run, moment: Moment) -> Table:
    return ("name", "value"), moment.snapshot.counters.items()


def _events(_: Run, moment: Moment) -> Table:
    rows = ((event.op, event.name, event.bad, event.line, event.sentence) for event in moment.snapshot.events)
    return ("op", "name", "bad", "line", "sentence"), rows


def binding(oom: OomView) -> str:
    """By which test the request failed: mark, closed, block, held or lists; "" if going back has lost it."""
    return "" if oom.refusal is None else oom.refusal.binding.value


def _fields(view: type[PinView | OomView | ProcessView]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(view))


TABLES: dict[str, Callable[[Run, Moment], Table]] = {
    "page-map": _page_map,
    "costs": _costs,
    "free-lists": _free_lists,
    "tag-storage": _tag_storage,
    "pinned": _pinned,
    "oom": _oom,
    "processes": _processes,
    "vmstat": _vmstat,
    "events": _events,
}
