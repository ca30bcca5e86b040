"""Rows of the core's event ring as the kernel's trace prints them, and as sentences.

Stock events are those of v6.1 (page-allocator facts section 9); `metadata_*` are the events of the recorded ports of
RFC v1. Addresses of struct page are printed as `no_hash_pointers` would. `reclaim_clean_pages_from_list` and
`move_to_new_folio`, a page that is dropped and one that moves, have no event of their own in the kernel; they are
printed as `trace_printk` would.
"""

from collections.abc import Callable, Sequence

from sim.core.state import consts
from sim.kernel.gfp import gfp_text
from sim.kernel.trace_row import Names, Row
from sim.run.snapshot import Event
from sim.scenario.layout import Layout
from sim.scenario.layout_checks import ZONE_ORDER
from sim.words.events import event_sentence

VMEMMAP = 0xFFFFFC0000000000  # 48-bit virtual addresses, 4 KiB pages
STRUCT_PAGE = 64
MODES = ("MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC")
REASONS = ("contig_range", "compaction")
COMPACT_RESULTS = (
    "not_suitable_zone",
    "skipped",
    "deferred",
    "no_suitable_page",
    "continue",
    "complete",
    "partial_skipped",
    "contended",
    "success",
)
COMM = 15  # bytes of a process name that the kernel keeps


def decode(row: Sequence[int], layout: Layout, processes: Names) -> Event:
    """One row as an event."""
    fields = Row(*row)
    name, body = LINES[fields.event]
    sentence = event_sentence(fields, layout, processes)
    return Event(fields.op, name, f"{name}: {body(fields, layout, processes)}", sentence, is_bad(fields))


def is_bad(row: Row) -> bool:
    """Whether it is a refusal, a failure or an OOM."""
    match row.event:
        case consts.E_ALLOC:
            return row.page < 0
        case consts.E_RESERVE:
            return row.e != consts.OK
        case consts.E_RELEASE:
            return row.c < 0
        case _:
            return row.event in {consts.E_RETURN, consts.E_OOM_KILL}


def _page(page: int, layout: Layout) -> str:
    """`page=... pfn=...`; a failed allocation prints zeros."""
    if page < 0:
        return f"page={0:016x} pfn=0x0"
    pfn = layout.pfn_of(page)
    return f"page={VMEMMAP + (pfn - layout.banks[0].start_pfn) * STRUCT_PAGE:016x} pfn={pfn:#x}"


def _alloc(row: Row, layout: Layout, _: Names) -> str:
    return f"{_page(row.page, layout)} order={row.order} migratetype={row.a} gfp_flags={gfp_text(row.b)}"


def _free(row: Row, layout: Layout, _: Names) -> str:
    return f"{_page(row.page, layout)} order={row.order}"


def _extfrag(row: Row, layout: Layout, _: Names) -> str:
    return (
        f"{_page(row.page, layout)} alloc_order={row.order} fallback_order={row.a} "
        f"pageblock_order={consts.PAGEBLOCK_ORDER} alloc_migratetype={row.b} fallback_migratetype={row.c} "
        f"fragmenting={int(row.a < consts.PAGEBLOCK_ORDER)} change_ownership={row.d}"
    )


def _reserve(row: Row, layout: Layout, _: Names) -> str:
    pfn, block = layout.pfn_of(row.page), layout.pfn_of(row.a)
    taken = f"nblocks={row.b} taken={row.c} tries={row.d} ret={row.e}"
    return f"pfn={pfn:#x} order={row.order} block={block:#x} {taken}"


def _release(row: Row, layout: Layout, _: Names) -> str:
    pfn, block = layout.pfn_of(row.page), layout.pfn_of(row.a)
    return f"pfn={pfn:#x} order={row.order} block={block:#x} refs={row.b} released={row.c}"


def _return(row: Row, layout: Layout, _: Names) -> str:
    pfn, merged = layout.pfn_of(row.page), layout.pfn_of(row.a)
    where = f"merged_pfn={merged:#x} merged_order={row.b} alone={row.c} is_tail={row.d}"
    return f"pfn={pfn:#x} order={row.order} {where}"


