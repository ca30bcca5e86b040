"""The requests that got nothing, from what the core kept of them."""

from collections.abc import Sequence

from sim.core.state.indices import D_OP, V_FAILED
from sim.core.state.state import (
    FAILED_ROWS,
    OOM_FIELDS,
    OOM_ROWS,
    REFUSAL_FIELDS,
    REFUSAL_HEAD,
    REFUSAL_ZONES,
    TEST_FIELDS,
)
from sim.kernel.refusal import Refusal, ZoneTest, zone_test
from sim.look.place import Place


def refusal_of_oom(at: Place, number: int) -> Refusal | None:
    """Of the OOM kill of this number; None when its numbers belong to another future."""
    op = int(at.arrays["oom"].reshape(-1, OOM_FIELDS)[number % OOM_ROWS][0])
    found = _refusal(at, number % OOM_ROWS)
    return found if found is not None and found.op == op else None


def failed_requests(at: Place) -> int:
    """How many requests have failed so far."""
    return int(at.arrays["vm"][V_FAILED])


def last_failed(at: Place) -> Refusal | None:
    """The newest request that failed; None when there was none, or going back has lost its numbers."""
    failed = failed_requests(at)
    found = _refusal(at, OOM_ROWS + (failed - 1) % FAILED_ROWS) if failed else None
    return found if found is not None and found.op <= at.dim(D_OP) else None


def _refusal(at: Place, row: int) -> Refusal | None:
    cells: Sequence[int] = at.arrays["refusal"].reshape(-1, REFUSAL_FIELDS)[row].tolist()
    tests = [_zone(at, cells, z) for z in reversed(range(REFUSAL_ZONES)) if cells[_start(z)]]
    if not tests:
        return None
    op, order, _gfp, process, refusals = cells[:5]
    return Refusal(op, order, process, refusals, tuple(tests))


def _start(z: int) -> int:
    return REFUSAL_HEAD + z * (1 + TEST_FIELDS)


def _zone(at: Place, cells: Sequence[int], z: int) -> ZoneTest:
    return zone_test(z, at.layout.zones[z], cells[_start(z) + 1 : _start(z + 1)])
