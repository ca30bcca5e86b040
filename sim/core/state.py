"""The whole machine as one bundle of named flat arrays.

Each field: element type, length (a name in `lengths`), then index, unit and sentinel in the comment above it.
All integers are signed. "page" is an index into the compact page space of the layout, never a pfn.
"""

from typing import Annotated, Any, Protocol, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.core.consts import (
    CLASSES,
    EVENT_FIELDS,
    KINDS,
    MIGRATETYPES,
    ORDERS,
    OWNED_CLASSES,
    PROGRAM_FIELDS,
    TRACE_FIELDS,
)

PCP_LISTS = 14  # orders 0..3 times U, M, R, then order 9 not movable, order 9 movable
COUNT_STRIDE = 16  # columns of `count`, KINDS of them used
EVENT_ROWS = 1024  # a power of two
OOM_ROWS = 256
OOM_FIELDS = 14
MARK_ROWS = 128
PIN_ROWS = 256
SERIES_ROWS = 512
SERIES_FIELDS = 8
DIMS = 44
VMSTATS = 64
ZONE_COMPACT_FIELDS = 9
COMPACT_FIELDS = 40
COMPACT_PAGES = 1024  # isolated to migrate: a pageblock at most
COMPACT_FREE_PAGES = 2048  # isolated as targets: fewer than a pageblock, and the last block of order 10
REQUEST_FIELDS = 12
WORK_FIELDS = 6
WHY_ROWS, WHY_FIELDS = 4096, 20  # decisions of one op
PRICES = 18  # names in sim/costs.py
COST_PATHS = 8  # rows of the histogram of costs, named in sim/costs.py
COST_BUCKETS = 304  # up to 2^40 ns (cost.py)
MAX_PROCESSES = 17  # 0 is the kernel


COLUMNS = ("pages", "links")  # fields of these lengths are columns of one array of records
RECORD_BYTES = 16
CACHE_LINE = 64
HINTS = ("heads",)  # fields of these lengths change how fast a run is and nothing else: no copy and no digest has them


class Ints(Protocol):
    """An array of integers as the core sees it: a pointer, an array, or a memoryview."""

    def __getitem__(self, i: int) -> int: ...

    def __setitem__(self, i: int, value: int) -> None: ...


