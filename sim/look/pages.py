"""One page, or the pages of a range."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import (
    F_PINNED,
    K_TAGGED,
    MAX_ORDER,
    PAGEBLOCK_PAGES,
    PAGES_PER_TAG_PAGE,
)
from sim.errors import ScenarioError
from sim.look.heads import owners
from sim.look.place import Place
from sim.run.snapshot import (
    PageView,
)


def page_view(at: Place, pfn: int) -> PageView:
    """One page. Raises ScenarioError where there is no memory."""
    page = at.layout.page_of(pfn)
    if page < 0:
        raise ScenarioError(f"pfn: {pfn:#x}: there is no memory here")
    a = at.arrays
    in_tags, in_data = at.region_of_tag(pfn), at.region_of_data(pfn)
    tag_pfn = in_data.tag_start + (pfn - in_data.data_start) // PAGES_PER_TAG_PAGE if in_data else -1
    tag_page = at.layout.page_of(tag_pfn) if in_data else -1
    region = in_tags or in_data
    first, last = at.served(region, pfn if in_tags else tag_pfn) if region else (pfn, pfn)
    served = at.range(first, last - first + 1)
    name, pid = at.names[int(owners(at, page, page + 1)[0])]
    return PageView(
        pfn=pfn,
        kind=int(a["kind"][page]),
        order=order_of(at, page),
        owner=name if pid else "",
        pid=pid,
        pinned=bool(a["flags"][page] & F_PINNED),
        in_tag_storage=in_tags is not None,
        tag_pfn=tag_pfn,
        tag_kind=int(a["kind"][tag_page]) if in_data else -1,
        tag_pinned=bool(a["flags"][tag_page] & F_PINNED) if in_data else False,
        served=(first, last),
        tagged=int((a["kind"][served] == K_TAGGED).sum()) if region else 0,
        migratetype=int(a["pb_mt"][page // PAGEBLOCK_PAGES]),
    )


def order_of(at: Place, page: int) -> int:
    """Order of the free, per-CPU or allocated block that holds the page."""
    for order in range(MAX_ORDER + 1):
        found = int(at.arrays["order"][page & ~((1 << order) - 1)])
        if found >= order:
            return found
    return 0


def page_kinds(at: Place, start_pfn: int, end_pfn: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Kind and pid of every pfn of the range."""
    kinds = np.zeros(end_pfn - start_pfn, dtype=np.uint8)
    pids = np.zeros(end_pfn - start_pfn, dtype=np.int32)
    for bank, base in zip(at.layout.banks, at.layout.bases, strict=True):
        low, high = max(start_pfn, bank.start_pfn), min(end_pfn, bank.end)
        if low < high:
            part = slice(base + low - bank.start_pfn, base + high - bank.start_pfn)
            kinds[low - start_pfn : high - start_pfn] = at.kinds(part)
            pids[low - start_pfn : high - start_pfn] = at.pids[owners(at, part.start, part.stop)]
    return kinds, pids
