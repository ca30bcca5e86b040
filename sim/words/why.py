"""Why did this request take so long, why from there, why not at all: the title, the answer, what would have served it.

HTML but for the title; every name escaped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import unescape

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.kernel.refusal import ZoneTest, last_tests
from sim.words.binding import zone_clause
from sim.words.text import duration, plural, size, span
from sim.words.why_path import tell_path
from sim.words.why_reserve import in_vain
from sim.words.why_text import Telling, Told, pages_of
from sim.words.why_zone import free_text


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the bar of time."""

    part: str  # find, fail, tags, slow
    cost: int
    words: str


@dataclass(frozen=True, slots=True)
class WhySaid:
    """The page, in words."""

    title: str
    answer: str
    path: tuple[Told, ...]
    bar: tuple[Part, ...]
    bad: bool


def say(on: Telling) -> WhySaid:
    """All of it."""
    request = on.request
    path = tell_path(on)
    bad = request.got.page == c.NO_PAGE or bool(request.all(s.Oom))
    return WhySaid(title(on), answer(on), path, bar(path), bad)


def title(on: Telling) -> str:
    """The question that this path answers. No HTML."""
    request = on.request
    what = pages_of(request.ask.order, request.tagged)
    kills = [step for step in request.path if isinstance(step, s.Oom)]
    if kills:
        return f"Why was {unescape(on.who(kills[0].victim))} killed for {what}, with {size(kills[0].free)} free?"
    first = on.explained.given_up
    if first is not None:
        return f"Why could {pages_of(first.ask.order, first.tagged)} not be had, and {what} came instead?"
    if request.got.page == c.NO_PAGE:
        return f"Why could {what} not be had?"
    where = _where(on)
    cost = request.got.cost
    if cost:
        return f"Why did {what} take {duration(cost)}" + (f", and why from {where}?" if where else "?")
    return f"Why did {what} come from {where or 'zone ' + on.zone_of(request.got.page)}?"


def _where(on: Telling) -> str:
    """A place that wants an explanation: not the first zone, or tag storage."""
    page = on.request.got.page
    zone = on.zone_of(page)
    first = next((step for step in on.request.path if isinstance(step, s.Zone)), None)
    if first is not None and on.zone(first.zone) != zone:
        return f"zone {zone}"
    return "tag storage" if on.in_tags(page) and on.rules.lends else ""


def answer(on: Telling) -> str:
    """The answer in one paragraph."""
    request = on.request
    first = on.explained.given_up
    before = [] if first is None else [_short(replace(on, request=first)), _refused(replace(on, request=first))]
    said = [*before, *([] if first else [_short(on)]), _refused(on), _slow(on), _end(on)]
    return " ".join(part for part in said if part) or f"{on.who(request.ask.process)} asked, and got it at once."


def _short(on: Telling) -> str:
    """What each zone failed by; where the request had to go on to the next zone only, why the first was passed over."""
    path = on.request.path
    killed = next((at for at, step in enumerate(path) if isinstance(step, s.Oom)), len(path))
    in_vain = on.request.got.page == c.NO_PAGE or killed < len(path)
    tests = [step.test for step in path[:killed] if isinstance(step, s.Zone)]
    said = [test for test in (last_tests(tests) if in_vain else _first_looks(tests)) if not test.ok]
    return "; ".join(zone_clause(test, 0) for test in said) + ("." if said else "")


def _first_looks(tests: Iterable[ZoneTest]) -> list[ZoneTest]:
    seen: dict[int, ZoneTest] = {}
    for test in tests:
        if not test.ok:
            seen.setdefault(test.zone, test)
    return list(seen.values())


def _refused(on: Telling) -> str:
    refused = _refusals(on)
    if not refused:
        return ""
    step, block = refused[0], refused[0].failed_at
    assert block is not None
    held = "that cannot be emptied"
    if block.pinned != c.NO_PAGE:
        held = f"that {on.who(block.pinner)} has {span('fail', 'pinned')}"
    free = next(
        z.test.free for z in on.request.path if isinstance(z, s.Zone) and on.zone(z.zone) == on.zone_of(step.page)
    )
    offers = f"Zone {on.zone_of(step.page)} had {size(free)} free, but the page it offered needs a tag page {held}."
    spent = sum(one.cost - one.since for one in refused)
    n = sum(in_vain(one) for one in refused)
    tries = "Five tries" if n == 5 else plural(n, "try", "tries").capitalize()
    cost = f" {tries} cost <b>{duration(spent)}</b>." if spent else f" {tries} were in vain."
    return offers + cost


