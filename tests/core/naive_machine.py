"""The rest of the slow twin: processes, tagged requests and their tag storage (T = tag-storage facts).

Left out: reclaim, kswapd and the OOM killer. A request that would need one of them raises OutOfScope.
Three rules are ours, not the kernel's: a block that moves becomes its owner's newest; a larger block that has to move
is first split into single pages, the later ones newer; a process that ends gives back class by class, newest first.
"""

from collections import Counter
from dataclasses import dataclass

from sim.kernel.boot import boot_numbers
from sim.policies import find_policy
from sim.scenario.layout import Layout
from tests.naive import Zone

KIND = {"anon": "M", "tagged": "M", "file": "M", "dirty": "M", "slab": "R", "unmovable": "U", "pagetable": "U"}
OWNED = ("anon", "tagged", "slab", "unmovable", "pagetable")
ZONE_TYPES = ("DMA", "DMA32", "Normal", "Movable")
ROUNDS = 17  # T 12.8: fast, first slow, 17 rounds, last; then the OOM killer


def passes(order: int) -> list[str]:
    """The marks of the passes of a request that is always refused while compaction has nothing to do (A 5).

    Large ones compact before they reclaim; reclaim then answers 1, as compaction is ready: two passes more.
    """
    if order > 3:
        return ["low", "min", "min", "min", "min", "drain", "min", "min"]
    return ["low", "min", *["min"] * ROUNDS * (2 if order else 1), "high"]


class OutOfScope(Exception):
    """The request needs what the twin leaves out. The twin has gone too far: start again without it."""


class Hopeless(OutOfScope):
    """The same, found out before anything has changed."""


@dataclass
class Block:
    """An allocated block."""

    order: int
    process: int
    what: str


