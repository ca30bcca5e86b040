"""The story of a tagged request: asked, offered, reserved or refused, zone after zone. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.run.snapshot import Story
from sim.words.attempts import Attempt, Request, requests_of
from sim.words.events import who
from sim.words.refused import how_refused, title_of_rollback
from sim.words.reserved import how_reserved
from sim.words.teller import Teller, bold, pfn_link
from sim.words.text import plural

if TYPE_CHECKING:
    from sim.look.scene import Scene

SHOWN = 3  # pages offered that are told one by one; of more, the first two and the last


def tell_request(scene: "Scene", teller: Teller) -> Story:
    """All of it, and the fallback from a huge page in the same op."""
    requests = requests_of(scene.rows)
    if not requests:
        return teller.done(f"The events of op {scene.op:,} are too many to be told one by one.")
    for request in requests:
        tell_attempts(scene, teller, request)
    bad = any(request.refused for request in requests)
    return teller.done(_title(scene, requests), bad=bad)


def tell_attempts(scene: "Scene", teller: Teller, request: Request) -> None:
    """Ask, and what each zone offered."""
    order = request.alloc.order
    asks = f"<code>alloc_pages</code>, order {order}, <code>__GFP_TAGGED</code>"
    teller.step("Ask.", f"{asks}. Per-CPU lists are skipped: they may hold tag storage, which cannot be tagged.")
    attempts = request.attempts
    left_out = attempts[2:-1] if len(attempts) > SHOWN else ()
    before: Attempt | None = None
    for attempt in attempts:
        if attempt in left_out:
            if attempt is left_out[0]:
                times = sum(other.times for other in left_out)
                teller.step("Again.", f"{plural(times, 'more page')} were offered and refused.", bad=True)
        else:
            _tell_one(scene, teller, attempt, before)
        before = attempt
    if request.alloc.page == c.NO_PAGE:
        teller.step("Nothing.", "The request got nothing.", bad=True)


def _tell_one(scene: "Scene", teller: Teller, attempt: Attempt, before: Attempt | None) -> None:
    pfn, zone = scene.layout.pfn_of(attempt.reserve.page), scene.zone_of(attempt.reserve.page)
    if before is None:
        _tell_skipped(scene, teller, zone)
    teller.step(_head(scene, attempt, before), f"{zone} offers {_what(attempt)}{pfn_link(pfn)}.")
    teller.stop(pfn, link=True, bad=not attempt.ok)
    if attempt.ok:
        how_reserved(scene, teller, attempt)
    else:
        how_refused(scene, teller, attempt)


def _what(attempt: Attempt) -> str:
    return f"the order-{attempt.reserve.order} block at " if attempt.reserve.order else ""


def _head(scene: "Scene", attempt: Attempt, before: Attempt | None) -> str:
    if before is None:
        return "Take."
    same = scene.zone_of(before.reserve.page) == scene.zone_of(attempt.reserve.page)
    return "Another pass." if same else "Next zone."


def _tell_skipped(scene: "Scene", teller: Teller, offered: str) -> None:
    """Zones that are asked earlier and had too little, as far as the numbers of this moment show it."""
    if not scene.latest:
        return
    for zone in reversed(scene.zones):
        if zone.name == offered:
            return
        usable, mark = zone.free - zone.free_metadata, zone.low + zone.protection[3]
        if usable > mark:
            continue
        name = "low watermark" if usable <= zone.low else "low watermark and lowmem reserve"
        closed = f"; {plural(zone.free_metadata, 'free tag page')} do not count" if zone.free_metadata else ""
        shown = zone.low if usable <= zone.low else mark
        teller.step(
            "Below the mark.", f"{zone.name} has {usable:,} usable pages, not above its {name} of {shown:,}{closed}."
        )


def _title(scene: "Scene", requests: tuple[Request, ...]) -> str:
    first, last = requests[0], requests[-1]
    name = bold(who(last.alloc.process, scene.names))
    rolled = [r for r in requests if r.alloc.order > 5 and r.alloc.page == c.NO_PAGE and r.refused]
    if rolled:
        return title_of_rollback(scene, rolled[0], requests)
    thing = _thing(last.alloc.order)
    if last.alloc.page == c.NO_PAGE:
        return f"{name} asked for {thing} and got nothing: refused {_times(last.refusals)}."
    if first.refused:
        zones = {scene.zone_of(attempt.reserve.page) for attempt in last.attempts}
        if len(last.attempts) == len(zones) == 2 and last.refusals == 1:
            return f"{name} asked for {thing}. The first zone refused it, the second did not."
        return f"{name} got {thing} after it was refused {_times(last.refusals)}."
    return f"{name} got {thing}. {_paid(scene, last.attempts[-1])}"


def _paid(scene: "Scene", attempt: Attempt) -> str:
    row, tags = attempt.reserve, pfn_link(scene.layout.pfn_of(attempt.reserve.a))
    if row.b > 1 or row.c > 1:
        return f"It took {plural(row.c, 'tag page')}."
    if not row.c:
        return f"Its tag page {tags} holds tags already: nothing to reserve."
    return f"Its tag page {tags} held data, which had to leave." if attempt.moved else f"Its tag page {tags} was free."


def _thing(order: int) -> str:
    return f"an order-{order} tagged block" if order else "a tagged page"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
