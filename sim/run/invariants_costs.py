"""What stays true of the histogram of costs."""

from typing import Any

from numpy.typing import NDArray

from sim.core.hooks.cost import PATH_REFUSED
from sim.core.state.indices import D_ANSWERED, V_FAILED
from sim.core.state.state import COST_BUCKETS
from sim.errors import BrokenInvariant


def check_costs(arrays: dict[str, NDArray[Any]]) -> None:
    """Every request that was answered is counted once; a bucket that counts knows the most that it has seen."""
    cost, most = arrays["cost"].reshape(-1, COST_BUCKETS), arrays["cost_most"].reshape(-1, COST_BUCKETS)
    answered, failed = int(arrays["dim"][D_ANSWERED]), int(arrays["vm"][V_FAILED])
    if cost.sum() != answered:
        raise BrokenInvariant(f"costs: {cost.sum()} counted, {answered} requests answered")
    if cost[PATH_REFUSED].sum() > failed:
        raise BrokenInvariant(f"costs: {cost[PATH_REFUSED].sum()} refused, {failed} requests failed")
    if ((most > 0) & (cost == 0)).any():
        raise BrokenInvariant("costs: a bucket knows a cost and counts none")
