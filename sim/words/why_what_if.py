"""What would have served it: each was run from the op before with one thing changed, or from boot. HTML."""

from dataclasses import dataclass

from sim.core.state import consts as c
from sim.explain.explained import Outcome, WhatIf
from sim.policies import find_policy
from sim.words.text import code, duration, plural
from sim.words.why_text import Telling


@dataclass(frozen=True, slots=True)
class Served:
    """One of them."""

    head: str
    html: str
    what_if: WhatIf


def say_what_ifs(on: Telling) -> tuple[Served, ...]:
    """All of them, in the order they were run."""
    return tuple(say_what_if(on, one) for one in on.explained.what_ifs)


def say_what_if(on: Telling, one: WhatIf) -> Served:
    """One of them, or the same op under another policy."""
    return Served(_head(on, one), _result(on, one), one)


def _head(on: Telling, one: WhatIf) -> str:
    if one.change == "unpin":
        return f"No pin on {code(f'{one.pfn:#x}')}"
    if one.change == "empty":
        return f"Tag page {code(f'{one.pfn:#x}')} free"
    if one.change == "other-block":
        return f"Not {code(f'{one.pfn:#x}')}: another block of {_zone(on, one)}"
    return code(one.policy)


def _zone(on: Telling, one: WhatIf) -> str:
    bank = on.layout.bank_of(one.pfn)
    return bank.zone if bank else "the zone"


def _result(on: Telling, one: WhatIf) -> str:
    if one.note:
        return f"{one.note.capitalize()}."
    policy = f" {find_policy(one.policy).what_if}" if one.policy else ""
    if one.outcome is None:
        return f"There the scenario goes another way: op {on.explained.op:,} is not this request." + policy
    return _outcome(on, one.outcome) + policy


def _outcome(on: Telling, end: Outcome) -> str:
    cost = _cost(on, end.cost)
    if end.page == c.NO_PAGE:
        return f"<b>Not served either</b>, after {plural(end.refusals, 'refusal')}{cost}."
    said = f"<b>Served</b> with {code(f'{end.pfn:#x}')} of {end.zone}{cost}."
    refusals = f" Refused {plural(end.refusals, 'time')} before." if end.refusals else ""
    kills = " Somebody is killed for it." if end.kills else ""
    return said + _moved(end) + refusals + kills


def _cost(on: Telling, cost: int) -> str:
    subject = on.explained.subject
    here = subject.got.cost if subject else 0
    if not cost or not here:
        return ""
    there, here_too = duration(cost), duration(here)
    return f": {there}, no less" if there == here_too else f": {there} instead of {here_too}"


def _moved(end: Outcome) -> str:
    if end.moved:
        return f" {plural(end.moved, 'page')} of data {'moves' if end.moved == 1 else 'move'} out first."
    if end.dropped:
        return f" {plural(end.dropped, 'clean file page')} {'is' if end.dropped == 1 else 'are'} dropped first."
    if end.reserved:
        return f" {plural(end.reserved, 'free tag page')} {'is' if end.reserved == 1 else 'are'} taken."
    return ""
