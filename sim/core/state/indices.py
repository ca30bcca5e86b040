"""Where things stand in the arrays `dim`, `zone_compact`, `cc`, `req`, `vm` and `rp_sum` of State."""

# `dim`: what never changes in a run, then the scalars that do.
D_PAGES, D_ZONES, D_CPUS, D_REGIONS, D_RULES, D_PROCESSES = 0, 1, 2, 3, 4, 5
D_PCP_HEADS, D_OWNER_HEADS, D_LRU_HEADS, D_PROGRAM_ROWS = 6, 7, 8, 9
D_OP, D_PC, D_PC_DONE, D_PINS, D_EVENTS, D_OOMS, D_MARKS, D_SAMPLES, D_SAMPLE_EVERY = 10, 11, 12, 13, 14, 15, 16, 17, 18
D_KSWAPD, D_KSWAPD_FAILURES, D_MARKED, D_RESERVED, D_TAGGED, D_WEIGHT = 19, 20, 21, 22, 23, 24
# What `sim/run/history.py` looks for in a machine of its own, 0 in every run: events to watch (bits), 1 + the page that
# they must touch; op of the last event that did, and of the last that changed what the page is.
D_WATCH, D_WATCHED, D_TOUCHED, D_CHANGED = 25, 26, 27, 28
# counters drift; the CPU at work, if so; a trace is replayed, requests mode
D_DRIFT, D_CPU, D_REPLAY = 29, 30, 31
# kcompactd has been woken; the order and the highest zone it was asked for; the same of kswapd, and what it has
# reclaimed since it woke.
D_KCOMPACTD, D_KCOMPACTD_ORDER, D_KCOMPACTD_ZONE, D_KSWAPD_ORDER, D_KSWAPD_DONE = 32, 33, 34, 35, 36
# 0, or while a trace is recorded (sim/run/recording.py) the rows of the larger
# event ring, a power of two, less one
D_TRACE = 42
# What knobs were turned to (sim/kernel/knobs.py): tries of a reservation more than TRIES, 1 + min_free_kbytes;
# 0: never.
D_TRIES, D_MIN_FREE = 38, 39
# migratetype of lent tag pageblocks, counted down from METADATA (sim/core/rules.py)
D_HOME = 37
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
V_LEFT = 37  # references that freed pages have left on tag blocks for good (W7)

# `rp_sum`: what a replay counted, and its registers.
RP_ALLOCS, RP_PREDICTED, RP_DRAINS, RP_DRAINS_RIGHT, RP_LOCKED, RP_LOCKED_RIGHT = 0, 1, 2, 3, 4, 5
RP_RESERVES, RP_RESERVES_RIGHT, RP_ISOLATED, RP_MISSED, RP_BULK, RP_DIRECT = 6, 7, 8, 9, 10, 11
RP_FAILED, RP_FAILED_RIGHT, RP_AGAIN, RP_UNSURE, RP_SUMS = 12, 13, 14, 15, 64
RP_MISSES, RP_MISS_FIELDS = 64, 6
RP_PUSHED, RP_POPPED, RP_OURS, RP_CURSOR, RP_END, RP_KILLS, RP_SERVED, RP_AWAKE = 16, 17, 18, 19, 20, 21, 22, 23
RP_HINT_T, RP_HINT_D, RP_HINT_C, RP_HINT_I, RP_USED_T, RP_USED_D, RP_USED_C, RP_USED_I = 24, 25, 26, 27, 28, 29, 30, 31
RP_FAILED_OURS, RP_SCANNED = 32, 33
RP_TARGETS, RP_RES_FIELDS = 4096, 6