class State:
    """Annotations only: the three builds make their own State with these fields (build.py)."""

    # One record of 16 bytes a page, so that one page is one cache line (docs/decisions.md).
    # Doubly linked lists: free lists, per-CPU lists, LRU, lists of processes. Entries past the last page are heads.
    nxt: Annotated[Ints, "i4", "links"]
    prv: Annotated[Ints, "i4", "links"]
    # By page: order of a free, per-CPU or allocated block at its first page, -1 elsewhere.
    order: Annotated[Ints, "i1", "pages"]
    # By page: migratetype of the list a free block is on, or the remembered type of a per-CPU block.
    mt: Annotated[Ints, "i1", "pages"]
    # By page: K_*.
    kind: Annotated[Ints, "i1", "pages"]
    # By page: F_* bits.
    flags: Annotated[Ints, "i1", "pages"]
    # By page: process that owns it, 0 = kernel or nobody.
    owner: Annotated[Ints, "i1", "pages"]

    # By list head, counted from the first one: the record on this list that was last asked for, and how many there
    # are from where the list is worked on up to it (prefetch.py).
    ahead: Annotated[Ints, "i4", "heads"]
    lead: Annotated[Ints, "i4", "heads"]

    # By pageblock: migratetype; zone, -1 for a hole; pages of each kind (COUNT_STRIDE columns).
    pb_mt: Annotated[Ints, "i1", "pageblocks"]
    pb_zone: Annotated[Ints, "i1", "pageblocks"]
    count: Annotated[Ints, "i2", "counts"]
    # By pageblock: compaction passes it over (PB_migrate_skip).
    pb_skip: Annotated[Ints, "i1", "pageblocks"]

    # By zone: first page, end page, zone type (0 DMA, 1 DMA32, 2 Normal, 3 Movable), managed pages.
    z_start: Annotated[Ints, "i8", "zones"]
    z_end: Annotated[Ints, "i8", "zones"]
    z_type: Annotated[Ints, "i8", "zones"]
    z_managed: Annotated[Ints, "i8", "zones"]
    # By zone: NR_FREE_PAGES, of these METADATA; pageblocks isolated at this instant.
    z_free: Annotated[Ints, "i8", "zones"]
    z_meta: Annotated[Ints, "i8", "zones"]
    z_isolated: Annotated[Ints, "i8", "zones"]
    # By zone, if counters drift (D_DRIFT): of the free pages CMA; what readers see of NR_FREE_PAGES and
    # NR_FREE_CMA_PAGES; how far a CPU's difference may go, normally and while kswapd is awake.
    z_cma: Annotated[Ints, "i8", "zones"]
    z_seen: Annotated[Ints, "i8", "zones"]
    z_seen_cma: Annotated[Ints, "i8", "zones"]
    z_threshold: Annotated[Ints, "i8", "zones"]
    z_pressure: Annotated[Ints, "i8", "zones"]
    # By zone: watermarks in pages; [zone * 4 + zone type] lowmem_reserve.
    z_min: Annotated[Ints, "i8", "zones"]
    z_low: Annotated[Ints, "i8", "zones"]
    z_high: Annotated[Ints, "i8", "zones"]
    z_reserve: Annotated[Ints, "i8", "reserves"]
    # By zone: watermark_boost in pages, of these what kswapd's round will take back when it ends;
    # ZONE_BOOSTED_WATERMARK; pages in HIGHATOMIC pageblocks.
    z_boost: Annotated[Ints, "i8", "zones"]
    z_round: Annotated[Ints, "i8", "zones"]
    z_boosted: Annotated[Ints, "i8", "zones"]
    z_highatomic: Annotated[Ints, "i8", "zones"]
    # By zone: pages on the file LRU.
    z_file: Annotated[Ints, "i8", "zones"]
    # [zone * ZONE_COMPACT_FIELDS + ZC_*] what compaction remembers of a zone.
    zone_compact: Annotated[Ints, "i8", "zone_compacts"]
    # [(zone * ORDERS + order) * MIGRATETYPES + migratetype] free blocks.
    nr_free: Annotated[Ints, "i8", "buddy_lists"]

    # By zone and cpu (zone * cpus + cpu): pages on the lists, free_factor; by zone: high, batch.
    pcp_count: Annotated[Ints, "i8", "pcps"]
    pcp_factor: Annotated[Ints, "i8", "pcps"]
    # The same index: what this CPU has not yet added to NR_FREE_PAGES and NR_FREE_CMA_PAGES.
    pcp_diff: Annotated[Ints, "i8", "pcps"]
    pcp_diff_cma: Annotated[Ints, "i8", "pcps"]
    pcp_len: Annotated[Ints, "i8", "pcp_lists"]
    pcp_high: Annotated[Ints, "i8", "zones"]
    pcp_batch: Annotated[Ints, "i8", "zones"]

    # By tag region: data pages [start, end), tag pages [start, end), block in pages, first entry in tag_ref.
    r_data: Annotated[Ints, "i8", "regions"]
    r_data_end: Annotated[Ints, "i8", "regions"]
    r_tag: Annotated[Ints, "i8", "regions"]
    r_tag_end: Annotated[Ints, "i8", "regions"]
    r_block: Annotated[Ints, "i8", "regions"]
    r_base: Annotated[Ints, "i8", "regions"]
    # By tag page, first of its block only: 0 not reserved, else 1 + tagged pages it serves (facts 3.2).
    tag_ref: Annotated[Ints, "i4", "tag_pages"]

    # By process: alive, pending SIGKILL, oom_score_adj, cpu.
    p_alive: Annotated[Ints, "i8", "processes"]
    p_fatal: Annotated[Ints, "i8", "processes"]
    p_adj: Annotated[Ints, "i8", "processes"]
    p_cpu: Annotated[Ints, "i8", "processes"]
    # By process: sum of the weights of its workload, 0 when it has left; total in D_WEIGHT.
    p_weight: Annotated[Ints, "i8", "processes"]
    # [process * CLASSES + class] pages held; list cursor (a page or the list head).
    p_count: Annotated[Ints, "i8", "process_classes"]
    p_cursor: Annotated[Ints, "i8", "process_classes"]
    # [(process * CLASSES + class) * WORK_FIELDS + field] weight, target, grow, thp, order, -.
    work: Annotated[Ints, "i8", "works"]
    # [process * 2 + field] pins per 1000 ops, how many ops a pin lasts.
    work_pin: Annotated[Ints, "i8", "pin_params"]

    # Short-term pins, dense: page, since op, until op (-1 until told), process that holds it.
    pin_page: Annotated[Ints, "i8", "pin_rows"]
    pin_since: Annotated[Ints, "i8", "pin_rows"]
    pin_until: Annotated[Ints, "i8", "pin_rows"]
    pin_owner: Annotated[Ints, "i8", "pin_rows"]

    # Program of the scenario, rows of PROGRAM_FIELDS.
    program: Annotated[Ints, "i8", "program_cells"]

    # Scalars: D_* below; vmstat counters: V_*; the request at hand: R_*; generator state.
    dim: Annotated[Ints, "i8", "dims"]
    vm: Annotated[Ints, "i8", "vmstats"]
    req: Annotated[Ints, "i8", "request"]
    rng: Annotated[Ints, "i8", "one"]
    # The compaction at work: CC_*, then pages isolated to migrate, then its free pages, the next to use last.
    cc: Annotated[Ints, "i8", "compact_control"]

    # Prices in ns (X_* in cost.py); [path * COST_BUCKETS + bucket] requests answered, the most that one of them cost;
    # [path * 2 + field] what the last one cost, and where it was counted.
    price: Annotated[Ints, "i8", "prices"]
    cost: Annotated[Ints, "i8", "costs"]
    cost_most: Annotated[Ints, "i8", "costs"]
    cost_last: Annotated[Ints, "i8", "last_costs"]

    # Records: event ring, OOM rows, marks (op, event), series of samples.
    ev: Annotated[Ints, "i4", "event_cells"]
    oom: Annotated[Ints, "i8", "oom_cells"]
    mark: Annotated[Ints, "i8", "mark_cells"]
    series: Annotated[Ints, "i8", "series_cells"]

    # Decisions of one op (core/why.py): empty but in the machine that explains.
    why: Annotated[Ints, "i8", "why_cells"]

    # Replay of a recorded trace (sim/replay), empty in a simulation: rows of TRACE_FIELDS; by page the kind of the
    # next row that touches it while the trace is read backwards, then the page our allocator gave in its place;
    # what was found, RP_*; one row a mismatch.
    rp: Annotated[Ints, "i8", "replay_cells"]
    rp_page: Annotated[Ints, "i4", "replay_pages"]
    rp_sum: Annotated[Ints, "i8", "replay_sums"]
    rp_miss: Annotated[Ints, "i8", "replay_misses"]
    # Requests mode: by page how often we drained it more than the trace; ring of targets that migrations took;
    # our reservations, rows of RP_RES_FIELDS.
    # By pageblock: the type to give back after a contiguous allocation.
    rp_type: Annotated[Ints, "i1", "replay_blocks"]
    rp_drained: Annotated[Ints, "i4", "replay_pages"]
    rp_target: Annotated[Ints, "i8", "replay_targets"]
    rp_res: Annotated[Ints, "i8", "replay_reservations"]


