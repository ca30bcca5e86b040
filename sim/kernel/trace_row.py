"""One row of the core's event ring by name."""

from collections.abc import Sequence
from typing import NamedTuple

Names = Sequence[tuple[str, int]]  # name and pid by number of the process, 0 = the kernel


class Row(NamedTuple):
    """One row of the event ring; what a..e mean depends on the event (`sim/core/state/consts.py`)."""

    op: int
    event: int
    process: int
    page: int
    order: int
    a: int
    b: int
    c: int
    d: int
    e: int
