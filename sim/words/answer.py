"""The question, the answer so far with live numbers, and how well tag pages are packed. HTML."""

from html import escape
from math import ceil
from typing import TYPE_CHECKING

from sim.core.state.consts import PAGES_PER_TAG_PAGE
from sim.kernel.refusal import Binding
from sim.policies import Policy
from sim.run.snapshot import Ledger, OomView, Snapshot
from sim.words.binding import why_refused
from sim.words.costs import ordinary_cost, tagged_costs
from sim.words.text import code, live_part, part, plural, size, span
from sim.words.trouble import oom_now

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def question(snapshot: Snapshot, scenario: "Scenario") -> str:
    """The scenario's question, or the one that an OOM asks."""
    oom = oom_now(snapshot)
    if oom is None:
        return escape(scenario.question)
    return f"Why is there an OOM with {size(oom.free)} free?"


def answer(snapshot: Snapshot, scenario: "Scenario", rules: Policy) -> str:  # noqa: ARG001 (same for every scenario)
    """One paragraph: what tag storage is doing now."""
    oom, ledger = oom_now(snapshot), snapshot.ledger
    if oom is not None:
        return _oom(oom)
    if not ledger.total:
        return "This machine has no tag storage: nothing in it can be tagged."
    total = f"<b>{size(ledger.total).replace('.0', '')}</b>"
    if not rules.knows_tags:
        return _off(total)
    if rules.keeps:
        return _kept(total, ledger) + ordinary_cost(snapshot.costs)
    return _lent(total, ledger) + (tagged_costs(snapshot.costs) if ledger.tags else "")


def _lent(total: str, ledger: Ledger) -> str:
    back = ledger.total - ledger.tags
    lent = ledger.anon + ledger.file + ledger.dirty
    is_free = f"{live_part('lent', lent)} holds data, {live_part('free', back - lent)} is free"
    if not ledger.tags:
        first = "The first tagged page will take one tag page for itself and its 31 neighbours."
        all_back = f"all of it is given back: {is_free}".replace("all of it", part("back", "all of it"))
        return f"Tag storage is {total}, 1/32 of RAM. Nothing is tagged yet, so {all_back}. {first}"
    needs = f"Tags need {live_part('tags', ledger.tags)} now, so {live_part('back', back)} is given back"
    return f"Tag storage is {total}, 1/32 of RAM. {needs}: {is_free}."


def _kept(total: str, ledger: Ledger) -> str:
    kept = f"Tag storage is {total}, 1/32 of RAM, and this policy keeps {part('tags', 'all of it')}, always."
    full = live_part("tags", ceil(ledger.tagged / PAGES_PER_TAG_PAGE), "full")
    return f"{kept} {live_part('tagged', ledger.tagged)} is tagged, which would fill {full}. Nothing is given back"


def _off(total: str) -> str:
    storage = f"the {total} that would hold tags is <b>ordinary memory</b>, and nothing can be tagged"
    return f"MTE is off ({code('arm64.nomte')}): {storage}. This is the most that any policy could give back."


def _oom(oom: OomView) -> str:
    title = span("fail", f"Out of memory, with {size(oom.free)} free.")
    return f"{title} {why_killed(oom)} {escape(oom.victim)} ({oom.victim_pid}) was killed."


def why_killed(oom: OomView) -> str:
    """The binding test of the request that ended in a kill, as a sentence."""
    refusal = oom.refusal
    if refusal is not None and refusal.binding is not Binding.HELD:
        return f"{why_refused(refusal)}."
    if refusal is None and not oom.refusals:
        return f"{why_refused(None)}."
    page = "The page on offer needed a tag page that could not be emptied"
    storage = f"<b>{size(oom.free_metadata)}</b> of what is free is {part('free', 'tag storage')}"
    return f"{page}, and {storage}, closed to this request." if oom.free > oom.usable else f"{page}."


def failed(snapshot: Snapshot) -> str:
    """How many requests have failed, and what the last one failed by; "" when none has."""
    if not snapshot.failed:
        return ""
    many = f"{plural(snapshot.failed, 'request')} got nothing"
    last = snapshot.last_failed
    if last is None:
        return f"{many}. {why_refused(None)}."
    return f"{many}, the last one at op {last.op:,}, of order {last.order}: {why_refused(last)}."


def packing(snapshot: Snapshot) -> str:
    """How full the reserved tag pages are, between perfect packing and random placement of as many tagged pages."""
    bins, ledger = snapshot.packing, snapshot.ledger
    reserved = sum(bins[1:])
    if not ledger.total or not reserved or not ledger.tagged:
        return "Nothing is tagged, so no tag page holds tags."
    mean = sum(n * pages for n, pages in enumerate(bins)) / reserved
    share = ledger.tagged / (ledger.total * PAGES_PER_TAG_PAGE)
    ideal = ledger.tagged / PAGES_PER_TAG_PAGE
    scattered = ledger.total * (1 - (1 - share) ** PAGES_PER_TAG_PAGE)
    pages = part("tags", plural(reserved, "tag page"))
    holds = f"{pages} {'holds' if reserved == 1 else 'hold'} tags, <b>{mean:.1f} of 32</b> each"
    times, random = reserved / max(ideal, 1), scattered / max(ideal, 1)
    return f"{holds} on average: <b>{times:.1f} times ideal</b>; random placement would be {random:.1f} times."
