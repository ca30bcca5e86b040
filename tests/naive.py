"""A slow twin of the allocator's zones that is obviously right: lists, dicts, sorted and min. It knows no sim/core.

Restated from the facts documents: A = page-allocator facts, T = tag-storage facts. Types are letters: U M R, T for
METADATA (tag storage), I for ISOLATE, C for CMA. The whole machine is in `tests/core/naive_machine.py`.
"""

from dataclasses import dataclass, field

TYPES = "UMRCTI"
MERGEABLE = "UMR"
STEALS_FROM = {"U": "RM", "M": "RU", "R": "UM"}  # A 3.6
PCP_ORDERS = (0, 1, 2, 3, 9)  # A 1
Entry = tuple[int, str]  # a block on a per-CPU list and the type it remembers


def pcp_index(order: int, kind: str) -> int:
    """A 1: 3 * order + type for orders 0..3, 12 and 13 for order 9. What is not U, M or R goes with M."""
    kind = kind if kind in MERGEABLE else "M"
    return 3 * order + MERGEABLE.index(kind) if order < 9 else 12 + (kind == "M")


def order_of_index(index: int) -> int:
    """The order of the blocks on a per-CPU list."""
    return index // 3 if index < 12 else 9


@dataclass
class Pcp:
    """The 14 lists of one CPU in one zone, head first."""

    lists: list[list[Entry]] = field(default_factory=lambda: [[] for _ in range(14)])
    factor: int = 0

    @property
    def count(self) -> int:
        """Pages on all lists."""
        return sum(len(entries) << order_of_index(i) for i, entries in enumerate(self.lists))


