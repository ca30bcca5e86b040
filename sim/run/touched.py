"""What is asked of the past of a run, and what is answered: plain data, for those who must not load the core."""

from dataclasses import dataclass
from typing import Literal, get_args

from sim.run.snapshot import Event

Kind = Literal["any", "alloc", "reserve", "refusal", "release", "migrate", "steal", "oom", "pin", "exit"]
Direction = Literal["next", "previous"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Touched:
    """What touched a page, seen from one op."""

    since: int  # op at which the page became what it is, 0: since boot
    previous: int | None  # last op before this one with an event that touched the page
    next: int | None  # first op after this one with such an event, as far as the run was recorded


@dataclass(frozen=True, slots=True)
class Found:
    """An op with a wanted event, and the events of that op that are still known, oldest first."""

    op: int
    events: tuple[Event, ...]
