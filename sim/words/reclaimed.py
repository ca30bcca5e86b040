"""How many pages direct reclaim got back, from the events of an op."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.core.state import consts as c

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row


def reclaimed(rows: "Iterable[Row]") -> int:
    """The pages of all rounds. Its end says 1 where none came free and compaction may begin: a page of the round says
    that it is one.
    """
    pages = freed = 0
    for row in rows:
        if row.event == c.E_RECLAIM_BEGIN:
            freed = 0
        elif row.event == c.E_FREE:
            freed += 1
        elif row.event == c.E_DIRECT_RECLAIM:
            pages += row.a if row.a != 1 or freed else 0
    return pages
