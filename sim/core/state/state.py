"""The whole machine as one bundle of named flat arrays.

Each field: element type, length (a name in arrays.py), then index, unit and sentinel in the comment above it.
All integers are signed. "page" is an index into the compact page space of the layout, never a pfn.
"""

from typing import Annotated, Protocol, get_type_hints

PCP_LISTS = 14  # orders 0..3 times U, M, R, then order 9 not movable, order 9 movable
COUNT_STRIDE = 16  # columns of `count`, KINDS of them used
EVENT_ROWS = 1024  # a power of two
OOM_ROWS = 256
OOM_FIELDS = 14
FAILED_ROWS = 64  # requests that failed, of which the numbers of their tests are kept
TEST_FIELDS = 12  # numbers of one watermark test, as zone/watermark_numbers.py has them
REFUSAL_HEAD, REFUSAL_ZONES = 6, 4  # cells before the zones of a refusal; zones at most
REFUSAL_FIELDS = REFUSAL_HEAD + REFUSAL_ZONES * (1 + TEST_FIELDS)
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
PRICES = 18  # names in sim/scenario/costs.py
COST_PATHS = 8  # rows of the histogram of costs, named in sim/scenario/costs.py
COST_BUCKETS = 304  # up to 2^40 ns (cost.py)
MAX_PROCESSES = 17  # 0 is the kernel


COLUMNS = ("pages", "links")  # fields of these lengths are columns of one array of records
RECORD_BYTES = 16
CACHE_LINE = 64
HINTS = ("heads",)  # fields of these lengths change how fast a run is and nothing else: no copy and no digest has them
NOTES = ("refusals",)  # fields of these lengths are read by people only: no copy and no digest has them either


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

    # Scalars: D_* (indices.py); vmstat counters: V_*; the request at hand: R_*; generator state.
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

    # What each zone had for a request that ended in an OOM kill (OOM_ROWS) or failed (FAILED_ROWS): op, order, gfp,
    # process, refusals by tag storage, spare; then for each zone its number + 1 (0: none) and the numbers of its test.
    refusal: Annotated[Ints, "i8", "refusals"]
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
