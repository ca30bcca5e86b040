"""What a run looks like at one op: frozen values, safe to hand to any thread.

Units are pages and pfns throughout. Arrays are copies and are never written to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.kernel.refusal import Refusal
from sim.policies import DEFAULT, Policy


@dataclass(frozen=True, slots=True)
class Ledger:
    """Tag storage in pages, by use (tag-storage facts 9.1). total = tags + anon + file + dirty + free + pcp + other."""

    total: int
    tags: int  # reserved for tags
    tagged: int  # tagged data pages in the machine; 32 of them fill one tag page
    anon: int  # lent: anonymous data
    file: int  # lent: clean page cache
    dirty: int  # lent: dirty page cache
    free: int  # free METADATA (where it is ordinary memory: free)
    pcp: int  # on per-CPU lists
    other: int  # anything else: isolated, or kernel memory where it is ordinary memory


@dataclass(frozen=True, slots=True)
class ZoneView:
    """One zone: counts of /proc/zoneinfo, free lists of /proc/pagetypeinfo."""

    name: str
    start_pfn: int
    spanned: int
    present: int
    managed: int
    free: int  # NR_FREE_PAGES
    free_metadata: int  # NR_FREE_METADATA_PAGES, part of `free`
    min: int
    low: int
    high: int
    protection: tuple[int, int, int, int]
    free_lists: NDArray[np.int64]  # [migratetype 0..6, order 0..10] number of free blocks
    block_types: NDArray[np.int64]  # [migratetype 0..6] number of pageblocks
    data_kinds: NDArray[np.int64]  # [kind] pages outside tag storage
    tag_kinds: NDArray[np.int64]  # [kind] pages inside tag storage
    pcp: tuple["PcpView", ...]  # one a CPU
    boost: int = 0  # watermark_boost
    free_cma: int = 0  # NR_FREE_CMA_PAGES, part of `free`
    has_metadata: bool = True  # the kernel knows MIGRATE_METADATA
    kswapd_awake: bool = False  # counters may drift as far as pressure allows
    unreclaimable: bool | None = False  # kswapd gave up (node_unreclaimable); None: not known


@dataclass(frozen=True, slots=True)
class PcpView:
    """The per-CPU lists of one zone and CPU."""

    count: int
    high: int
    batch: int
    lists: tuple[int, ...]  # 14 lengths, in blocks


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process: resident pages by what they are."""

    pid: int
    name: str
    oom_score_adj: int
    alive: bool
    anon: int
    tagged: int
    slab: int
    unmovable: int
    pagetable: int
    file: int  # page cache it read, clean and dirty
    killed: bool = False  # by the OOM killer; one that left by itself is only not alive


@dataclass(frozen=True, slots=True)
class PinView:
    """One short-term pin: a page reference that keeps a page where it is."""

    pfn: int
    owner: str
    since_op: int
    until_op: int  # -1: until the scenario says so
    in_tag_storage: bool
    blocks_pfn: int  # first of the data pages that cannot be tagged while it lasts, -1 outside tag storage
    blocks_pages: int


@dataclass(frozen=True, slots=True)
class OomView:
    """One out-of-memory kill."""

    op: int
    requester: str
    requester_pid: int
    victim: str
    victim_pid: int
    order: int
    tagged: bool
    free: int  # pages free at the kill
    free_metadata: int  # of these, METADATA
    usable: int  # of these, open to this request
    refused_pfn: int  # page last put back by this request, -1 if none was
    refusals: int  # times this request was refused
    tag_pfn: int  # tag page that could not be emptied, -1
    freed: int  # pages the kill gave back
    refusal: Refusal | None = None  # what it failed by; None: going back has lost the numbers of that moment


@dataclass(frozen=True, slots=True)
class CostView:
    """What requests of one path have cost so far (sim.scenario.costs.PATHS), in nanoseconds; 0 while there was none."""

    path: str
    label: str
    count: int  # requests
    p50: int  # of the bucket that holds it, an eighth wide at most: the most that it has seen
    p90: int
    p99: int
    most: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `line` as the kernel's trace would print it, `sentence` for people."""

    op: int
    name: str  # tracepoint name
    line: str
    sentence: str
    bad: bool  # a refusal, a failure, an OOM


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth a mark on the timeline."""

    op: int
    kind: str  # reserve, refusal, migrate, steal, oom, thp_rollback, pin, command
    words: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Samples through time, at most 512, equally spaced. One array a name, in pages, all as long as `op`."""

    op: NDArray[np.int64]
    tags: NDArray[np.int64]
    tagged: NDArray[np.int64]
    lent_anon: NDArray[np.int64]
    lent_file: NDArray[np.int64]  # clean and dirty
    free_metadata: NDArray[np.int64]
    free: NDArray[np.int64]
    refused: NDArray[np.int64]  # metadata_reserve_fail so far


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One numbered step of the story. HTML."""

    n: int
    head: str  # "Ask."
    html: str
    bad: bool  # a refusal, a failure, an OOM


@dataclass(frozen=True, slots=True)
class StoryStop:
    """Where the number of a step stands on the map."""

    n: int
    pfn: int
    link: bool  # a data page: its tag page belongs to it
    bad: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What has just happened: one op, told in steps."""

    what: str  # "What has just happened"
    op: int  # that is told, -1 when it is about no op in particular
    title: str  # HTML
    bad: bool
    steps: tuple[StoryStep, ...] = ()
    stops: tuple[StoryStop, ...] = ()
    cost: str = ""  # HTML: what its requests cost, "" when it is about none


UNTOLD = Story("So far", -1, "Nothing has happened yet.", bad=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole machine at one op."""

    op: int
    length: int  # op at which the scenario ends
    blocks: NDArray[np.uint16]  # [data pageblocks of the map, kind]; plate after plate, ascending pfn
    strip: NDArray[np.uint16]  # [columns of the map, 15]: tag pages by kind (13), sum of tagged pages served, pins
    pages: (
        NDArray[np.uint8] | None
    )  # kind | 0x80 if pinned; plate after plate: data pages, then tag pages. Small machines only
    ledger: Ledger
    packing: tuple[int, ...]  # [33] reserved tag pages by how many tagged pages they serve
    zones: tuple[ZoneView, ...]
    counters: Mapping[str, int]  # names of /proc/vmstat
    processes: tuple[ProcessView, ...]
    pins: tuple[PinView, ...]
    ooms: tuple[OomView, ...]
    events: tuple[Event, ...]  # newest last, at most 48
    marks: tuple[Mark, ...]
    series: Series
    costs: tuple[CostView, ...] = ()
    story: Story = UNTOLD
    failed: int = 0  # requests that got nothing so far
    last_failed: Refusal | None = None  # the newest of them; None as in OomView
    knobs: Mapping[str, int] = field(default_factory=dict)  # where the knobs of sim/kernel/knobs.py stand
    rules: Policy = DEFAULT  # of the run


@dataclass(frozen=True, slots=True)
class PageView:
    """One page, for whoever points at it."""

    pfn: int
    kind: int  # K_*
    order: int  # of the block it belongs to, allocated or free; 0 if unknown
    owner: str  # "" for nobody and for the kernel
    pid: int
    pinned: bool
    in_tag_storage: bool
    tag_pfn: int  # data page: tag page that holds its tags, -1 outside every region
    tag_kind: int  # kind of that tag page, -1
    tag_pinned: bool
    served: tuple[
        int, int
    ]  # tag page: first and last data pfn whose tags it holds (its block's); data page: its neighbours
    tagged: int  # how many of the served pages are tagged
    migratetype: int  # of its pageblock
