"""What one op comes to when it is explained: its requests with their paths, and what else would have happened."""

from dataclasses import dataclass

from sim.core.state.consts import NO_PAGE
from sim.explain.steps import Ask, Got, Step
from sim.run.snapshot import Event


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the op: its path, from Ask to Got."""

    ask: Ask
    path: tuple[Step, ...]  # every step
    told: tuple[Step, ...]  # with repeats folded
    got: Got

    @property
    def tagged(self) -> bool:
        """It asked for tags, and the policy knows them."""
        return bool(self.ask.gfp & 0x800000)

    def all(self, kind: type[Step]) -> "list[Step]":
        """The steps of a kind."""
        return [step for step in self.path if isinstance(step, kind)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended, in numbers."""

    page: int
    pfn: int
    zone: str
    cost: int
    refusals: int
    moved: int
    dropped: int
    kills: int
    reserved: int  # tag pages taken
    slow: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The same op with one thing changed, run."""

    change: str  # unpin, empty, other-block, policy
    pfn: int
    policy: str
    outcome: Outcome | None  # None: the op is another one there, or it was not run
    note: str = ""  # why not
    asked: bool = True  # the same request was made


@dataclass(frozen=True, slots=True)
class ZoneNow:
    """A zone before the op."""

    name: str
    free: int
    metadata: int


@dataclass(frozen=True, slots=True)
class Explained:
    """One op: its requests, and what else would have happened."""

    op: int
    requests: tuple[Request, ...]
    before: tuple[ZoneNow, ...]
    what_ifs: tuple[WhatIf, ...]
    lost: int  # rows that did not fit
    events: tuple[Event, ...] = ()  # of the op, oldest first, as many as the ring holds

    @property
    def main(self) -> Request | None:
        """The request that the op is about: the last tagged one, else the last."""
        tagged = [request for request in self.requests if request.tagged]
        return next(reversed(tagged or self.requests), None)

    @property
    def given_up(self) -> Request | None:
        """A larger block that was asked for first and could not be had."""
        least = self.main.ask.order if self.main else 0
        return next((one for one in self.requests if one.got.page == NO_PAGE and one.ask.order > least), None)

    @property
    def subject(self) -> Request | None:
        """The request that the other runs are about: what could not be had, else the main one."""
        return self.given_up or self.main
