"""The tries of one tagged request: which page was offered, what its tag page held, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.core.state import consts as c

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row


@dataclass(frozen=True, slots=True)
class Attempt:
    """One page that a zone offered, `times` in a row with the same end."""

    reserve: "Row"
    moved: tuple["Row", ...]  # data that left the tag pages: E_MIGRATE, E_DROP
    returned: "Row | None"  # how it went back
    times: int = 1

    @property
    def ok(self) -> bool:
        """Whether the tag pages are reserved."""
        return self.reserve.e == c.OK


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what it asked, its attempts, what it got."""

    alloc: "Row"
    attempts: tuple[Attempt, ...]

    @property
    def refused(self) -> tuple[Attempt, ...]:
        """The attempts that ended in a refusal."""
        return tuple(attempt for attempt in self.attempts if attempt.returned)

    @property
    def refusals(self) -> int:
        """How often it was refused."""
        return sum(attempt.times for attempt in self.refused)


def requests_of(rows: "Sequence[Row]") -> tuple[Request, ...]:
    """The requests of an op that reserved tag storage, in order."""
    found, start = [], 0
    for end, row in enumerate(rows):
        if row.event == c.E_ALLOC:
            attempts = _merged(_attempts(rows[start:end]))
            start = end + 1
            if attempts:
                found.append(Request(row, attempts))
    return tuple(found)


def _attempts(rows: "Sequence[Row]") -> list[Attempt]:
    attempts: list[Attempt] = []
    moved: list[Row] = []
    for row in rows:
        if row.event in {c.E_MIGRATE, c.E_DROP}:
            moved.append(row)
        elif row.event == c.E_RESERVE:
            attempts.append(Attempt(row, tuple(moved), None))
            moved = []
        elif row.event == c.E_RETURN and attempts:
            attempts[-1] = Attempt(attempts[-1].reserve, attempts[-1].moved, row)
    return attempts


def _merged(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    merged: list[Attempt] = []
    for attempt in attempts:
        if merged and _same(merged[-1], attempt):
            merged[-1] = Attempt(attempt.reserve, attempt.moved, attempt.returned, merged[-1].times + 1)
        else:
            merged.append(attempt)
    return tuple(merged)


def _same(one: Attempt, other: Attempt) -> bool:
    same_end = one.reserve.e == other.reserve.e != c.OK
    return same_end and one.reserve.page == other.reserve.page and not one.moved and not other.moved
