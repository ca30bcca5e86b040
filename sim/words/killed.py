"""The story of an OOM kill: who asked, why nothing could be had, who was killed. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.kernel.refusal import Binding
from sim.run.snapshot import OomView, Story
from sim.words.binding import binding_head, why_each_zone, why_refused
from sim.words.reclaimed import reclaimed
from sim.words.teller import Teller, bold, pfn_link
from sim.words.text import plural, size

if TYPE_CHECKING:
    from sim.look.scene import Scene


def tell_oom(scene: "Scene", teller: Teller) -> Story:
    """The last kill of an op."""
    oom = scene.kills[-1]
    thing = f"an order-{oom.order} {'tagged ' if oom.tagged else ''}block" if oom.order else "one page"
    thing = "one tagged page" if oom.tagged and not oom.order else thing
    teller.step("Ask.", f"{bold(f'{oom.requester} ({oom.requester_pid})')} asked for {thing}.")
    _tell_refusals(scene, teller, oom)
    _tell_slow_path(scene, teller)
    _tell_kill(teller, oom)
    _tell_end(scene, teller)
    asked = "It had asked itself." if oom.victim_pid == oom.requester_pid else "It was not the one who asked."
    victim = bold(f"{oom.victim} ({oom.victim_pid})")
    what = "Out of memory" if scene.latest else f"Out of memory, {scene.now - scene.op:,} ops ago"
    return teller.done(f"{victim} was killed with {size(oom.free)} free. {asked}", bad=True, what=what)


def _tell_refusals(scene: "Scene", teller: Teller, oom: OomView) -> None:
    refusal = oom.refusal
    if refusal is not None and refusal.binding is not Binding.HELD:
        teller.step(binding_head(refusal), f"{why_each_zone(refusal)}.", bad=True)
        return
    if not oom.refusals:
        teller.step("Refused.", f"{why_refused(None)}.", bad=True)
        return
    times = "once" if oom.refusals == 1 else f"{oom.refusals} times"
    page = pfn_link(oom.refused_pfn)
    held = next((who for pinned, who in scene.pins.items() if scene.layout.pfn_of(pinned) == oom.tag_pfn), "")
    tags = f"its tags belong in {pfn_link(oom.tag_pfn)}, " if oom.tag_pfn >= 0 else ""
    why = f"which {held} holds" if held else "which cannot be emptied"
    teller.step("Refused.", f"{times.capitalize()}, the last time {page}: {tags}{why}.", bad=True)
    teller.stop(oom.refused_pfn, link=True, bad=True)
    if oom.tag_pfn >= 0:
        teller.stop(oom.tag_pfn, bad=True)


def _tell_slow_path(scene: "Scene", teller: Teller) -> None:
    rounds = [row for row in scene.rows if row.event == c.E_DIRECT_RECLAIM]
    if not scene.whole:
        return
    freed = reclaimed(scene.rows)
    got = f"{plural(len(rounds), 'round')} of direct reclaim got {plural(freed, 'page')} back"
    teller.step("Slow path.", f"{got if rounds else 'Direct reclaim found nothing to drop'}.")


def _tell_kill(teller: Teller, oom: OomView) -> None:
    closed = f", {size(oom.free_metadata)} of it tag storage" if oom.free_metadata else ""
    may = ", which this request may not have" if closed and oom.usable < oom.free else ""
    freed = f" {plural(oom.freed, 'page')} came back." if oom.freed else ""
    victim = bold(f"{oom.victim} ({oom.victim_pid})")
    teller.step("OOM.", f"{size(oom.free)} were free{closed}{may}. {victim} was killed.{freed}", bad=True)


def _tell_end(scene: "Scene", teller: Teller) -> None:
    asks = [row for row in scene.rows if row.event == c.E_ALLOC]
    if not asks:
        return
    if asks[-1].page == c.NO_PAGE:
        teller.step("Nothing.", "The request got nothing all the same.", bad=True)
        return
    pfn = scene.layout.pfn_of(asks[-1].page)
    teller.step("Served.", f"Then the request got {pfn_link(pfn)}.")
    teller.stop(pfn, link=bool(scene.region_of(asks[-1].page)))
