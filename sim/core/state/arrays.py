"""The arrays of a machine: how long they are for its shape, and the fields of State as views of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import (
    CLASSES,
    EVENT_FIELDS,
    KINDS,
    MIGRATETYPES,
    ORDERS,
    OWNED_CLASSES,
    PROGRAM_FIELDS,
    TRACE_FIELDS,
)
from sim.core.state.indices import RP_MISS_FIELDS, RP_MISSES, RP_RES_FIELDS, RP_SUMS, RP_TARGETS
from sim.core.state.state import (
    CACHE_LINE,
    COLUMNS,
    COMPACT_FIELDS,
    COMPACT_FREE_PAGES,
    COMPACT_PAGES,
    COST_BUCKETS,
    COST_PATHS,
    COUNT_STRIDE,
    DIMS,
    EVENT_ROWS,
    FAILED_ROWS,
    HINTS,
    MARK_ROWS,
    MAX_PROCESSES,
    NOTES,
    OOM_FIELDS,
    OOM_ROWS,
    PCP_LISTS,
    PIN_ROWS,
    PRICES,
    RECORD_BYTES,
    REFUSAL_FIELDS,
    REQUEST_FIELDS,
    SERIES_FIELDS,
    SERIES_ROWS,
    VMSTATS,
    WORK_FIELDS,
    ZONE_COMPACT_FIELDS,
    fields,
)


def record_type() -> np.dtype[np.void]:
    """The record of a page: the fields of the lengths COLUMNS, filled up to RECORD_BYTES."""
    columns = [(name, code) for name, code, length in fields() if length in COLUMNS]
    used = sum(np.dtype(code).itemsize for _, code in columns)
    return np.dtype([*columns, ("spare", f"V{RECORD_BYTES - used}")])


def make_arrays(shape: dict[str, int]) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Zeroed arrays: every field by name, and what they are views of: the records, and the arrays of one field."""
    whole: dict[str, NDArray[Any]] = {"records": make_records(shape["links"])}
    apart = COLUMNS + HINTS + NOTES
    whole |= {name: np.zeros(shape[length], code) for name, code, length in fields() if length not in apart}
    return views(whole, shape["pages"]), whole


def make_records(number: int) -> NDArray[np.void]:
    """Zeroed records that begin with a cache line, so that four pages share one: buddies of order 0 always do."""
    room = np.zeros(number * RECORD_BYTES + CACHE_LINE, dtype=np.uint8)
    start = -room.ctypes.data % CACHE_LINE
    return room[start : start + number * RECORD_BYTES].view(record_type())


def views(whole: dict[str, NDArray[Any]], pages: int) -> dict[str, NDArray[Any]]:
    """Every field by name, of a machine of so many pages. Hints and notes begin anew."""
    records = whole["records"]
    heads = len(records) - pages
    hints = {name: np.zeros(heads, code) for name, code, length in fields() if length in HINTS}
    notes = (OOM_ROWS + FAILED_ROWS) * REFUSAL_FIELDS
    hints |= {name: np.zeros(notes, code) for name, code, length in fields() if length in NOTES}
    size = {"links": len(records), "pages": pages}
    columns = {name: records[name][: size[length]] for name, _, length in fields() if length in COLUMNS}
    return {name: (columns | hints | whole)[name] for name, _, _ in fields()}


def lengths(
    pages: int,
    zones: int,
    cpus: int,
    regions: int,
    tag_pages: int,
    program_rows: int,
    trace_rows: int = 0,
    event_rows: int = EVENT_ROWS,
) -> dict[str, int]:
    """How long each kind of array is for a machine of this shape."""
    replayed = trace_rows > 0
    heads = zones * ORDERS * MIGRATETYPES + zones * cpus * PCP_LISTS + MAX_PROCESSES * OWNED_CLASSES + zones
    pageblocks = pages // 512
    return {
        "links": pages + heads,
        "pages": pages,
        "pageblocks": pageblocks,
        "counts": pageblocks * COUNT_STRIDE,
        "zones": zones,
        "reserves": zones * 4,
        "zone_compacts": zones * ZONE_COMPACT_FIELDS,
        "compact_control": COMPACT_FIELDS + COMPACT_PAGES + COMPACT_FREE_PAGES,
        "buddy_lists": zones * ORDERS * MIGRATETYPES,
        "pcps": zones * cpus,
        "pcp_lists": zones * cpus * PCP_LISTS,
        "regions": max(1, regions),
        "tag_pages": max(1, tag_pages),
        "processes": MAX_PROCESSES,
        "process_classes": MAX_PROCESSES * CLASSES,
        "works": MAX_PROCESSES * CLASSES * WORK_FIELDS,
        "pin_params": MAX_PROCESSES * 2,
        "pin_rows": PIN_ROWS,
        "program_cells": max(1, program_rows) * PROGRAM_FIELDS,
        "dims": DIMS,
        "vmstats": VMSTATS,
        "request": REQUEST_FIELDS,
        "one": 1,
        "prices": PRICES,
        "costs": COST_PATHS * COST_BUCKETS,
        "last_costs": COST_PATHS * 2,
        "event_cells": event_rows * EVENT_FIELDS,
        "oom_cells": OOM_ROWS * OOM_FIELDS,
        "mark_cells": MARK_ROWS * 3,
        "series_cells": SERIES_ROWS * SERIES_FIELDS,
        "why_cells": 0,
        "replay_cells": trace_rows * TRACE_FIELDS,
        "replay_pages": pages * replayed,
        "replay_blocks": pageblocks * replayed,
        "replay_sums": RP_SUMS * replayed,
        "replay_targets": RP_TARGETS * replayed,
        "replay_reservations": trace_rows // 2 * RP_RES_FIELDS,
        "replay_misses": RP_MISSES * RP_MISS_FIELDS * replayed,
    }


assert KINDS <= COUNT_STRIDE