def _pfn(row: Row, layout: Layout, _: Names) -> str:
    return f"pfn={layout.pfn_of(row.page):#x}"


def _migrate(row: Row, layout: Layout, _: Names) -> str:
    source, target = layout.pfn_of(row.page), layout.pfn_of(row.a)
    return f"src={source:#x} dst={target:#x} mode={MODES[row.e]} reason={REASONS[row.d]}"


def _migrate_start(row: Row, _layout: Layout, _: Names) -> str:
    return f"mode={MODES[row.b]} reason={REASONS[row.a]}"


def _migrate_pages(row: Row, layout: Layout, names: Names) -> str:
    thp = "nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0"
    return f"nr_succeeded={row.c} nr_failed={row.d} {thp} {_migrate_start(row, layout, names)}"


def _locked(row: Row, layout: Layout, _: Names) -> str:
    """percpu_refill is what its name says for refills only: the order is one of a per-CPU list, the type U, M or R."""
    small = row.order <= consts.COSTLY_ORDER or row.order == consts.PAGEBLOCK_ORDER
    refill = int(small and row.a < consts.PCPTYPES)
    return f"{_drain(row, layout, _)} percpu_refill={refill}"


def _drain(row: Row, layout: Layout, _: Names) -> str:
    return f"{_page(row.page, layout)} order={row.order} migratetype={row.a}"


def _kswapd(row: Row, _layout: Layout, _: Names) -> str:
    return f"nid=0 order={row.order}"


def _wakeup(row: Row, _layout: Layout, _: Names) -> str:
    return f"nid=0 order={row.order} gfp_flags={gfp_text(row.a)}"


def _retry(row: Row, layout: Layout, _: Names) -> str:
    numbers = f"reclaimable={row.b} available={row.c} min_wmark={row.d}"
    return f"{_zone(row.a, layout)} order={row.order} {numbers} no_progress_loops={row.e >> 1} wmark_check={row.e & 1}"


def _nothing(_row: Row, _layout: Layout, _: Names) -> str:
    return "nid=0"


def _kcompactd(row: Row, _layout: Layout, _: Names) -> str:
    return f"nid=0 order={row.order} classzone_idx={ZONE_ORDER[row.a]:<8}"


def _reclaim_begin(row: Row, _layout: Layout, _: Names) -> str:
    return f"order={row.order} gfp_flags={gfp_text(row.a)}"


def _zone(zone: int, layout: Layout) -> str:
    return f"node=0 zone={layout.zones[zone]:<8}"


def _verdict(row: Row, layout: Layout, _: Names) -> str:
    """`suitable` and `finished`; the order is -1 when all of the zone is compacted."""
    return f"{_zone(row.a, layout)} order={row.order} ret={COMPACT_RESULTS[row.b]}"


def _deferral(row: Row, layout: Layout, _: Names) -> str:
    numbers = f"order={row.order} order_failed={row.b} consider={row.c} limit={1 << row.d}"
    return f"{_zone(row.a, layout)} {numbers}"


def _compact(row: Row, layout: Layout, _: Names) -> str:
    banks = layout.zone_banks(layout.zones[row.b])
    scanners = f"migrate_pfn={_scanner(row.page, layout):#x} free_pfn={_scanner(row.a, layout):#x}"
    mode = "async" if row.c == consts.MIGRATE_ASYNC else "sync"
    return f"zone_start={banks[0].start_pfn:#x} {scanners} zone_end={banks[-1].end:#x}, mode={mode}"


def _scanner(page: int, layout: Layout) -> int:
    """A scanner may stand just behind the end of its zone."""
    pfn = layout.pfn_of(page)
    return pfn if pfn >= 0 else layout.pfn_of(page - 1) + 1


def _compact_end(row: Row, layout: Layout, names: Names) -> str:
    return f"{_compact(row, layout, names)} status={COMPACT_RESULTS[row.d]}"


def _isolate(row: Row, layout: Layout, _: Names) -> str:
    first = layout.pfn_of(row.page)
    return f"range=({first:#x} ~ {first + row.a - row.page:#x}) nr_scanned={row.b} nr_taken={row.c}"


