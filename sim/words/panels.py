"""One sentence a panel, with the number that answers its question at this op. HTML."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from sim.core.state.consts import MAX_ORDER, PAGEBLOCK_ORDER
from sim.run.snapshot import Snapshot
from sim.words.costs import cost_sentence
from sim.words.text import code, part, plural, size
from sim.words.trouble import describe_oom

if TYPE_CHECKING:
    from sim.run.snapshot import ProcessView


def panel_sentence(slug: str, snapshot: Snapshot) -> str:
    """The sentence of a panel. KeyError for a slug that has none."""
    return SENTENCES[slug](snapshot)


def _page_map(snapshot: Snapshot) -> str:
    ledger = snapshot.ledger
    present = sum(zone.present for zone in snapshot.zones)
    tagged = f"Of {size(present)} of memory {part('tagged', size(ledger.tagged))} is tagged"
    lent = ledger.anon + ledger.file + ledger.dirty
    if not ledger.total:
        return f"{tagged}; there is no tag storage."
    return (
        f"{tagged}; tag storage keeps {part('tags', size(ledger.tags))} for tags and lends {part('lent', size(lent))}."
    )


def _free_lists(snapshot: Snapshot) -> str:
    lists = [zone.free_lists for zone in snapshot.zones]
    free = sum(zone.free for zone in snapshot.zones)
    whole = sum(
        int(table[:, order].sum()) << (order - PAGEBLOCK_ORDER)
        for table in lists
        for order in range(PAGEBLOCK_ORDER, MAX_ORDER + 1)
    )
    closed = sum(zone.free_metadata for zone in snapshot.zones)
    meta = f"; {size(closed)} of it is tag storage" if closed else ""
    return f"{part('free', size(free))} is free, {plural(whole, 'whole pageblock')} of it{meta}."


def _tag_storage(snapshot: Snapshot) -> str:
    series, total = snapshot.series, snapshot.ledger.total
    if not total or not len(series.op):
        return "There is no tag storage."
    lent = series.lent_anon + series.lent_file
    most = int(np.argmax(lent))
    back = total - snapshot.ledger.tags
    given = f"Of {size(total)} of tag storage {part('back', size(back))} is given back now"
    if not lent[most]:
        return f"{given}; none of it has held data so far."
    return f"{given}; {part('lent', size(int(lent[most])))} held data at most, at op {int(series.op[most]):,}."


def _pinned(snapshot: Snapshot) -> str:
    pins = [pin for pin in snapshot.pins if pin.in_tag_storage]
    if not snapshot.pins:
        return "Nothing is pinned at this op."
    blocked = sum(pin.blocks_pages for pin in pins)
    many = f"<b>{plural(len(snapshot.pins), 'page')}</b> pinned, <b>{len(pins):,}</b> of them in tag storage"
    return f"{many}: <b>{plural(blocked, 'data page')}</b> cannot be tagged."


def _oom(snapshot: Snapshot) -> str:
    return describe_oom(snapshot.ooms[-1]) if snapshot.ooms else "No OOM so far."


def _processes(snapshot: Snapshot) -> str:
    most = max(snapshot.processes, key=lambda process: process.tagged, default=None)
    if most is None or not most.tagged:
        return _untagged(snapshot.processes)
    total = sum(process.tagged for process in snapshot.processes)
    name = f"{escape(most.name)} ({most.pid})"
    return (
        f"{name} holds {part('tagged', size(most.tagged))} of {size(total)} tagged, {100 * most.tagged / total:.0f}%."
    )


def _untagged(processes: "tuple[ProcessView, ...]") -> str:
    alive = sum(process.alive for process in processes)
    return f"Nobody: none of the {plural(alive, 'process', 'processes')} holds a tagged page."


def _vmstat(snapshot: Snapshot) -> str:
    counters = snapshot.counters
    taken, failed = counters.get("metadata_reserve_success", 0), counters.get("metadata_reserve_fail", 0)
    back, moved = counters.get("metadata_reserve_free", 0), counters.get("pgmigrate_success", 0)
    reserved = f"<b>{plural(taken, 'tag page')}</b> reserved, {back:,} given back, <b>{failed:,}</b> refused"
    return f"Since boot: {reserved}; {plural(moved, 'page')} of data moved out ({code('/proc/vmstat')})."


def _events(snapshot: Snapshot) -> str:
    if not snapshot.events:
        return "Nothing has happened yet."
    bad = sum(event.bad for event in snapshot.events)
    newest = f"The last {plural(len(snapshot.events), 'event')}, up to op {snapshot.events[-1].op:,}"
    return f"{newest}: <b>{bad:,}</b> refused or failed."


SENTENCES: dict[str, Callable[[Snapshot], str]] = {
    "page-map": _page_map,
    "costs": lambda snapshot: cost_sentence(snapshot.costs, snapshot.rules),
    "free-lists": _free_lists,
    "tag-storage": _tag_storage,
    "pinned": _pinned,
    "oom": _oom,
    "processes": _processes,
    "vmstat": _vmstat,
    "events": _events,
}
