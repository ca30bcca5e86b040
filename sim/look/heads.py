"""What the first page of a block says about all its pages."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import F_HEAD, MAX_ORDER
from sim.look.place import Place


def reached(at: Place, start: int, stop: int, field: NDArray[Any], flag: int = 0) -> NDArray[np.int8]:
    """`field` of the first page of the block of every page from start to stop, -1 where there is no block.

    With a flag only blocks whose first page has it count.
    """
    low = start & ~((1 << MAX_ORDER) - 1)
    order = at.arrays["order"][low:stop]
    heads = (order >= 0) & ((at.arrays["flags"][low:stop] & flag) == flag)
    at_page = np.arange(stop - low)
    last = np.maximum.accumulate(np.where(heads, at_page, -1))
    inside = (last >= 0) & (at_page - last < 1 << np.maximum(order[last], 0).astype(np.int64))
    found = np.where(inside, field[low:stop][last], -1).astype(np.int8)
    return found[start - low :]


def owners(at: Place, start: int, stop: int) -> NDArray[np.int8]:
    """Process of every page of a range: that of the first page of its block, 0 for none."""
    return np.maximum(reached(at, start, stop, at.arrays["owner"], F_HEAD), 0)