class Buddy:
    """The free lists of one zone and the types of its pageblocks."""

    def __init__(self, types: dict[int, str]) -> None:
        self.types = types  # pfn // 512 -> type
        self.lists: dict[tuple[int, str], list[int]] = {(o, t): [] for o in range(11) for t in TYPES}
        self.at: dict[int, tuple[int, str]] = {}  # first pfn of every free block -> order, type of its list
        self.fragmented = False  # part of a pageblock was stolen: the marks go up and kswapd wakes (A 2, A 3.6)
        self.movable_in = lambda block: 0  # allocated movable pages of a pageblock

    @property
    def metadata(self) -> int:
        """NR_FREE_METADATA_PAGES."""
        return sum(len(self.lists[order, "T"]) << order for order in range(11))

    @property
    def free(self) -> int:
        """NR_FREE_PAGES: every list but ISOLATE (A 1)."""
        return sum(len(pfns) << order for (order, kind), pfns in self.lists.items() if kind != "I")

    def type_of(self, pfn: int) -> str:
        return self.types[pfn // 512]

    def add(self, pfn: int, order: int, kind: str, tail: bool) -> None:
        self.lists[order, kind].insert(len(self.lists[order, kind]) if tail else 0, pfn)
        self.at[pfn] = order, kind

    def remove(self, pfn: int) -> int:
        order, kind = self.at.pop(pfn)
        self.lists[order, kind].remove(pfn)
        return order

    def is_free(self, pfn: int, order: int) -> bool:
        return pfn in self.at and self.at[pfn][0] == order

    def may_merge(self, buddy: int, order: int, kind: str) -> bool:
        """A 4.7: below order 9 always; above if the types are equal or both of U, M, R."""
        other = self.type_of(buddy)
        return order < 9 or other == kind or (other in MERGEABLE and kind in MERGEABLE)

    def free_block(self, pfn: int, order: int, kind: str, to_tail: bool = False) -> None:
        """__free_one_page, A 4.7."""
        while order < 10:
            buddy = pfn ^ 1 << order
            if not self.is_free(buddy, order) or not self.may_merge(buddy, order, kind):
                break
            self.remove(buddy)
            pfn, order = min(pfn, buddy), order + 1
        pair = min(pfn, pfn ^ 1 << order)
        near = order < 9 and self.is_free(pair ^ 2 << order, order + 1)
        self.add(pfn, order, kind, tail=to_tail or near)

    def take_smallest(self, order: int, kind: str) -> int | None:
        """A 3.5: head of the smallest order that fits; upper halves go to the heads, the largest first."""
        fits = [o for o in range(order, 11) if self.lists[o, kind]]
        if not fits:
            return None
        pfn = self.lists[min(fits), kind][0]
        self.remove(pfn)
        for half in range(min(fits) - 1, order - 1, -1):
            self.add(pfn + (1 << half), half, kind, tail=False)
        return pfn

    def take(self, order: int, kind: str, metadata: bool, whole: bool = False) -> int | None:
        """__rmqueue, A 3.5 and T 2.2: own type, METADATA if allowed, then steal and begin again.

        `whole`: ALLOC_NOFRAGMENT, steal whole pageblocks only.
        """
        while True:
            for one in (kind, "T") if metadata else (kind,):
                pfn = self.take_smallest(order, one)
                if pfn is not None:
                    return pfn
            if not self.steal(order, kind, whole):
                return None

    def steal(self, order: int, kind: str, whole: bool) -> bool:
        """A 3.6: move something of another type to the lists of `kind`; whether there was anything."""
        lowest = max(order, 9) if whole else order
        found = [(o, t) for o in range(10, lowest - 1, -1) for t in STEALS_FROM[kind] if self.lists[o, t]]
        if not found:
            return False
        size, other = found[0]
        if kind == "M" and size < 4 and size > order:
            size, other = min(found, key=lambda choice: choice[0])
        pfn = self.lists[size, other][0]
        self.fragmented |= size < 9
        if size >= 9:
            for block in range(pfn // 512, (pfn + (1 << size)) // 512):
                self.types[block] = kind
            self.move(pfn, kind)
        elif size >= 4 or kind in "UR":
            self.claim(pfn // 512, kind)
        else:
            self.move(pfn, kind)
        return True

    def claim(self, block: int, kind: str) -> None:
        """A 3.6 (d): all free blocks of the pageblock; its type too if half of it is free or compatible."""
        blocks = self.blocks_in(block)
        free, movable = sum(1 << self.at[pfn][0] for pfn in blocks), self.movable_in(block)
        compatible = movable if kind == "M" else 512 - free - movable if self.types[block] == "M" else 0
        for pfn in blocks:
            self.move(pfn, kind)
        if free + compatible >= 256:
            self.types[block] = kind

    def blocks_in(self, block: int) -> list[int]:
        """The free blocks of a pageblock, ascending."""
        return sorted(pfn for pfn in self.at if pfn // 512 == block)

    def move(self, pfn: int, kind: str) -> None:
        """To the tail of another list of the same order."""
        order = self.remove(pfn)
        self.add(pfn, order, kind, tail=True)

    def isolate(self, block: int) -> None:
        """T 13.1: an order-10 block is cut in two first; then the free blocks of the pageblock become ISOLATE."""
        pair = block // 2 * 1024
        if self.is_free(pair, 10):
            self.remove(pair)
            self.add((block ^ 1) * 512, 9, "T", tail=False)
            self.add(block * 512, 9, "T", tail=False)
        self.types[block] = "I"
        for pfn in self.blocks_in(block):
            self.move(pfn, "I")

    def take_range(self, start: int, end: int) -> None:
        """T 13.3: the free blocks that hold the range are taken whole, what is too much is freed page by page."""
        first = page = start
        while page < end:
            pfn = next(pfn for pfn, (order, _) in self.at.items() if pfn <= page < pfn + (1 << order))
            first, page = min(first, pfn), pfn + (1 << self.remove(pfn))
        for excess in (*range(first, start), *range(end, page)):
            self.free_block(excess, 0, "I")

    def give_back(self, block: int) -> None:
        """T 13.4: METADATA again; every free block of the pageblock, ascending, to the tail of its list."""
        self.types[block] = "T"
        for pfn in self.blocks_in(block):
            self.move(pfn, "T")


class Zone(Buddy):
    """Free lists with the per-CPU lists in front of them."""

    def __init__(self, types: dict[int, str], cpus: int, batch: int, high: int) -> None:
        super().__init__(types)
        self.pcp = [Pcp() for _ in range(cpus)]
        self.batch, self.high = batch, high

    def take_from_pcp(self, cpu: int, order: int, kind: str, metadata: bool, whole: bool) -> int | None:
        """rmqueue_pcplist, A 3.4."""
        pcp = self.pcp[cpu]
        entries = pcp.lists[pcp_index(order, kind)]
        pcp.factor //= 2
        if not entries:
            self.refill(entries, order, kind, metadata, whole)
        return entries.pop(0)[0] if entries else None

    def refill(self, entries: list[Entry], order: int, kind: str, metadata: bool, whole: bool) -> None:
        """rmqueue_bulk, A 3.4: to the tail, so that the first taken is used first."""
        for _ in range(1 if self.batch == 1 else max(self.batch >> order, 2)):
            pfn = self.take(order, kind, metadata, whole)
            if pfn is None:
                return
            entries.append((pfn, "T" if self.type_of(pfn) == "T" else kind))

    def free_to_pcp(self, cpu: int, pfn: int, order: int) -> None:
        """free_unref_page_commit, A 4.3: to the head; a drain if the lists are too long."""
        pcp, kind = self.pcp[cpu], self.type_of(pfn)
        index = pcp_index(order, kind)
        pcp.lists[index].insert(0, (pfn, kind))
        free_high = pcp.factor > 0 and order in (1, 2, 3)
        limit = 0 if free_high else self.high
        if pcp.count >= limit:
            self.drain(pcp, pcp.count if free_high else self.drain_size(pcp, limit), index)

    def drain_size(self, pcp: Pcp, limit: int) -> int:
        """A 4.3 step 4."""
        if limit < self.batch:
            return 1
        size = self.batch << pcp.factor
        if size < limit - self.batch and pcp.factor < 5:
            pcp.factor += 1
        return min(max(size, self.batch), limit - self.batch)

    def drain(self, pcp: Pcp, pages: int, index: int) -> None:
        """free_pcppages_bulk, A 4.4: from `index` on and round, each list emptied from its tail before the next."""
        pages = min(pages, pcp.count)
        for entries_at in [*range(index, 14), *range(index)]:
            entries, order = pcp.lists[entries_at], order_of_index(entries_at)
            while pages > 0 and entries:
                pfn, kind = entries.pop()
                self.free_block(pfn, order, self.type_of(pfn) if "I" in self.types.values() else kind)
                pages -= 1 << order

    def drain_all(self, pcp: Pcp) -> None:
        """drain_pages_zone, A 4.5: in chunks, each from the first list on."""
        while pcp.count:
            self.drain(pcp, min(pcp.count, self.batch << 5), 0)

    def put(self, cpu: int, pfn: int, order: int) -> None:
        """A 4.1, 4.2, T 2.4: per-CPU list, or straight to the buddy lists from METADATA and ISOLATE pageblocks."""
        if order in PCP_ORDERS and self.type_of(pfn) not in "TI":
            self.free_to_pcp(cpu, pfn, order)
        else:
            self.free_block(pfn, order, self.type_of(pfn))

    def rmqueue(
        self, cpu: int, order: int, kind: str, metadata: bool, through_pcp: bool, whole: bool = False
    ) -> int | None:
        """A 3.4: from the per-CPU list, and if that stays empty from the buddy lists."""
        pfn = self.take_from_pcp(cpu, order, kind, metadata, whole) if through_pcp and order in PCP_ORDERS else None
        return self.take(order, kind, metadata, whole) if pfn is None else pfn

    def watermark_ok(self, order: int, mark: int, metadata: bool) -> bool:
        """A 3.3, T 2.3: `mark` includes the lowmem reserve."""
        unusable = (1 << order) - 1 + (0 if metadata else self.metadata)
        if self.free - unusable <= mark:
            return False
        kinds = "UMRT" if metadata else "UMR"
        return order == 0 or any(self.lists[o, kind] for o in range(order, 11) for kind in kinds)
