"""The steps of the slow path: daemons, reclaim, compaction, rounds, the OOM killer. HTML."""

from sim.core.state import consts as c
from sim.core.state.gfp import GFP_DIRECT_RECLAIM
from sim.explain import steps as s
from sim.kernel.kernel_trace import COMPACT_RESULTS
from sim.words.text import code, plural
from sim.words.why_text import Telling, Told, no, strong
from sim.words.why_zone import free_text

MOST = 16  # MAX_RECLAIM_RETRIES


def tell_slow(on: Telling, step: s.Slow) -> Told:
    """The slow path begins."""
    if on.request.ask.gfp & GFP_DIRECT_RECLAIM:
        other = f"{strong('May not sleep:')} one more pass, and the request fails."
    else:
        other = f"{strong('May sleep:')} it would reclaim and compact by itself."
    html = f"Nothing in the fast path. {strong('The slow path begins:')} kswapd is told, the mark is {code('min')} now."
    return Told(step.cost, "__alloc_pages_slowpath", html, other, part="slow")


def tell_woken(_on: Telling, step: s.Woken) -> Told:
    """kswapd wakes."""
    other = f"{strong('One zone above high')} and it sleeps on."
    return Told(
        step.cost, "wakeup_kswapd", f"Is no zone above its high mark? {strong('kswapd wakes.')}", other, part="slow"
    )


def tell_reclaim(_on: Telling, step: s.Reclaim) -> Told:
    """Direct reclaim."""
    if step.freed:
        html = f"Is there page cache to drop? {strong(plural(step.freed, 'page') + ' came free.')}"
        other = f"{strong('None:')} a round without progress; {MOST} of them, and it is over."
        return Told(step.cost, "__alloc_pages_direct_reclaim", html, other, part="slow")
    html = f"Is there page cache to drop? {no('None that may go.')}"
    if step.ready:
        html = f"Is memory to be reclaimed for it? {strong('No: compaction may begin.')} Nothing came free."
        return Told(step.cost, "__alloc_pages_direct_reclaim", html, "", part="slow")
    other = f"{strong('A clean file page')} would be freed and a pass made."
    return Told(step.cost, "__alloc_pages_direct_reclaim", html, other, part="slow")


def tell_compact(on: Telling, step: s.Compact) -> Told:
    """Compaction of one zone."""
    name = COMPACT_RESULTS[step.result]
    served = step.result == c.COMPACT_SUCCESS
    said = strong(f"{name}.") if served else no(f"{name}.")
    html = f"Can compaction make a block in {on.zone(step.zone)}? {said}"
    return Told(step.cost, "compact_zone", html, "", part="slow")


def tell_round(_on: Telling, step: s.Round) -> Told:
    """Once more?"""
    asked = "Would some zone pass if all page cache were free?"
    if step.again:
        html = f"{asked} {strong('Yes: another round.')} {_idle(step.idle)}"
        return Told(step.cost, "should_reclaim_retry", html, f"{strong('No:')} the last try, and OOM.", part="slow")
    return Told(step.cost, "should_reclaim_retry", f"{asked} {no('Enough.')} {_idle(step.idle)}", "", part="slow")


def _idle(rounds: int) -> str:
    if not rounds:
        return "This one made progress."
    return f"It is round {rounds} without progress; {MOST} are allowed."


def tell_again(_on: Telling, step: s.Again) -> Told:
    """What was repeated."""
    pages = f", with {step.pages} different pages in all" if step.pages > 1 else ", each time with the same page"
    times = "once more" if step.times == 1 else f"{step.times} times more"
    html = strong(f"The same {times}{pages if step.pages else ''}.")
    if step.last is not None and not step.last.again:
        html += f" {step.last.idle} rounds without progress: {MOST} are allowed, so it ends."
    other = strong("Progress") + " of a single page would have begun the count anew." if step.last else ""
    return Told(step.cost, "", html, other, "again", part="fail" if step.refusals else "slow")


def tell_lost(_on: Telling, step: s.Lost) -> Told:
    """Decisions that nobody kept."""
    html = strong(f"{plural(step.rows, 'decision')} of this op are not kept here: it took too many.")
    return Told(step.cost, "", html, "", "again", part="slow")


def tell_last(_on: Telling, step: s.Last) -> Told:
    """Before the OOM killer."""
    html = f"One last look, {strong('at the high mark')}, without access to tag storage."
    other = f"{strong('Freed meanwhile')} by somebody else: the look would find it, and nobody is killed."
    return Told(step.cost, "__alloc_pages_may_oom", html, other, part="slow")


def tell_oom(on: Telling, step: s.Oom) -> Told:
    """Somebody is killed."""
    asked = on.request.ask.process
    victim = no(f"{on.who(step.victim)} is killed")
    html = f"{victim}, with {free_text(step.free, step.metadata)}."
    other = "" if step.victim == asked else f"{strong('Not who asked:')} {on.who(asked)} asked; the largest is chosen."
    return Told(step.cost, "out_of_memory, oom_kill_process", html, other, "bad", part="slow")


def tell_failed(_on: Telling, step: s.Got) -> Told:
    """Nothing."""
    return Told(step.cost, "__alloc_pages", no("The request gets nothing."), "", "bad", part="slow")