def fields() -> list[tuple[str, str, str]]:
    """(name, element type, name of the length) of every field, in the order of the digest."""
    hints = get_type_hints(State, include_extras=True)
    return [(name, *hint.__metadata__) for name, hint in hints.items()]


def record_type() -> np.dtype[np.void]:
    """The record of a page: the fields of the lengths COLUMNS, filled up to RECORD_BYTES."""
    columns = [(name, code) for name, code, length in fields() if length in COLUMNS]
    used = sum(np.dtype(code).itemsize for _, code in columns)
    return np.dtype([*columns, ("spare", f"V{RECORD_BYTES - used}")])


def make_arrays(shape: dict[str, int]) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Zeroed arrays: every field by name, and what they are views of: the records, and the arrays of one field."""
    whole: dict[str, NDArray[Any]] = {"records": make_records(shape["links"])}
    whole |= {name: np.zeros(shape[length], code) for name, code, length in fields() if length not in COLUMNS + HINTS}
    return views(whole, shape["pages"]), whole


def make_records(number: int) -> NDArray[np.void]:
    """Zeroed records that begin with a cache line, so that four pages share one: buddies of order 0 always do."""
    room = np.zeros(number * RECORD_BYTES + CACHE_LINE, dtype=np.uint8)
    start = -room.ctypes.data % CACHE_LINE
    return room[start : start + number * RECORD_BYTES].view(record_type())


def views(whole: dict[str, NDArray[Any]], pages: int) -> dict[str, NDArray[Any]]:
    """Every field by name, of a machine of so many pages. Hints begin anew."""
    records = whole["records"]
    heads = len(records) - pages
    hints = {name: np.zeros(heads, code) for name, code, length in fields() if length in HINTS}
    size = {"links": len(records), "pages": pages}
    columns = {name: records[name][: size[length]] for name, _, length in fields() if length in COLUMNS}
    return {name: (columns | hints | whole)[name] for name, _, _ in fields()}


# `dim`: what never changes in a run, then the scalars that do.
D_PAGES, D_ZONES, D_CPUS, D_REGIONS, D_POLICY, D_PROCESSES = 0, 1, 2, 3, 4, 5
D_PCP_HEADS, D_OWNER_HEADS, D_LRU_HEADS, D_PROGRAM_ROWS = 6, 7, 8, 9
D_OP, D_PC, D_PC_DONE, D_PINS, D_EVENTS, D_OOMS, D_MARKS, D_SAMPLES, D_SAMPLE_EVERY = 10, 11, 12, 13, 14, 15, 16, 17, 18
D_KSWAPD, D_KSWAPD_FAILURES, D_MARKED, D_RESERVED, D_TAGGED, D_WEIGHT = 19, 20, 21, 22, 23, 24
# What `sim/history.py` looks for in a machine of its own, 0 in every run: events to watch (bits), 1 + the page that
# they must touch; op of the last event that did, and of the last that changed what the page is.
D_WATCH, D_WATCHED, D_TOUCHED, D_CHANGED = 25, 26, 27, 28
# counters drift; the CPU at work, if so; a trace is replayed, requests mode
D_DRIFT, D_CPU, D_REPLAY = 29, 30, 31
# kcompactd has been woken; the order and the highest zone it was asked for; the same of kswapd, and what it has
# reclaimed since it woke.
D_KCOMPACTD, D_KCOMPACTD_ORDER, D_KCOMPACTD_ZONE, D_KSWAPD_ORDER, D_KSWAPD_DONE = 32, 33, 34, 35, 36
# 0, or while a trace is recorded (sim/recording.py) the rows of the larger event ring, a power of two, less one
D_TRACE = 42
# What knobs were turned to (sim/knobs.py): tries of a reservation more than TRIES, 1 + min_free_kbytes; 0: never.
D_TRIES, D_MIN_FREE = 38, 39
# requests that were answered
D_ANSWERED = 40
# decisions are written to `why`: set by sim/explain, 0 in every run
D_EXPLAIN = 41

# `zone_compact`: cursors of the scanners (pages; of the migrate scanner one for async, one for sync), where they were
# put after the last reset (-1 never); deferral; whether kswapd shall clear the skip bits (facts 6.7).
ZC_MIGRATE, ZC_MIGRATE_SYNC, ZC_FREE, ZC_INIT_MIGRATE, ZC_INIT_FREE = 0, 1, 2, 3, 4
ZC_CONSIDERED, ZC_SHIFT, ZC_FAILED, ZC_FLUSH = 5, 6, 7, 8

# `cc`, as struct compact_control: what is asked for,
CC_ZONE, CC_ORDER, CC_MT, CC_MODE, CC_FLAGS, CC_HIGHEST, CC_CPU = 0, 1, 2, 3, 4, 5, 6
CC_DIRECT, CC_WHOLE, CC_IGNORE_SKIP, CC_ANY_BLOCK = 7, 8, 9, 10
# the scanners, the fast searches (fast start: -1 none, -2 used up),
CC_MIGRATE, CC_FREE, CC_FAST_START, CC_SEARCH, CC_FAILS, CC_RESCAN, CC_LAST, CC_UPDATE = 11, 12, 13, 14, 15, 16, 17, 18
# pages in hand, whether one of them was tagged; counts; capture: order wanted (0 none), page (-1 none);
CC_PAGES, CC_FREE_PAGES, CC_TAGGED, CC_SCANNED, CC_FREE_SCANNED, CC_TAKEN = 19, 20, 21, 22, 23, 24
CC_CAPTURE, CC_CAPTURED = 25, 26
# and the request that compacts: result, priority, retries.
CC_RESULT, CC_PRIORITY, CC_RETRIES = 27, 28, 29

# `req`: the request being served, kept until the next one for the narration.
R_PROCESS, R_CLASS, R_ORDER, R_RESULT, R_REFUSALS, R_REFUSED, R_TAG_PAGE, R_PASSES, R_DONE = 0, 1, 2, 3, 4, 5, 6, 7, 8
# what it has cost so far and of this on tag pages that could not be emptied, ns; where its block and tags are from
R_COST, R_PATH, R_LOST = 9, 10, 11

# `vm`: names as /proc/vmstat has them (machine.py prints them).
V_PGALLOC = 0  # by zone type, 0..3
V_PGFREE = 4
V_RESERVE_SUCCESS, V_RESERVE_FAIL, V_RESERVE_FREE = 5, 6, 7
V_MIGRATE_SUCCESS, V_MIGRATE_FAIL, V_DROPPED = 8, 9, 10
V_ALLOCSTALL, V_STEAL_KSWAPD, V_STEAL_DIRECT, V_SCAN_KSWAPD, V_SCAN_DIRECT = 11, 12, 13, 14, 15
V_OOM_KILL, V_PAGEOUTRUN, V_WRITTEN, V_FAILED = 16, 17, 18, 19
V_EXTFRAG, V_REFUSED, V_THP_FALLBACK, V_THP_ALLOC, V_ROLLBACK = 20, 21, 22, 23, 24
V_REFILL, V_PCP_HIT, V_REUSED = 25, 26, 27
V_COMPACT_MIGRATE_SCANNED, V_COMPACT_FREE_SCANNED, V_COMPACT_ISOLATED = 28, 29, 30
V_COMPACT_STALL, V_COMPACT_FAIL, V_COMPACT_SUCCESS = 31, 32, 33
V_DAEMON_WAKE, V_DAEMON_MIGRATE_SCANNED, V_DAEMON_FREE_SCANNED = 34, 35, 36

# `rp_sum`: what a replay counted, and its registers.
RP_ALLOCS, RP_PREDICTED, RP_DRAINS, RP_DRAINS_RIGHT, RP_LOCKED, RP_LOCKED_RIGHT = 0, 1, 2, 3, 4, 5
RP_RESERVES, RP_RESERVES_RIGHT, RP_ISOLATED, RP_MISSED, RP_BULK, RP_DIRECT = 6, 7, 8, 9, 10, 11
RP_FAILED, RP_FAILED_RIGHT, RP_AGAIN, RP_UNSURE, RP_SUMS = 12, 13, 14, 15, 64
RP_MISSES, RP_MISS_FIELDS = 64, 6
RP_PUSHED, RP_POPPED, RP_OURS, RP_CURSOR, RP_END, RP_KILLS, RP_SERVED, RP_AWAKE = 16, 17, 18, 19, 20, 21, 22, 23
RP_HINT_T, RP_HINT_D, RP_HINT_C, RP_HINT_I, RP_USED_T, RP_USED_D, RP_USED_C, RP_USED_I = 24, 25, 26, 27, 28, 29, 30, 31
RP_FAILED_OURS = 32
RP_TARGETS, RP_RES_FIELDS = 4096, 6


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