class Twin:
    """A machine after boot, under one policy. Addresses are pfns."""

    def __init__(self, layout: Layout, policy: str, cpus: list[int]) -> None:
        self.layout, self.rules, self.cpus = layout, find_policy(policy), cpus  # cpus: by process, 0 is the kernel
        self.zones: list[Zone] = []
        self.blocks: dict[int, Block] = {}
        self.held: dict[tuple[int, str], list[int]] = {(p, what): [] for p in range(len(cpus)) for what in OWNED}
        self.cache: list[list[int]] = []  # by zone: page cache, newest first
        self.pinned: set[int] = set()
        self.refs: dict[int, int] = {}  # first tag page of a reserved block -> 1 + tagged pages (T 3.2)
        self.counters: Counter[str] = Counter()
        self.boot()

    def boot(self) -> None:
        """Memory ascending in the largest blocks, to the tail (A 4.7); then tag storage by pageblock (T 2.5)."""
        self.numbers = boot_numbers(self.layout, self.rules)
        tags = [pfn for r in self.layout.regions for pfn in range(r.tag_start, r.tag_end, 512)]
        for number in self.numbers:
            banks = self.layout.zone_banks(number.name)
            blocks = [pfn for bank in banks for pfn in range(bank.start_pfn, bank.end, 512)]
            types = {pfn // 512: "T" if self.rules.lends and pfn in tags else "M" for pfn in blocks}
            zone = Zone(types, self.layout.cpus, number.batch, number.pcp_high)
            zone.movable_in = self.movable_in
            self.zones.append(zone)
            self.cache.append([])
            for pfn in blocks:
                if pfn not in tags:
                    zone.free_block(pfn, 9, "M", to_tail=True)
            for pfn in tags:
                if pfn in blocks and not self.rules.keeps:
                    zone.free_block(pfn, 9, "T" if self.rules.lends else "M")

    def zone_of(self, pfn: int) -> Zone:
        return next(zone for zone in self.zones if pfn // 512 in zone.types)

    def movable_in(self, block: int) -> int:
        """Allocated pages of user memory and page cache in a pageblock."""
        pages = range(block * 512, block * 512 + 512)
        found = [pfn for pfn, b in self.blocks.items() if pfn in pages and KIND[b.what] == "M"]
        return sum(min(1 << self.blocks[pfn].order, 512) for pfn in found)

    def head_of(self, page: int) -> int | None:
        """First page of the allocated block that holds a page."""
        heads = (page & -(1 << order) for order in range(11))
        return next((h for h in heads if h in self.blocks and page < h + (1 << self.blocks[h].order)), None)

    # Requests.

    def allocate(self, process: int, what: str, order: int) -> int | None:
        """A block for a process, or None. Raises OutOfScope."""
        if not any(zone.watermark_ok(order, mark, self.open_to(what)) for zone, mark in self.marks("low", KIND[what])):
            raise Hopeless(what)
        for number, step in enumerate(passes(order)):
            if step == "drain":
                self.drain_all()
                continue
            if number > 1 and order > 0 and not self.has_block(what, order):
                raise OutOfScope("compaction")
            refused = self.counters["refused"]
            pfn = self.one_pass(what, order, self.cpus[process], step)
            if pfn is not None:
                self.own(pfn, Block(order, process, what))
                return pfn
            if self.counters["refused"] == refused or not self.is_quiet(what, order):
                raise OutOfScope(f"pass {number}")
        if order <= 3:
            raise OutOfScope("OOM")
        return None

    def has_block(self, what: str, order: int) -> bool:
        """Whether compaction of the zone it begins with has nothing to do (A 6.1), neither after a turn of reclaim."""
        zone, mark = self.marks("min", KIND[what])[0]
        return all(zone.watermark_ok(order, mark, metadata) for metadata in {self.open_to(what), False})

    def is_quiet(self, what: str, order: int) -> bool:
        """Whether kswapd would not wake and direct reclaim would find nothing."""
        marks = self.marks("high", KIND[what])
        balanced = any(zone.watermark_ok(order, mark, metadata=False) for zone, mark in marks)
        return balanced and not any(self.cache)

    def marks(self, name: str, kind: str) -> list[tuple[Zone, int]]:
        """The zones that a request may use, in the order it tries them, with mark + lowmem reserve (A 3.2, 3.3)."""
        highest = 3 if kind == "M" else 2
        zones = zip(self.zones, self.numbers, strict=True)
        usable = [(zone, n) for zone, n in zones if ZONE_TYPES.index(n.name) <= highest]
        return [(zone, getattr(n, name) + n.protection[highest]) for zone, n in reversed(usable)]

    def open_to(self, what: str) -> bool:
        """Whether such a request may use METADATA: untagged and movable (T 2.1)."""
        return self.rules.lends and KIND[what] == "M" and what != "tagged"

    def one_pass(self, what: str, order: int, cpu: int, mark_name: str) -> int | None:
        """get_page_from_freelist, A 3.2, T 4.1. The last pass before OOM (HIGH) has no METADATA (A 5.10)."""
        preferred = self.numbers[-1].name if KIND[what] == "M" or self.numbers[-1].name != "Movable" else ""
        for whole in (True, False) if preferred == "Normal" and mark_name == "low" else (False,):  # A 3.1, 3.2
            pfn = self.one_round(what, order, cpu, mark_name, whole)
            if pfn is not None:
                return pfn
        return None

    def one_round(self, what: str, order: int, cpu: int, mark_name: str, whole: bool) -> int | None:
        """Zone after zone; `whole`: ALLOC_NOFRAGMENT. CMA, and so the per-CPU list, is closed at HIGH (A 3.4)."""
        kind, tagged = KIND[what], what == "tagged" and self.rules.lends
        metadata = self.open_to(what) and mark_name != "high"
        through_pcp = kind != "M" or (mark_name != "high" and (metadata or not self.rules.lends))
        for zone, mark in self.marks(mark_name, kind):
            if not zone.watermark_ok(order, mark, metadata):
                continue
            pfn = zone.rmqueue(cpu, order, kind, metadata, through_pcp, whole)
            if zone.fragmented:
                raise OutOfScope("the marks go up and kswapd wakes")
            if pfn is None:
                continue
            self.counters["pgalloc"] += 1 << order
            if not tagged or self.reserve(pfn, order, cpu):
                return pfn
            self.counters["refused"] += 1
            zone.free_block(pfn, order, zone.type_of(pfn), to_tail=True)
        return None

    def list_of(self, pfn: int, block: Block) -> list[int]:
        """The list on which its owner keeps a block."""
        if block.what in OWNED:
            return self.held[block.process, block.what]
        return self.cache[self.zones.index(self.zone_of(pfn))]

    def own(self, pfn: int, block: Block) -> None:
        self.blocks[pfn] = block
        self.list_of(pfn, block).insert(0, pfn)

    def disown(self, pfn: int) -> Block:
        block = self.blocks.pop(pfn)
        self.list_of(pfn, block).remove(pfn)
        self.pinned -= set(range(pfn, pfn + (1 << block.order)))
        return block

    def free(self, pfn: int, cpu: int) -> None:
        """A block is freed: its tag storage first (T 4.5), then its pages."""
        block = self.disown(pfn)
        self.untag(pfn, block)
        self.zone_of(pfn).put(cpu, pfn, block.order)

    def untag(self, pfn: int, block: Block) -> None:
        """free_metadata_storage, T 4.5."""
        if block.what == "tagged" and self.rules.lends:
            for tag_block, refs in self.tag_blocks(pfn, block.order):
                if tag_block in self.refs:
                    self.counters["reserve_free"] += self.drop(tag_block, refs)

    def drain_all(self) -> None:
        """drain_all_pages of no zone in particular, A 4.5: CPU after CPU, zones in order."""
        for cpu in range(self.layout.cpus):
            for zone in self.zones:
                zone.drain_all(zone.pcp[cpu])

    # Tag storage.

    def all_refs(self) -> dict[int, int]:
        """By reserved tag block; of storage that is kept every page is one."""
        if not self.rules.keeps:
            return self.refs
        refs = {pfn: 1 for region in self.layout.regions for pfn in range(region.tag_start, region.tag_end)}
        for pfn, block in self.blocks.items():
            if block.what == "tagged":
                for page in range(pfn, pfn + (1 << block.order)):
                    for tag_block, _ in self.tag_blocks(page, 0):
                        refs[tag_block] += 1
        return refs

    def region_of(self, pfn: int):
        return next((r for r in self.layout.regions if r.data_start <= pfn < r.data_end), None)

    def tag_blocks(self, pfn: int, order: int) -> list[tuple[int, int]]:
        """T 3.1, 3.2, 3.3 step 4: the tag blocks of 2^order pages and the references on each. W2 included."""
        region = self.region_of(pfn)
        if region is None:
            return []
        size = region.block_pages
        offset = (pfn - region.data_start) // 32
        first = region.tag_start + offset // size * size
        count = max((1 << order) // 32, 1)
        blocks = [block for n in range(count) if (block := first + n * size) < region.tag_end]
        return [(block, 1 if "one-ref" in self.rules.rules else min(1 << order, 32 * size)) for block in blocks]

    def reserve(self, pfn: int, order: int, cpu: int) -> bool:
        """reserve_metadata_storage, T 3.3; a page outside every region succeeds (W9)."""
        blocks = self.tag_blocks(pfn, order)
        for block, refs in blocks:
            if block in self.refs:
                self.refs[block] += refs
        size = self.region_of(pfn).block_pages if blocks else 0
        for block, refs in blocks:
            if block in self.refs:
                continue
            if not self.contig(block, block + size, cpu):
                for one, back in blocks:
                    if one in self.refs:
                        self.drop(one, back)
                self.counters["reserve_fail"] += size
                return False
            self.refs[block] = 1 + refs
            self.counters["reserve_success"] += size
        return True

    def drop(self, block: int, refs: int) -> int:
        """T 3.2, 13.7: at the count of 1 the block goes back, page by page; how many pages did."""
        self.refs[block] -= refs
        if self.refs[block] > 1:
            return 0
        del self.refs[block]
        size = next(r.block_pages for r in self.layout.regions if r.tag_start <= block < r.tag_end)
        for page in range(block, block + size):
            self.zone_of(page).free_block(page, 0, "T")
        return size

    def contig(self, start: int, end: int, cpu: int) -> bool:
        """alloc_contig_range, T 13: whether the range could be emptied. A pin stops it before anything (12.16)."""
        zone, pageblocks = self.zone_of(start), range(start // 512, (end - 1) // 512 + 1)
        for pageblock in pageblocks:
            zone.isolate(pageblock)
        for pcp in zone.pcp:
            zone.drain_all(pcp)  # of this zone (A 7)
        heads = [self.head_of(page) for page in range(start, end)]
        pages = {p for h in heads if h is not None for p in range(h, h + (1 << self.blocks[h].order))}
        possible = not pages & self.pinned
        if possible:
            for page in range(start, end):
                self.empty(page, zone, cpu)
            zone.take_range(start, end)
        for pageblock in pageblocks:
            zone.give_back(pageblock)
        return possible

    def empty(self, page: int, zone: Zone, cpu: int) -> None:
        """Clean page cache is dropped, the rest moves to wherever an untagged movable page comes from (T 5.1)."""
        head = self.head_of(page)
        if head is None:
            return
        self.split(head)
        if self.blocks[page].what == "file":
            self.disown(page)
        else:
            target = self.one_pass("anon", 0, cpu, "low")
            if target is None:
                raise OutOfScope("no place to move to")
            self.counters["migrated"] += 1
            self.own(target, self.disown(page))
        zone.free_block(page, 0, "I")

    def split(self, head: int) -> None:
        """A block becomes single pages."""
        block = self.blocks[head]
        size, block.order = 1 << block.order, 0
        for page in range(head + 1, head + size):
            self.own(page, Block(0, block.process, block.what))
