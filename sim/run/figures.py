"""The key figures of a machine: what a link says of the state it leads to, to be compared where it is opened."""

from typing import Any

from numpy.typing import NDArray

from sim.core.state.consts import K_ANON, K_DIRTY, K_FILE, PAGEBLOCK_PAGES
from sim.core.state.indices import D_OOMS, D_RESERVED, D_TAGGED
from sim.core.state.state import COUNT_STRIDE

Arrays = dict[str, NDArray[Any]]


def figures(arrays: Arrays) -> dict[str, int]:
    """Pages: tag storage reserved, tagged, lent to anonymous data and page cache, free in all zones; and OOM kills."""
    count = arrays["count"].reshape(-1, COUNT_STRIDE)
    regions = zip(arrays["r_tag"] // PAGEBLOCK_PAGES, arrays["r_tag_end"] // PAGEBLOCK_PAGES, strict=True)
    lent = sum(int(count[start:end, [K_ANON, K_FILE, K_DIRTY]].sum()) for start, end in regions)
    return {
        "reserved": int(arrays["dim"][D_RESERVED]),
        "tagged": int(arrays["dim"][D_TAGGED]),
        "lent": lent,
        "free": int(arrays["z_free"].sum()),
        "oom_kills": int(arrays["dim"][D_OOMS]),
    }
