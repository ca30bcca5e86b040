"""A long path told in a few steps: what is repeated stands once."""

from sim.core.state.consts import NO_PAGE
from sim.explain import steps as s

LONGEST = 24  # steps of one round
LEAST = 6  # steps that are worth folding


def fold(path: tuple[s.Step, ...]) -> tuple[s.Step, ...]:
    """The path with each run of equal rounds as its first round and an Again."""
    signs = [_sign(step) for step in path]
    at, size, times = _longest(signs)
    if times < 2 or size * times < LEAST:
        return path
    end = at + size * times
    once, rest = path[at : at + size], path[at + size : end]
    again = s.Again(
        rest[-1].cost, times - 1, size, _pages(path[at:end]), once[-1].cost, _last_round(rest), _refusals(rest)
    )
    return (*fold(path[:at]), *once, again, *fold(path[end:]))


def _longest(signs: list[object]) -> tuple[int, int, int]:
    """Where the run of equal rounds begins that covers the most steps, the length of a round, how many there are."""
    best, covered = (0, 1, 1), 1
    for at in range(len(signs)):
        for size in range(1, min(LONGEST, (len(signs) - at) // 2) + 1):
            times = _times(signs, at, size)
            if times > 1 and size * times > covered:
                best, covered = (at, size, times), size * times
    return best


def _times(signs: list[object], at: int, size: int) -> int:
    times = 1
    while signs[at + size * times : at + size * (times + 1)] == signs[at : at + size]:
        times += 1
    return times


def _refusals(steps: tuple[s.Step, ...]) -> int:
    return len([step for step in steps if isinstance(step, s.Back)])


def _last_round(steps: tuple[s.Step, ...]) -> "s.Round | None":
    return next((step for step in reversed(steps) if isinstance(step, s.Round)), None)


def _pages(path: tuple[s.Step, ...]) -> int:
    return len({step.page for step in path if isinstance(step, s.Take) and step.page != NO_PAGE})


def _sign(step: s.Step) -> object:
    """What makes two steps the same to a reader: not the numbers that drift from round to round."""
    if isinstance(step, s.Zone):
        return ("zone", step.zone, step.ok, step.test.which)
    if isinstance(step, s.Take):
        return ("take", step.zone, step.page == NO_PAGE)
    if isinstance(step, s.Reserve):
        return ("reserve", step.ret, bool(step.moved))
    if isinstance(step, s.Round):
        return ("round", step.progress > 0)
    if isinstance(step, s.Reclaim):
        return ("reclaim", step.freed > 0)
    if isinstance(step, s.Back):
        return ("back", step.alone)
    return type(step).__name__