def _compacted(row: Row, _layout: Layout, _: Names) -> str:
    return f"nr_migrated={row.a} nr_failed={row.b}"


def _try(row: Row, _layout: Layout, _: Names) -> str:
    return f"order={row.order} gfp_mask={gfp_text(row.a)} priority={row.b}"


def _reclaim(row: Row, _layout: Layout, _: Names) -> str:
    return f"nr_reclaimed={row.a}"


def _victim(row: Row, _layout: Layout, processes: Names) -> str:
    name, pid = processes[row.process]
    return f"pid={pid} comm={name[:COMM]}"


def _exit(row: Row, _layout: Layout, processes: Names) -> str:
    name, pid = processes[row.process]
    return f"comm={name[:COMM]} pid={pid} prio=120"


LINES: dict[int, tuple[str, Callable[[Row, Layout, Names], str]]] = {
    consts.E_ALLOC: ("mm_page_alloc", _alloc),
    consts.E_FREE: ("mm_page_free", _free),
    consts.E_EXTFRAG: ("mm_page_alloc_extfrag", _extfrag),
    consts.E_RESERVE: ("metadata_reserve", _reserve),
    consts.E_RELEASE: ("metadata_free", _release),
    consts.E_RETURN: ("metadata_return", _return),
    consts.E_PIN: ("metadata_pin", _pfn),
    consts.E_UNPIN: ("metadata_unpin", _pfn),
    consts.E_MIGRATE: ("move_to_new_folio", _migrate),
    consts.E_MIGRATE_START: ("mm_migrate_pages_start", _migrate_start),
    consts.E_MIGRATE_PAGES: ("mm_migrate_pages", _migrate_pages),
    consts.E_LOCKED: ("mm_page_alloc_zone_locked", _locked),
    consts.E_DRAIN: ("mm_page_pcpu_drain", _drain),
    consts.E_BATCHED: ("mm_page_free_batched", _free),
    consts.E_DROP: ("reclaim_clean_pages_from_list", _pfn),
    consts.E_SUITABLE: ("mm_compaction_suitable", _verdict),
    consts.E_COMPACT_FINISHED: ("mm_compaction_finished", _verdict),
    consts.E_DEFERRED: ("mm_compaction_deferred", _deferral),
    consts.E_DEFER: ("mm_compaction_defer_compaction", _deferral),
    consts.E_DEFER_RESET: ("mm_compaction_defer_reset", _deferral),
    consts.E_COMPACT_BEGIN: ("mm_compaction_begin", _compact),
    consts.E_COMPACT_END: ("mm_compaction_end", _compact_end),
    consts.E_ISOLATE_MIGRATE: ("mm_compaction_isolate_migratepages", _isolate),
    consts.E_ISOLATE_FREE: ("mm_compaction_isolate_freepages", _isolate),
    consts.E_COMPACT_PAGES: ("mm_compaction_migratepages", _compacted),
    consts.E_COMPACT_TRY: ("mm_compaction_try_to_compact_pages", _try),
    consts.E_KCOMPACTD_WAKEUP: ("mm_compaction_wakeup_kcompactd", _kcompactd),
    consts.E_KCOMPACTD_WAKE: ("mm_compaction_kcompactd_wake", _kcompactd),
    consts.E_KCOMPACTD_SLEEP: ("mm_compaction_kcompactd_sleep", _nothing),
    consts.E_KSWAPD_SLEEP: ("mm_vmscan_kswapd_sleep", _nothing),
    consts.E_RECLAIM_BEGIN: ("mm_vmscan_direct_reclaim_begin", _reclaim_begin),
    consts.E_KSWAPD_WAKEUP: ("mm_vmscan_wakeup_kswapd", _wakeup),
    consts.E_RECLAIM_RETRY: ("reclaim_retry_zone", _retry),
    consts.E_KSWAPD_WAKE: ("mm_vmscan_kswapd_wake", _kswapd),
    consts.E_DIRECT_RECLAIM: ("mm_vmscan_direct_reclaim_end", _reclaim),
    consts.E_OOM_KILL: ("mark_victim", _victim),
    consts.E_EXIT: ("sched_process_exit", _exit),
}
