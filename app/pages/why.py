"""The page "Why": the decision path of one op, from the second machine to the template."""

import html
from dataclasses import asdict, dataclass
from typing import Any

from app.pages.inspect import plain
from app.runs.recipe import fork_address
from app.runs.run import Run
from sim.explain.explained import Explained
from sim.machine import Machine
from sim.scenario.layout import Layout
from sim.words.text import duration, plural
from sim.words.why import Part, WhySaid, say
from sim.words.why_text import Telling, Told, micro
from sim.words.why_what_if import Served, say_what_if, say_what_ifs

SHOWN = 10  # sentences of an op that asked for nothing
LEAST = 0.4  # percent of the bar that can still be seen
ROOM = 30  # percent that holds a line of text


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the bar of time."""

    part: str  # find, fail, tags, slow
    percent: float
    text: str  # "60 µs: tries to empty a tag page, in vain"
    inside: bool  # the text fits into it


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the path."""

    at: str  # µs, "" without prices
    told: Told


@dataclass(frozen=True, slots=True)
class Fork:
    """Something that would have served it, or not."""

    head: str  # HTML
    text: str  # HTML
    url: str  # "" where no link can say it
    policy: str = ""  # it is the same op under this policy


@dataclass(frozen=True, slots=True)
class WhyView:
    """One op, explained."""

    op: int
    title: str
    answer: str  # HTML
    bad: bool
    steps: tuple[Step, ...]
    bar: tuple[Bar, ...]
    small: tuple[Bar, ...]  # what has no room in the bar, by kind
    served: tuple[Fork, ...]
    asked: bool  # False: the op asked for nothing
    lost: int
    offered: tuple[str, ...] = ()  # other policies, each run from boot when somebody asks


def why_view(run: Run, machine: Machine, op: int, policy: str | None = None) -> WhyView:
    """Explain an op of a run: up to 0.3 s of a thread, with another policy a run from boot. Raises ScenarioError."""
    explained: Explained = machine.explanations.of(op)
    under = None if policy is None else machine.explanations.under(explained, policy)
    if explained.main is None:
        return _nothing(explained)
    on = _telling(run, machine, explained)
    said, served = say(on), say_what_ifs(on)
    if under is not None:
        served = (*served, say_what_if(on, under))
    return WhyView(
        op=op,
        title=said.title,
        answer=said.answer,
        bad=said.bad,
        steps=_steps(said),
        bar=_bar(said.bar),
        small=_small(said.bar),
        served=tuple(_fork(run, op, one) for one in served),
        asked=True,
        lost=explained.lost,
        offered=tuple(name for name in machine.explanations.other_policies if name != policy),
    )


def _telling(run: Run, machine: Machine, explained: Explained) -> Telling:
    layout: Layout = machine.layout
    assert explained.main is not None
    return Telling(explained, explained.main, layout, machine.explanations.names, run.scenario.rules)


def _steps(said: WhySaid) -> tuple[Step, ...]:
    priced = bool(said.bar)
    return tuple(Step(micro(told.cost) if priced else "", told) for told in said.path)


def _bar(parts: tuple[Part, ...]) -> tuple[Bar, ...]:
    whole = sum(part.cost for part in parts)
    return tuple(_piece(part, 100 * part.cost / whole) for part in parts)


def _piece(part: Part, percent: float) -> Bar:
    return Bar(part.part, max(percent, LEAST), f"{duration(part.cost)}: {part.words}", percent > ROOM)


def _small(parts: tuple[Part, ...]) -> tuple[Bar, ...]:
    """The pieces without room, those of a kind together."""
    pieces = _bar(parts)
    sums: dict[str, Part] = {}
    for part, piece in zip(parts, pieces, strict=True):
        if not piece.inside:
            before = sums[part.part].cost if part.part in sums else 0
            sums[part.part] = Part(part.part, before + part.cost, part.words)
    return tuple(_piece(part, 0) for part in sums.values())


def _fork(run: Run, op: int, one: Served) -> Fork:
    return Fork(one.head, one.html, fork_address(run.recipe, run.scenario, op, one.what_if), one.what_if.policy)


def _nothing(explained: Explained) -> WhyView:
    told = [html.escape(event.sentence) for event in explained.events]
    left_out = len(told) - SHOWN
    said = [*told[: SHOWN - 1], told[-1]] if left_out > 0 else told
    more = f" ({plural(left_out, 'more event')} of this op in between.)" if left_out > 0 else ""
    answer = " ".join(said) + more if said else "Nothing happened in the allocator."
    title = f"Op {explained.op:,} asked for no page. What did it do?"
    return WhyView(explained.op, title, answer, False, (), (), (), (), False, explained.lost)


def as_json(view: WhyView) -> dict[str, Any]:
    """The same for programs: no HTML, costs in ns."""
    steps = [
        {"ns": step.told.cost, "zone": step.told.zone, "function": step.told.fn, "look": step.told.look}
        | {"text": plain(step.told.html), "not_taken": plain(step.told.other)}
        | {"picture": asdict(step.told.picture) if step.told.picture else None}
        for step in view.steps
    ]
    served = [{"what": plain(one.head), "text": plain(one.text), "url": one.url} for one in view.served]
    return {
        "op": view.op,
        "asked": view.asked,
        "title": view.title,
        "answer": plain(view.answer),
        "steps": steps,
        "served": served,
        "policies": list(view.offered),
    }
