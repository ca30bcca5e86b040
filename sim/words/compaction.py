"""What compaction and reclaim do, as sentences: one for each event of theirs."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.core.state import consts
from sim.scenario.layout import Layout
from sim.words.text import plural

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row

Names = Sequence[tuple[str, int]]
ENDINGS = {
    consts.COMPACT_COMPLETE: "the scanners met",
    consts.COMPACT_PARTIAL_SKIPPED: "the scanners met, a part of the zone was left out",
    consts.COMPACT_CONTENDED: "there was no free page left to move to",
    consts.COMPACT_SUCCESS: "there is a block for the request now",
    consts.COMPACT_CONTINUE: "it goes on",
    consts.COMPACT_NO_SUITABLE_PAGE: "it goes on",
}
MODES = ("async", "sync-light", "sync")
WHY_MOVED = ("tags that belong in their place", "compaction")  # by MR_*
PRIORITIES = ("full", "sync-light", "async")


def _zone(zone: int, layout: Layout) -> str:
    return f"zone {layout.zones[zone]}"


def _suitable(row: "Row", layout: Layout, _: Names) -> str:
    verdict = {
        consts.COMPACT_SUCCESS: "needs no compaction: the watermark is met and there is a block",
        consts.COMPACT_CONTINUE: "is worth compacting",
        consts.COMPACT_SKIPPED: "is not worth compacting: too little is free",
    }.get(row.b, "is not worth compacting: memory is short rather than in pieces")
    wanted = f" for order {row.order}" if row.order >= 0 else ""
    return f"{_zone(row.a, layout).capitalize()} {verdict}{wanted}."


def _finished(row: "Row", layout: Layout, _: Names) -> str:
    return f"Is compaction of {_zone(row.a, layout)} done? {ENDINGS[row.b].capitalize()}."


def _deferred(row: "Row", layout: Layout, _: Names) -> str:
    tries = f"{plural(row.c, 'attempt')} of {1 << row.d}"
    return f"Compaction of {_zone(row.a, layout)} for order {row.order} is left out, {tries}: it failed before."


def _defer(row: "Row", layout: Layout, _: Names) -> str:
    left_out = plural((1 << row.d) - 1, "attempt")
    return f"Compaction of {_zone(row.a, layout)} did not help: the next {left_out} from order {row.b} on are left out."


def _defer_reset(row: "Row", layout: Layout, _: Names) -> str:
    return f"Compaction of {_zone(row.a, layout)} works for order {row.order}: it is not put off below order {row.b}."


def _begin(row: "Row", layout: Layout, _: Names) -> str:
    return f"Compaction of {_zone(row.b, layout)} begins, {MODES[row.c]}."


def _end(row: "Row", layout: Layout, _: Names) -> str:
    return f"Compaction of {_zone(row.b, layout)} ends: {ENDINGS[row.d]}."


def _isolate(taken: str, row: "Row", layout: Layout) -> str:
    first = layout.pfn_of(row.page)
    return f"Compaction looked at {plural(row.b, 'page')} from {first:#x} on and took {plural(row.c, taken)}."


def _isolate_migrate(row: "Row", layout: Layout, _: Names) -> str:
    return _isolate("page to move", row, layout).replace("page to moves", "pages to move")


def _isolate_free(row: "Row", layout: Layout, _: Names) -> str:
    return _isolate("free page", row, layout)


def _pages(row: "Row", _layout: Layout, _: Names) -> str:
    failed = f", {row.b:,} could not move" if row.b else ""
    return f"Compaction moved {plural(row.a, 'page')}{failed}."


def _try(row: "Row", _layout: Layout, processes: Names) -> str:
    name, pid = processes[row.process]
    who = f"{name} ({pid})" if pid else "The kernel"
    return f"{who} found no order-{row.order} block and compacts memory itself ({PRIORITIES[row.b]})."


def _wakeup(row: "Row", _layout: Layout, _: Names) -> str:
    return f"kcompactd was asked for blocks of order {row.order}."


def _wake(row: "Row", _layout: Layout, _: Names) -> str:
    return f"kcompactd works for blocks of order {row.order}."


def _sleep(_row: "Row", _layout: Layout, _: Names) -> str:
    return "kcompactd sleeps again."


def _kswapd_sleep(_row: "Row", _layout: Layout, _: Names) -> str:
    return "kswapd sleeps again: free memory is above the high watermark, or nothing more can be reclaimed."


def _kswapd_wakeup(row: "Row", _layout: Layout, _: Names) -> str:
    return f"kswapd is woken for blocks of order {row.order}."


def _reclaim_retry(row: "Row", layout: Layout, _: Names) -> str:
    loops = f"after {plural(row.e >> 1, 'round')} without progress" if row.e >> 1 else "after progress"
    enough = "could serve the request" if row.e & 1 else "would not be enough"
    return f"Zone {layout.zones[row.a]} with all its file pages free {enough}, {loops}."


def _reclaim_begin(row: "Row", _layout: Layout, processes: Names) -> str:
    name, pid = processes[row.process]
    who = f"{name} ({pid})" if pid else "The kernel"
    return f"{who} begins to reclaim by itself."


def _batch_start(row: "Row", _layout: Layout, _: Names) -> str:
    return f"Pages begin to move, for {WHY_MOVED[row.a]}."


def _batch_end(row: "Row", _layout: Layout, _: Names) -> str:
    failed = f", {row.d:,} could not" if row.d else ""
    return f"{plural(row.c, 'page')} moved together{failed}, for {WHY_MOVED[row.a]}."


SENTENCES: dict[int, Callable[["Row", Layout, Names], str]] = {
    consts.E_SUITABLE: _suitable,
    consts.E_COMPACT_FINISHED: _finished,
    consts.E_DEFERRED: _deferred,
    consts.E_DEFER: _defer,
    consts.E_DEFER_RESET: _defer_reset,
    consts.E_COMPACT_BEGIN: _begin,
    consts.E_COMPACT_END: _end,
    consts.E_ISOLATE_MIGRATE: _isolate_migrate,
    consts.E_ISOLATE_FREE: _isolate_free,
    consts.E_COMPACT_PAGES: _pages,
    consts.E_COMPACT_TRY: _try,
    consts.E_MIGRATE_START: _batch_start,
    consts.E_MIGRATE_PAGES: _batch_end,
    consts.E_KCOMPACTD_WAKEUP: _wakeup,
    consts.E_KCOMPACTD_WAKE: _wake,
    consts.E_KCOMPACTD_SLEEP: _sleep,
    consts.E_KSWAPD_SLEEP: _kswapd_sleep,
    consts.E_RECLAIM_BEGIN: _reclaim_begin,
    consts.E_KSWAPD_WAKEUP: _kswapd_wakeup,
    consts.E_RECLAIM_RETRY: _reclaim_retry,
}
