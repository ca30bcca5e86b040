"""Reading ftrace text into one array of integers (tracefs `trace`, 6.1; extra lines of the recorded ports of RFC v1).

Only the lines that say something about the page allocator become rows; fields that a line lacks are 0.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.errors import ScenarioError
from sim.kernel.gfp import NAMES
from sim.replay.lines import is_expected, read_line
from sim.replay.reading import reading

Row = tuple[int, ...]
GFP = {name: mask for mask, name in NAMES} | {"__GFP_TAGGED": 0x800000, "none": 0}
SECOND = "SECOND"  # a mark of ours: where a CPU folds its counters (vmstat_update, rounded to whole seconds)
PFN_DIGITS = 13  # of 64 bits of address, without the 12 of a page
MOST_PFN = 1 << 52
LATE = 0.032  # seconds: a timer that is a second away may fire a granule of the timer wheel late, 8 jiffies of 250 Hz
PAGE = re.compile(rb"\S+ pfn=0x([0-9a-f]+)(?: order=(\d+))?(?: migratetype=(\d+))?(?: \w+=(\S+))?\s*$")
FIELD = re.compile(rb"(\w+)=(\(?-?[0-9a-zA-Z_]+)")
HEX = {b"pfn", b"block", b"merged_pfn", b"src", b"dst", b"range", b"page"}
PORTED = re.compile(rb"(metadata_reserve|metadata_free|metadata_return|metadata_pin|metadata_unpin|pin|drain): (.*)")


@dataclass(frozen=True, slots=True)
class Unread:
    """What a trace holds that could not be read: lines, the first of them, and names of gfp flags nobody knows."""

    lines: int = 0
    first: str = ""
    flags: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line, "" when everything was read."""
        lines = f"{self.lines:,} line{'s'[: self.lines != 1]} could not be read, the first: {self.first!r}"
        flags = f"unknown gfp flags are left out: {', '.join(self.flags)}"
        return "; ".join([lines] * bool(self.lines) + [flags] * bool(self.flags))


@dataclass(frozen=True, slots=True)
class Trace:
    """`rows` of TRACE_FIELDS (`sim/core/state/consts.py`), with pfns; `marks` are (row that follows, text)."""

    rows: NDArray[np.int64]
    marks: tuple[tuple[int, str], ...]
    unread: Unread = Unread()

    def find(self, text: str) -> int:
        """The row that follows a marker, -1 if it is not there."""
        return next((row for row, mark in self.marks if mark == text), -1)


def find_trace(folder: Path) -> Path | None:
    """The trace of a run folder, packed or not, if it has one."""
    return next((path for name in ("trace.txt.gz", "trace.txt") if (path := folder / name).exists()), None)


def read_trace(path: Path) -> Trace:
    """Read `trace.txt.gz` or `trace.txt`. Raises ScenarioError if it cannot be read or has no events."""
    with reading("trace", path):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return parse_trace(data, str(path))


def parse_trace(data: bytes, source: str = "text") -> Trace:
    """The rows of a trace (lines.py says of which tools). What cannot be read is counted, events of others are not.

    Raises ScenarioError, naming `source`, when there is no event of the page allocator.
    """
    rows: list[Row] = []
    marks: list[tuple[int, str]] = []
    unread: list[bytes] = []
    second = -1
    for line in data.split(b"\n"):
        found = read_line(line)
        if found is None:
            if not is_expected(line):
                unread.append(line)
            continue
        pid, cpu, seconds, name, body = found
        if int(float(seconds) - LATE) != second:
            second = int(float(seconds) - LATE)
            marks.append((len(rows), f"{SECOND} {second}"))
        if name == b"tracing_mark_write":
            marks.append((len(rows), body.decode(errors="replace").strip()))
        elif fields := _row(name, body):
            rows.append((*fields, pid, cpu))
        elif name in READERS or PORTED.match(body):
            unread.append(line)
    if not rows:
        raise ScenarioError(f"trace: {source}: no event of the page allocator in it{_instead(data, unread)}")
    told = Unread(len(unread), _text(unread[0]) if unread else "", _unknown_flags(data))
    return Trace(np.array(rows, dtype=np.int64), tuple(marks), told)


