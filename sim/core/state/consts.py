"""Numbers that the compiled core, its face in `sim/` and the wire format share.

Migratetypes are the kernel's enum with every option on (tag-storage facts 2.1); page kinds are ours.
"""

# Orders and sizes.
MAX_ORDER = 10  # largest order of the buddy lists (v6.1: MAX_ORDER 11, exclusive)
ORDERS = MAX_ORDER + 1
PAGEBLOCK_ORDER = 9
PAGEBLOCK_PAGES = 1 << PAGEBLOCK_ORDER
COSTLY_ORDER = 3  # PAGE_ALLOC_COSTLY_ORDER
PAGES_PER_TAG_PAGE = 32  # a 4-bit tag for every 16 bytes

# Migratetypes (enum migratetype).
UNMOVABLE = 0
MOVABLE = 1
RECLAIMABLE = 2
PCPTYPES = 3  # types below this have per-CPU lists
HIGHATOMIC = 3
CMA = 4
METADATA = 5
ISOLATE = 6
MIGRATETYPES = 7

# Page kinds: what a page is, one number a page; also the column of every per-pageblock count.
K_HOLE = 0
K_KERNEL = 1  # reserved by the kernel at boot
K_FREE = 2
K_PCP = 3
K_UNMOVABLE = 4
K_SLAB = 5
K_ANON = 6
K_FILE = 7  # page cache, clean
K_DIRTY = 8  # page cache, dirty
K_TAGGED = 9
K_PAGETABLE = 10
K_TAGS = 11  # a tag page that is reserved for tags
K_ISOLATED = 12
KINDS = 13

# Page flags (bits of `flags`).
F_TAGGED = 1  # counts in the references of its tag page (PG_mte_tagged)
F_STORAGE = 2  # PG_tag_storage_reserved
F_HEAD = 4  # first page of an allocated block; `order` is its order
F_PINNED = 8  # somebody holds a short-term reference
F_WISHED = 16  # asked for tags where there are none (MTE is off)
F_ISOLATED = 32  # compaction has it in hand: off the LRU, as far as others can see

NO_PAGE = -1

# What a request is for. The order of these is the order of the classes of a process.
C_ANON = 0
C_TAGGED = 1
C_SLAB = 2
C_UNMOVABLE = 3
C_PAGETABLE = 4
C_FILE = 5
C_DIRTY = 6
CLASSES = 7
OWNED_CLASSES = 5  # classes below this hang on a list of their process; page cache hangs on the zone's LRU

# Results of a request.
OK = 0
EBUSY = -16
ENOMEM = -12
EINTR = -4
EINVAL = -22

# Events: rows of the event ring are (op, event, process, page, order, a, b, c, d, e).
E_ALLOC = 1  # a = migratetype, b = gfp, c = ns it cost, d = of these on tag pages not to be had; NO_PAGE: it failed
E_FREE = 2
E_EXTFRAG = 3  # order = alloc_order, a = fallback_order, b = alloc type, c = fallback type, d = change_ownership
E_RESERVE = 4  # a = block, b = nblocks, c = taken, d = tries, e = ret (metadata_reserve)
E_RELEASE = 5  # a = block, b = refs left, c = released 1, 0, or -1 when the block was not reserved (metadata_free)
E_RETURN = 6  # a = merged page, b = merged order, c = alone on its list, d = is_tail (metadata_return)
E_PIN = 7
E_UNPIN = 8
E_MIGRATE = 9  # page = source, a = destination, b = kind, c = process, d = MR_*, e = MIGRATE_*
E_DROP = 10  # page = clean file page dropped to empty a tag page
E_KSWAPD_WAKE = 11  # order; a = zone
E_DIRECT_RECLAIM = 12  # a = reclaimed
E_OOM_KILL = 13  # process = victim, a = requester, b = free pages, c = free METADATA pages, d = row of the OOM records
E_EXIT = 14  # process left, a = pages freed
E_SUITABLE = 15  # mm_compaction_suitable: order, a = zone, b = COMPACT_*
E_DEFERRED, E_DEFER, E_DEFER_RESET = 16, 17, 18  # order, a = zone, b = order_failed, c = considered, d = shift
E_COMPACT_BEGIN = 19  # page = migrate scanner, a = free scanner, b = zone, c = mode
E_COMPACT_END = 20  # the same, d = COMPACT_*
E_ISOLATE_MIGRATE, E_ISOLATE_FREE = 21, 22  # page = start, a = end, b = scanned, c = taken
E_COMPACT_PAGES = 23  # mm_compaction_migratepages: a = migrated, b = failed
E_COMPACT_TRY = 24  # mm_compaction_try_to_compact_pages: order, a = gfp, b = priority
E_COMPACT_FINISHED = 25  # order, a = zone, b = COMPACT_*
E_KCOMPACTD_WAKEUP, E_KCOMPACTD_WAKE, E_KCOMPACTD_SLEEP = 26, 27, 28  # order, a = highest zone
E_KSWAPD_SLEEP = 29
E_RECLAIM_BEGIN = 30  # order; a = gfp
E_MIGRATE_START = 40  # mm_migrate_pages_start: a = MR_*, b = MIGRATE_*; one a batch
E_MIGRATE_PAGES = 41  # mm_migrate_pages, the end of a batch: a = MR_*, b = MIGRATE_*, c = succeeded, d = failed
E_KSWAPD_WAKEUP = 45  # mm_vmscan_wakeup_kswapd: order, a = gfp
E_RECLAIM_RETRY = 46  # reclaim_retry_zone: order, a = zone, b = reclaimable, c = available, d = min, e = 2 * loops + ok
# While a trace is recorded only (D_TRACE):
E_LOCKED = 42  # mm_page_alloc_zone_locked: a = type of the list
E_DRAIN = 43  # mm_page_pcpu_drain: a = type it is freed as
E_BATCHED = 44  # mm_page_free_batched
EVENT_FIELDS = 10
E_REFUSED = 0  # to watch only, no row: a reservation that failed
CHANGES = (
    1 << E_ALLOC | 1 << E_FREE | 1 << E_RESERVE | 1 << E_RELEASE | 1 << E_MIGRATE | 1 << E_DROP
)  # of what a page is

