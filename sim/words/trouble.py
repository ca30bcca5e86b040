"""Pins and OOM kills as sentences. HTML."""

from html import escape

from sim.kernel.refusal import Binding
from sim.run.snapshot import OomView, PinView, Snapshot
from sim.words.binding import why_refused
from sim.words.text import pfn_code, plural, size, span

OOM_SHOWN = 100  # ops that an OOM stays the news at most, where nothing of tag storage happens after it


def oom_now(snapshot: Snapshot) -> OomView | None:
    """The OOM, while it is what has just happened."""
    oom = snapshot.ooms[-1] if snapshot.ooms else None
    told = oom is not None and snapshot.story.op == oom.op and snapshot.op - oom.op <= OOM_SHOWN
    return oom if told else None


def describe_oom(oom: OomView) -> str:
    """One kill: who, by whose request, what was free and what of that was closed."""
    asked = f"{escape(oom.requester)} ({oom.requester_pid}) asked for {_wanted(oom)}" if oom.requester_pid else ""
    killed = span("fail", f"{escape(oom.victim)} ({oom.victim_pid}) was killed")
    other = " It was the one who asked." if oom.victim_pid == oom.requester_pid else " It was not the one who asked."
    free = f"with <b>{size(oom.free)}</b> free"
    closed = f", <b>{size(oom.free_metadata)}</b> of it tag storage" if oom.free_metadata else ""
    return f"{asked}. {_refusals(oom)}{killed} {free}{closed}; {plural(oom.freed, 'page')} came back.{other}"


def _wanted(oom: OomView) -> str:
    if oom.order:
        return f"an order-{oom.order} {'tagged ' if oom.tagged else ''}block"
    return "a tagged page" if oom.tagged else "a page"


def _refusals(oom: OomView) -> str:
    if oom.refusal is not None and oom.refusal.binding is not Binding.HELD:
        return f"{why_refused(oom.refusal)}. "
    if not oom.refusals:
        return f"{why_refused(None)}. "
    times = "once" if oom.refusals == 1 else f"{oom.refusals} times"
    tags = f": its tags belong in {pfn_code(oom.tag_pfn)}, which cannot be emptied" if oom.tag_pfn >= 0 else ""
    return f"It was refused {times}, the last time with {pfn_code(oom.refused_pfn)}{tags}. "


def describe_pin(pin: PinView) -> str:
    """One pin: who, which page, since when, and what it blocks."""
    owner = escape(pin.owner) if pin.owner else "The kernel"
    until = f"until op {pin.until_op:,}" if pin.until_op >= 0 else "until it is unpinned"
    held = f"{owner} holds {pfn_code(pin.pfn)} since op {pin.since_op:,}, {until}."
    if pin.blocks_pfn < 0:
        return f"{held} It lies in ordinary memory and blocks nothing."
    last = pin.blocks_pfn + pin.blocks_pages - 1
    return f"{held} While it lasts, none of {pfn_code(pin.blocks_pfn)} to {pfn_code(last)} can be tagged."
