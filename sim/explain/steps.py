"""The steps of a decision path, frozen. Pages are indices of the compact page space; costs are ns, as priced."""

from dataclasses import dataclass, field

from sim.core.state import consts as c
from sim.kernel.refusal import ZoneTest
from sim.kernel.trace_row import Row

Counts = tuple[int, ...]  # free blocks by order


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tested or done; `cost` is what the request has cost when it is over."""

    cost: int


@dataclass(frozen=True, slots=True)
class Ask(Step):
    """A request enters alloc_pages."""

    process: int
    order: int
    mt: int
    gfp: int
    lent: bool  # it may live in tag storage
    what: int  # class of memory, C_*


@dataclass(frozen=True, slots=True)
class Zone(Step):
    """The watermark test of a zone."""

    test: ZoneTest

    @property
    def zone(self) -> int:
        """Its number."""
        return self.test.zone

    @property
    def ok(self) -> bool:
        """It passed."""
        return self.test.ok


@dataclass(frozen=True, slots=True)
class Take(Step):
    """A zone is to give a block; `page` NO_PAGE: it has none."""

    zone: int
    order: int
    mt: int
    turns: tuple[int, ...]  # types of the buddy lists that may give, in turn
    listed: bool  # it may take from the per-CPU list
    pcp: int  # blocks on that list
    cma_first: bool
    counts: Counts  # free blocks of its own type
    others: dict[int, Counts] = field(default_factory=dict)  # of HIGHATOMIC, CMA and METADATA
    stolen: "Steal | None" = None
    page: int = c.NO_PAGE

    @property
    def from_pcp(self) -> bool:
        """Whether the per-CPU list had a block."""
        return self.listed and self.pcp > 0

    @property
    def source(self) -> tuple[int, int] | None:
        """Type and order of the buddy list that gave, as the lists stood; None: it had to steal, or got nothing."""
        for mt in self.turns:
            counts = self.counts if mt == self.mt else self.others.get(mt, ())
            order = next((o for o in range(self.order, len(counts)) if counts[o]), -1)
            if order >= 0:
                return mt, order
        return None


@dataclass(frozen=True, slots=True)
class Steal(Step):
    """__rmqueue_fallback moved a block of another type."""

    page: int
    order: int
    wanted: int
    other: int
    whole: bool  # the pageblock changed its type


@dataclass(frozen=True, slots=True)
class Block:
    """A tag block as it was when it was looked at."""

    page: int  # data page whose tags it is to hold
    block: int
    pages: int
    refs: int  # 0: not reserved
    kind: int  # of its first page that is not free
    owner: int
    pinned: int
    pinner: int
    kinds: tuple[int, ...]  # of the 32 data pages
    first: int  # of these

    @property
    def reserved(self) -> bool:
        """It holds tags already."""
        return self.refs > 0


@dataclass(frozen=True, slots=True)
class Reserve(Step):
    """reserve_metadata_storage, with what moved meanwhile."""

    page: int
    order: int
    blocks: tuple[Block, ...]  # those looked at
    needed: int
    taken: int
    tries: int
    ret: int
    moved: tuple[Row, ...]  # E_MIGRATE, E_DROP
    since: int = 0  # ns before it

    @property
    def failed_at(self) -> Block | None:
        """The block that could not be taken."""
        return self.blocks[-1] if self.ret != c.OK and self.blocks else None


@dataclass(frozen=True, slots=True)
class Back(Step):
    """return_page_to_buddy."""

    page: int
    order: int
    merged: int
    merged_order: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Slow(Step):
    """The slow path begins."""


@dataclass(frozen=True, slots=True)
class Woken(Step):
    """kswapd wakes."""


@dataclass(frozen=True, slots=True)
class Reclaim(Step):
    """Direct reclaim."""

    freed: int
    ready: bool = False  # nothing came free, but compaction may begin: counted as progress


@dataclass(frozen=True, slots=True)
class Lost(Step):
    """Here the op decided more than is kept."""

    rows: int


@dataclass(frozen=True, slots=True)
class Compact(Step):
    """Direct compaction of one zone, or why it did not start: the last result of all zones."""

    result: int
    zone: int


@dataclass(frozen=True, slots=True)
class Round(Step):
    """The retry loop decides whether to go round again."""

    idle: int  # rounds without progress
    progress: int
    again: bool


@dataclass(frozen=True, slots=True)
class Last(Step):
    """The last look at the HIGH mark before the OOM killer."""


@dataclass(frozen=True, slots=True)
class Oom(Step):
    """Somebody is killed."""

    victim: int
    free: int
    metadata: int


@dataclass(frozen=True, slots=True)
class Got(Step):
    """The end: the page, or NO_PAGE."""

    page: int
    order: int


@dataclass(frozen=True, slots=True)
class Again(Step):
    """The steps before it, `times` more; `pages` different pages were offered in all."""

    times: int
    steps: int
    pages: int
    since: int  # ns before them
    last: Round | None  # of a retry loop, its last round
    refusals: int  # among them