# Why a page moves (enum migrate_reason; only those that happen here).
MR_CONTIG_RANGE, MR_COMPACTION = 0, 1

# Modes of compaction (enum migrate_mode), priorities of direct compaction, results in rising order (facts 5).
MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC = 0, 1, 2
PRIO_SYNC_FULL, PRIO_SYNC_LIGHT, PRIO_ASYNC = 0, 1, 2
COMPACT_NOT_SUITABLE_ZONE, COMPACT_SKIPPED, COMPACT_DEFERRED, COMPACT_NO_SUITABLE_PAGE = 0, 1, 2, 3
COMPACT_CONTINUE, COMPACT_COMPLETE, COMPACT_PARTIAL_SKIPPED, COMPACT_CONTENDED, COMPACT_SUCCESS = 4, 5, 6, 7, 8

# Steps of a scenario's program: rows are (step, process, class, order, count, argument).
S_ALLOC = 1  # argument = gfp bits beside those of the class
S_FREE = 2  # argument 0 newest first, 1 oldest first
S_PIN = 3  # argument = page
S_UNPIN = 4  # argument = page
S_DRAIN = 5  # drain_all_pages
S_WORK = 6  # `count` ops of the seeded workload
S_EXIT = 7  # the process ends
S_FREE_PAGE = 8  # argument = page
S_BULK = 20  # argument = pages that one op asks for (__alloc_pages_bulk)
S_SPLIT = 21  # argument = page
S_COMPACT = 9  # all zones, whole (/proc/sys/vm/compact_memory)
PROGRAM_FIELDS = 6

# Rows of a recorded trace (sim/replay): kind, page (-1 none), order, migratetype, four numbers a, b, c, d that depend
# on the kind, pid, cpu. Names of the kernel's events in the comment where they differ.
T_ALLOC = 1  # a = gfp; page -1 when it failed
T_FREE = 2  # a = 1: it was tagged (requests mode)
T_BATCHED = 3
T_LOCKED = 4  # mm_page_alloc_zone_locked; a = percpu_refill
T_DRAIN = 5  # mm_page_pcpu_drain; b = 1: a list had overflowed (requests mode)
T_EXTFRAG = 6  # migratetype = wanted, a = fallback_order, b = type stolen from, c = change_ownership
T_ISOLATE_FREE = 7  # page = start, a = end (pfn, then page), b = nr_scanned, c = nr_taken
T_ISOLATE_MIGRATE = 8  # the same
T_MIGRATE = 9  # mm_migrate_pages_start; a = 1 for reason contig_range
T_COMPACT_BEGIN, T_COMPACT_END = 10, 11
T_COMPACT_TRY = 12  # try_to_compact_pages; b = priority
T_WAKEUP, T_KSWAPD_WAKE, T_KSWAPD_SLEEP = 13, 14, 15
T_RECLAIM_BEGIN = 16
T_RECLAIM_END = 17  # b = nr_reclaimed
T_RETRY = 18  # reclaim_retry_zone; b = no_progress_loops, c = wmark_check
T_VICTIM = 19  # b = pid
T_RESERVE = 20  # metadata_reserve; migratetype = tries, a = block, b = nblocks, c = taken, d = ret
T_RELEASE = 21  # metadata_free; a = block, b = refs, c = released, -1 if it was not reserved, d = 1: for all blocks
T_RETURN = 22  # metadata_return; a = merged page, b = merged order
T_PIN, T_UNPIN = 23, 24
T_DRAIN_ALL = 29  # somebody asked for all LRU caches and per-CPU lists to be emptied
# Not printed by the kernel: a pageblock (its first page) is isolated, and given back; a request starts, as its
# mm_page_alloc in row b says, c = 1 after direct reclaim with progress, d = 1 if that is a hint; kswapd ends a round.
T_CONTIG_BEGIN, T_CONTIG_END = 25, 26
T_REQUEST = 27
T_KSWAPD_END = 28
T_FOLD = 30  # a second of the clock begins: vmstat_update
T_NOTHING = 0
TRACE_FIELDS = 10
