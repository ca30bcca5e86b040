"""What everything that a request does is priced at, and the paths that its cost is counted by.

A price without a source is an assumption, and says so wherever it is shown. Nobody has published the cost of cache
maintenance, of clearing tags or of emptying a tag page on a phone; change a price to see what depends on it.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.policies import Policy
from sim.scenario.schema import Int, Model

ASSUMPTION = "assumption"
LLFREE = (
    "LLFree, USENIX ATC 2023: 94 ns an allocation of 4 KiB by Linux, on one core of 2.2 GHz; the average of a run, "
    "refills included"
)
CMA = (
    "linux-mm, on the latency of cma_alloc: 311, 560 and 280 us for 4, 16 and 256 KiB, one sample each, 4.14.65 with "
    "Android 9; the least of the three, of a whole call"
)
RATIO = "assumption; a 21st of a page that moves, the ratio that commit 02c6de8d (msm-4.9) measured in 2012 under QEMU"


def price(default: int, what: str, source: str = ASSUMPTION) -> Any:
    """A field of Costs: nanoseconds, what they are for, and where the figure is from."""
    return Field(default, description=what, json_schema_extra={"source": source})


Ns = Annotated[Int, Field(ge=0, le=1_000_000_000)]


class Costs(Model):
    """The prices in nanoseconds, `costs` of a scenario. In the order of X_* in `sim/core/hooks/cost.py`."""

    pcp_hit: Ns = price(94, "every request: entry, watermark test, head of a per-CPU list", LLFREE)
    refill_page: Ns = price(30, "each page that a refill brings to a per-CPU list")
    buddy_take: Ns = price(60, "a look at the buddy lists of a zone, for a block that goes past the per-CPU lists")
    zone_test: Ns = price(20, "each zone that cannot serve the request, in each pass")
    slow_path: Ns = price(1_000, "entering the slow path: waking kswapd, working out what the request may use")
    tag_lookup: Ns = price(30, "each tag block of a tagged block: finding it, counting one more user")
    take_tag_page: Ns = price(2_000, "isolating the pageblock of a tag page, taking the page, releasing the pageblock")
    lru_drain: Ns = price(
        280_000, "lru_cache_disable in each alloc_contig_range: all CPUs are told and waited for", CMA
    )
    drain_cpu: Ns = price(500, "each CPU whose per-CPU lists are emptied")
    ebusy_try: Ns = price(1_000, "each try that ends in -EBUSY, beside its drains")
    drop_page: Ns = price(430, "each page of clean page cache dropped from a tag page", RATIO)
    migrate_page: Ns = price(9_000, "each page of data that moves, beside the page it gets")
    tag_cache: Ns = price(640, "cache maintenance of each tag page before it holds tags")
    clear_tags: Ns = price(40, "zeroing the tags of each tagged page")
    reclaim_scan: Ns = price(100, "each page that direct reclaim looks at")
    reclaim_page: Ns = price(1_000, "each page that direct reclaim frees")
    compact_scan: Ns = price(10, "each page that a scanner of direct compaction looks at")
    oom_kill: Ns = price(1_000_000, "an OOM kill, until the memory of the victim is free")

    def price_array(self) -> NDArray[np.int64]:
        """The prices for the core."""
        return np.array(list(self.model_dump().values()), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Price:
    """One price, as the table of prices shows it."""

    name: str
    ns: int  # default
    what: str
    source: str

    @property
    def assumed(self) -> bool:
        """Whether it has no source that says this number."""
        return self.source.startswith(ASSUMPTION)


def _price(name: str) -> Price:
    field = Costs.model_fields[name]
    extra: Any = field.json_schema_extra
    return Price(name, field.default, field.description or "", extra["source"])


PRICES: tuple[Price, ...] = tuple(_price(name) for name in Costs.model_fields)


@dataclass(frozen=True, slots=True)
class Path:
    """A way that a request may go. Its place in PATHS is its row of the histogram."""

    slug: str
    label: str
    tagged: bool = False
    bad: bool = False  # it got nothing


PATHS: tuple[Path, ...] = (
    Path("pcp", "untagged, per-CPU list"),
    Path("buddy", "untagged, buddy lists"),
    Path("slow", "untagged, slow path"),
    Path("reserved", "tagged, tags reserved", tagged=True),
    Path("taken", "tagged, tag page free", tagged=True),
    Path("moved", "tagged, data moves out", tagged=True),
    Path("retried", "tagged, retried", tagged=True),
    Path("refused", "tagged, refused", tagged=True, bad=True),
)


def paths_of(rules: Policy) -> tuple[Path, ...]:
    """The paths that exist under a policy: who reserves nothing has the first three, for all requests alike."""
    if rules.lends:
        return PATHS
    who = "any page" if rules.keeps else "untagged"
    return tuple(Path(path.slug, path.label.replace("untagged", who)) for path in PATHS if not path.tagged)