def _row(name: bytes, body: bytes) -> Row | None:
    """What an event says, None if it is not one of ours or lacks what it must have."""
    try:
        return READERS.get(name, _ported)(name, body)
    except (KeyError, ValueError, TypeError):
        return None


def _instead(data: bytes, unread: list[bytes]) -> str:
    if not data.strip():
        return ": it is empty"
    if not unread:
        return ""
    return f", but {len(unread):,} line{'s'[: len(unread) != 1]} that cannot be read, the first: {_text(unread[0])!r}"


def _text(line: bytes) -> str:
    return line.decode(errors="replace").strip()[:120]


_gfps: dict[bytes, int] = {}


def _gfp(text: bytes) -> int:
    if text not in _gfps:
        _gfps[text] = reduce(or_, (_flag(name) or 0 for name in text.decode(errors="replace").split("|")))
    return _gfps[text]


def _flag(name: str) -> int | None:
    """The bits of a name, or of a number where the tool knew no name; None for what is neither."""
    try:
        return GFP[name] if name in GFP else int(name, 0)
    except ValueError:
        return None


def _unknown_flags(data: bytes) -> tuple[str, ...]:
    texts = set(re.findall(rb"gfp_(?:flags|mask)=(\S+)", data))
    names = {name for text in texts for name in text.decode(errors="replace").split("|")}
    return tuple(sorted(name for name in names if _flag(name) is None))


def _page_event(kind: int) -> Callable[[bytes, bytes], Row | None]:
    def read(_: bytes, body: bytes) -> Row | None:
        found = PAGE.match(body)
        if not found:
            return _page_by_names(kind, body)
        pfn, order, mt, last = found.groups()
        if len(pfn) > PFN_DIGITS:
            return None
        if kind == c.T_ALLOC:
            pages = -1 if pfn == b"0" else int(pfn, 16)
            return (kind, pages, int(order), int(mt), _gfp(last), 0, 0, 0)
        return (kind, int(pfn, 16), int(order or 0), int(mt or 0), int(last or 0), 0, 0, 0)

    return read


def _page_by_names(kind: int, body: bytes) -> Row:
    """The same where fields come otherwise: a decimal pfn (before 5.14), more fields, `page=  (null)`."""
    f = _fields(body)
    pfn, order, mt = f[b"pfn"], f.get(b"order", 0), f.get(b"migratetype", 0)
    if not 0 <= pfn < MOST_PFN:
        raise ValueError(f"pfn: {pfn} is no page")
    if kind == c.T_ALLOC:
        flags = re.search(rb"gfp_flags=(\S+)", body)
        return (kind, pfn or -1, f[b"order"], mt, _gfp(flags[1]) if flags else 0, 0, 0, 0)
    return (kind, pfn, order, mt, f.get(b"percpu_refill", 0), 0, 0, 0)


def _fields(body: bytes, ours: bool = False) -> dict[bytes, int]:
    """name=number pairs. The kernel prints pfns with 0x, before 5.14 decimal; lines of `ours` have them hexadecimal."""
    result = {}
    for name, text in FIELD.findall(body):
        try:
            result[name] = int(text.lstrip(b"("), 16 if ours and name in HEX else 0)
        except ValueError:
            continue
    return result


def _extfrag(_: bytes, body: bytes) -> Row:
    f = _fields(body)
    kinds = f[b"alloc_migratetype"], f[b"fallback_migratetype"]
    return (
        c.T_EXTFRAG,
        f[b"pfn"],
        f[b"alloc_order"],
        kinds[0],
        f[b"fallback_order"],
        kinds[1],
        f[b"change_ownership"],
        0,
    )


RANGE = re.compile(rb"range=\(0x([0-9a-f]+) ~ 0x([0-9a-f]+)\) nr_scanned=(\d+) nr_taken=(\d+)")


def _range(kind: int) -> Callable[[bytes, bytes], Row | None]:
    def read(_: bytes, body: bytes) -> Row | None:
        found = RANGE.match(body)
        return found and (kind, int(found[1], 16), 0, 0, int(found[2], 16), int(found[3]), int(found[4]), 0)

    return read


