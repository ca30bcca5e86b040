"""The whole path of a request, step by step. HTML."""

from collections.abc import Sequence
from dataclasses import replace

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.words import why_slow as slow
from sim.words.why_reserve import tell_back, tell_reserve, tell_same
from sim.words.why_text import Telling, Told
from sim.words.why_zone import tell_ask, tell_list, tell_take, tell_zone

HEAVY = 5  # a step that took one part in so many of the time is heavy


class Walk:
    """Tells one step after another and remembers in which pass it is."""

    def __init__(self, on: Telling) -> None:
        self.on = on
        self.told: list[Told] = []
        self.passes = 1
        self.zone = len(on.layout.zones)
        self.listed = False
        self.refused: set[tuple[int, int]] = set()  # page and error of the refusals told
        self.begun: list[bool] = []  # by step: whether a pass began with it

    def step(self, step: s.Step, last: bool) -> None:
        """One step; `last`: what follows is the end of the request."""
        before = self.passes
        self._tell(step, last)
        self.begun.append(self.passes > before)

    def same(self, steps: Sequence[s.Step]) -> bool:
        """Tell an offer in one step if one of the same page ended the same way before; False if it is news."""
        match steps:
            case [s.Take() as take, s.Reserve() as reserve, s.Back() as back]:
                key = (take.page, reserve.ret)
                news, self.refused = key not in self.refused, self.refused | {key}
                if news:
                    return False
                self.told.append(tell_same(self.on, take, reserve, back))
                self.begun += [False] * 3
                return True
        return False

    def _tell(self, step: s.Step, last: bool) -> None:
        match step:
            case s.Ask():
                self.told.append(tell_ask(self.on, step))
            case s.Zone():
                self.told.append(tell_zone(self.on, step, self._heading(step)))
            case s.Take():
                self._take(step, last)
            case s.Reserve():
                self.told.extend(tell_reserve(self.on, step, last))
            case s.Back():
                self.told.append(tell_back(self.on, step))
            case s.Got():
                self._end(step)
            case _:
                self._slow(step)

    def _slow(self, step: s.Step) -> None:
        match step:
            case s.Slow():
                self.told.append(slow.tell_slow(self.on, step))
            case s.Woken():
                self.told.append(slow.tell_woken(self.on, step))
            case s.Reclaim():
                self.told.append(slow.tell_reclaim(self.on, step))
            case s.Compact():
                self.told.append(slow.tell_compact(self.on, step))
            case s.Round():
                self.told.append(slow.tell_round(self.on, step))
            case s.Again():
                self.passes += step.times * sum(self.begun[-step.steps :])
                self.told.append(slow.tell_again(self.on, step))
            case s.Lost():
                self.told.append(slow.tell_lost(self.on, step))
            case s.Last():
                self.told.append(slow.tell_last(self.on, step))
            case s.Oom():
                self.told.append(slow.tell_oom(self.on, step))

    def _heading(self, step: s.Zone) -> str:
        """`Zone Normal`, `Zone DMA32, next in the zonelist`, `Zone Normal, pass 3`."""
        name = f"Zone {self.on.zone(step.zone)}"
        first, new = len(self.told) <= 1, step.zone >= self.zone
        self.zone = step.zone
        if first:
            return name
        self.passes += new
        return f"{name}, pass {self.passes}" if new else f"{name}, next in the zonelist"

    def _take(self, step: s.Take, last: bool) -> None:
        if not self.listed or step.from_pcp:
            told = tell_list(self.on, step)
            self.told.append(told if step.from_pcp else replace(told, cost=self.told[-1].cost))
            self.listed = True
        if not step.from_pcp:
            self.told.append(tell_take(self.on, step))
        if last and step.page != c.NO_PAGE:
            self._done(step.page)

    def _done(self, page: int) -> None:
        final = self.told[-1]
        html = f"{final.html} <b>{self.on.pfn(page)} is handed out.</b>"
        self.told[-1] = replace(final, look="done", fn=f"{final.fn}, prep_new_page", html=html)

    def _end(self, step: s.Got) -> None:
        if step.page == c.NO_PAGE:
            self.told.append(slow.tell_failed(self.on, step))
        elif self.told[-1].look == "done":
            self.told[-1] = replace(self.told[-1], cost=step.cost)


def tell_path(on: Telling) -> tuple[Told, ...]:
    """Every step of every request of the op, the heavy ones marked; costs add up."""
    told: list[Told] = []
    for request in on.explained.requests:
        before = told[-1].cost if told else 0
        told += [replace(step, cost=before + step.cost) for step in _tell_request(replace(on, request=request))]
    return tuple(_heavy(told))


def _tell_request(on: Telling) -> list[Told]:
    walk = Walk(on)
    steps = on.request.told
    at = 0
    while at < len(steps):
        if walk.same(steps[at : at + 3]):
            at += 3
        else:
            walk.step(steps[at], at + 1 < len(steps) and isinstance(steps[at + 1], s.Got))
            at += 1
    return walk.told


def _heavy(told: list[Told]) -> list[Told]:
    before = [0, *(step.cost for step in told[:-1])]
    cost = told[-1].cost
    return [
        replace(step, heavy=cost > 0 and (step.cost - at) * HEAVY >= cost)
        for step, at in zip(told, before, strict=True)
    ]
