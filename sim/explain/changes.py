"""One thing changed before the op: what the path itself says stood in the way."""

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.explain.explained import Request

What = Literal["unpin", "empty", "other-block"]


@dataclass(frozen=True, slots=True)
class Change:
    """What to change, at which page."""

    what: What
    page: int
    process: int = 0
    pages: tuple[int, ...] = ()


def changes_of(main: Request) -> tuple[Change, ...]:
    """At most three: no pin, a free tag page, another block of the same zone."""
    reserves = [step for step in main.path if isinstance(step, s.Reserve)]
    refused = next((step for step in reserves if step.ret not in (c.OK, c.EINTR)), None)
    changes: list[Change] = []
    if refused is not None and refused.failed_at is not None:
        block = refused.failed_at
        if block.pinned != c.NO_PAGE:
            changes.append(Change("unpin", block.pinned))
        changes.append(_empty(block))
        changes.append(Change("other-block", refused.page))
    elif reserves and reserves[-1].moved:
        changes.append(
            _empty(next(block for block in reserves[-1].blocks if block.block <= reserves[-1].moved[0].page))
        )
    return tuple(changes)


def _empty(block: s.Block) -> Change:
    return Change("empty", block.block, block.owner, tuple(range(block.block, block.block + block.pages)))


def hold_back(arrays: dict[str, NDArray[Any]], page: int) -> bool:
    """Take the free block that holds `page` off its list, so that the op is offered another; False if it is not free.

    Its counters stay those of one zone with that much less free: no request of the op can tell.
    """
    head = find_free(arrays, page)
    if head == c.NO_PAGE:
        return False
    nxt, prv, order = arrays["nxt"], arrays["prv"], int(arrays["order"][head])
    nxt[prv[head]], prv[nxt[head]] = nxt[head], prv[head]
    z = int(arrays["pb_zone"][head >> c.PAGEBLOCK_ORDER])
    arrays["nr_free"][(z * c.ORDERS + order) * c.MIGRATETYPES + arrays["mt"][head]] -= 1
    arrays["z_free"][z] -= 1 << order
    arrays["order"][head] = -1
    return True


def find_free(arrays: dict[str, NDArray[Any]], page: int) -> int:
    """First page of the free block that holds `page`, or NO_PAGE."""
    for order in range(c.ORDERS):
        head = page & ~((1 << order) - 1)
        if arrays["kind"][head] == c.K_FREE and arrays["order"][head] >= order:
            return head
    return c.NO_PAGE