def _plain(kind: int, *names: bytes) -> Callable[[bytes, bytes], Row]:
    """An event without a page: up to two of its fields."""

    def read(_: bytes, body: bytes) -> Row:
        f = _fields(body)
        gfp = re.search(rb"gfp_(?:flags|mask)=(\S+)", body)
        values = [f.get(name, 0) for name in names] + [0, 0]
        return (kind, -1, f.get(b"order", 0), 0, _gfp(gfp[1]) if gfp else 0, values[0], values[1], 0)

    return read


def _nothing(_: bytes, __: bytes) -> Row:
    """Says nothing but that the task has gone on."""
    return (c.T_NOTHING, -1, 0, 0, 0, 0, 0, 0)


def _migrate(_: bytes, body: bytes) -> Row:
    return (c.T_MIGRATE, -1, 0, 0, int(b"contig_range" in body), 0, 0, 0)


def _ported(_: bytes, body: bytes) -> Row | None:
    """The lines of the ports of RFC v1: a function's name, then what trace_printk wrote."""
    found = PORTED.match(body)
    if not found:
        return None
    name, f = found[1], _fields(found[2], ours=True)
    if name == b"metadata_reserve":
        more = f[b"block"], f[b"nblocks"], f[b"taken"]
        ret = c.EINTR if found[2].endswith(b"eintr") else f[b"ret"]
        return (c.T_RESERVE, f[b"pfn"], f[b"order"], f[b"tries"], *more, ret)
    if name == b"metadata_free":
        released = -1 if f.get(b"notreserved") else f[b"released"]
        whole = int(b"notreserved" in f)  # one of the ports prints one line for all blocks of a page
        return (c.T_RELEASE, f[b"pfn"], f[b"order"], 0, f[b"block"], f[b"refs"], released, whole)
    if name == b"metadata_return":
        return (c.T_RETURN, f[b"pfn"], f[b"order"], 0, f[b"merged_pfn"], f[b"merged_order"], 0, 0)
    if name == b"drain":
        return (c.T_DRAIN_ALL, -1, 0, 0, 0, 0, 0, 0)
    if name == b"pin":
        return (c.T_PIN if found[2][:1] == b"+" else c.T_UNPIN, f[b"pfn"], 0, 0, 0, 0, 0, 0)
    return (c.T_PIN if name == b"metadata_pin" else c.T_UNPIN, f[b"pfn"], 0, 0, 0, 0, 0, 0)


READERS: dict[bytes, Callable[[bytes, bytes], Row | None]] = {
    b"mm_page_alloc": _page_event(c.T_ALLOC),
    b"mm_page_alloc_zone_locked": _page_event(c.T_LOCKED),
    b"mm_page_free": _page_event(c.T_FREE),
    b"mm_page_free_batched": _page_event(c.T_BATCHED),
    b"mm_page_pcpu_drain": _page_event(c.T_DRAIN),
    b"mm_page_alloc_extfrag": _extfrag,
    b"mm_compaction_isolate_freepages": _range(c.T_ISOLATE_FREE),
    b"mm_compaction_isolate_migratepages": _range(c.T_ISOLATE_MIGRATE),
    b"mm_migrate_pages_start": _migrate,
    b"mm_migrate_pages": _nothing,
    b"mm_compaction_migratepages": _nothing,
    b"mm_compaction_finished": _nothing,
    b"mm_compaction_begin": _plain(c.T_COMPACT_BEGIN),
    b"mm_compaction_end": _plain(c.T_COMPACT_END),
    b"mm_compaction_try_to_compact_pages": _plain(c.T_COMPACT_TRY, b"priority"),
    b"mm_vmscan_wakeup_kswapd": _plain(c.T_WAKEUP),
    b"mm_vmscan_kswapd_wake": _plain(c.T_KSWAPD_WAKE),
    b"mm_vmscan_kswapd_sleep": _plain(c.T_KSWAPD_SLEEP),
    b"mm_vmscan_direct_reclaim_begin": _plain(c.T_RECLAIM_BEGIN),
    b"mm_vmscan_direct_reclaim_end": _plain(c.T_RECLAIM_END, b"nr_reclaimed"),
    b"reclaim_retry_zone": _plain(c.T_RETRY, b"no_progress_loops", b"wmark_check"),
    b"mark_victim": _plain(c.T_VICTIM, b"pid"),
}
