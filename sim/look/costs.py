"""What requests have cost, from the histogram of the core."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.state import COST_BUCKETS
from sim.look.place import Place
from sim.run.snapshot import CostView
from sim.scenario.costs import Path, paths_of


def cost_views(at: Place) -> tuple[CostView, ...]:
    """One row a path that exists under the policy, in the order of `sim.scenario.costs.PATHS`."""
    counts = at.arrays["cost"].reshape(-1, COST_BUCKETS)
    most = at.arrays["cost_most"].reshape(-1, COST_BUCKETS)
    return tuple(_view(path, counts[row], most[row]) for row, path in enumerate(paths_of(at.rules)))


def _view(path: Path, counts: NDArray[np.int64], most: NDArray[np.int64]) -> CostView:
    upto = np.cumsum(counts)
    count = int(upto[-1])
    if not count:
        return CostView(path.slug, path.label, 0, 0, 0, 0, 0)
    p50, p90, p99, top = (int(most[_bucket(upto, count, percent)]) for percent in (50, 90, 99, 100))
    return CostView(path.slug, path.label, count, p50, p90, p99, top)


def _bucket(upto: NDArray[np.int64], count: int, percent: int) -> int:
    """The first bucket up to which at least so many percent of the requests lie."""
    return int(np.searchsorted(upto, -(-count * percent // 100)))