def _refusals(on: Telling) -> list[s.Reserve]:
    reserves = [step for step in on.request.path if isinstance(step, s.Reserve)]
    return [step for step in reserves if step.ret not in (c.OK, c.EINTR)]


def _slow(on: Telling) -> str:
    request = on.request
    rounds = max((step.idle for step in request.path if isinstance(step, s.Round)), default=0)
    freed = sum(step.freed for step in request.path if isinstance(step, s.Reclaim))
    said = f"Direct reclaim freed {plural(freed, 'page')}." if freed else ""
    kills = [step for step in request.path if isinstance(step, s.Oom)]
    if kills:
        kill = kills[0]
        killed = span("fail", on.who(kill.victim) + " was killed")
        end = f"After {plural(rounds, 'round')} without progress {killed}, with {free_text(kill.free, kill.metadata)}."
        return f"{said} {end}".strip()
    return said


def _end(on: Telling) -> str:
    request = on.request
    if request.got.page == c.NO_PAGE:
        return "Then the request failed."
    zone = on.zone_of(request.got.page)
    last = next((step for step in reversed(request.path) if isinstance(step, s.Reserve)), None)
    if last is None:
        return _end_untagged(on, zone)
    how = _how(last)
    if not _refusals(on) or request.all(s.Oom):
        return (
            f"{'Then the' if request.all(s.Oom) else 'The'} tag page of {on.pfn(request.got.page)}, in {zone}, {how}."
        )
    first = _refusals(on)[0]
    if on.zone_of(first.page) != zone:
        return f"One pass tries one page a zone, so the request went on to {zone}, where the tag page {how}."
    return f"A later pass found {on.pfn(request.got.page)}, whose tag page {how}."


def _how(last: s.Reserve) -> str:
    if last.ret == c.EINTR:
        return "was never reserved: a fatal signal was pending"
    if not last.taken:
        return "<b>was reserved already</b>: it cost nothing more"
    if last.moved:
        moved = sum(row.event == c.E_MIGRATE for row in last.moved)
        what = f"{plural(moved, 'page')} of data" if moved else "a clean file page"
        out = "moved out" if moved else "was dropped"
        return f"<b>held data</b>: {what} {out} first"
    return "<b>was free</b>" if last.needed == 1 else f"was <b>taken with {last.taken - 1} more</b>"


def _end_untagged(on: Telling, zone: str) -> str:
    take = next((step for step in reversed(on.request.path) if isinstance(step, s.Take)), None)
    if take is None:
        return f"Compaction made the block, in {zone}."
    if take.from_pcp:
        return f"<b>This CPU's own list</b> of {zone} had one: no lock, no buddy list."
    if take.source is None:
        return f"No list of its own in {zone} had one: it was <b>stolen</b> from another type."
    mt, order = take.source
    if mt == c.METADATA:
        return f"No ordinary block in {zone} was free: a <b>free tag page</b> is lent to it, until a tag needs it."
    listed = "filled this CPU's list and " if take.listed else ""
    return f"A block of order {order} of {zone} {listed}served it."


def bar(path: tuple[Told, ...]) -> tuple[Part, ...]:
    """Where the time went, neighbours of one kind together; empty without prices."""
    parts: list[Part] = []
    at = 0
    for step in path:
        spent, at = max(step.cost - at, 0), max(step.cost, at)
        if parts and parts[-1].part == step.part:
            parts[-1] = Part(step.part, parts[-1].cost + spent, parts[-1].words)
        elif spent:
            parts.append(Part(step.part, spent, PARTS[step.part]))
    return tuple(parts)


PARTS = {
    "find": "to find a page",
    "fail": "tries to empty a tag page, in vain",
    "tags": "for the reservation that worked",
    "slow": "in the slow path",
}
