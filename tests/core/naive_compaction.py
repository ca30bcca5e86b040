"""A slow twin of the compaction of one zone (A = page-allocator facts): sets, lists and dicts; it knows no sim/core.

Letters of pages: `.` free, `a` anonymous, `p` anonymous and pinned, `f` page cache, `P` page cache and pinned, `u`
anything else. Only order -1 (compact_memory, proactive) and the linear scanners: the fast searches of A 6.6 have
tests of their own. Free pages move between `zone` (tests/naive.py) and the hands of compaction.
"""

from dataclasses import dataclass, field

from tests.naive import Zone

BLOCK = 512
CLUSTER = 32


@dataclass
class Compaction:
    """One run over a zone that starts at pfn 0."""

    zone: Zone
    pages: dict[int, str]  # what is in use, by pfn
    end: int
    reserve: int = 0  # the MIN mark
    skip: set[int] = field(default_factory=set)  # pageblocks with a skip bit
    in_hand: list[int] = field(default_factory=list)  # to move, in the order found
    targets: list[int] = field(default_factory=list)  # the last one is used first
    moved: list[tuple[int, int]] = field(default_factory=list)
    ranges: list[tuple[str, int, int, int]] = field(default_factory=list)  # scanner, start, end, taken
    migrate: int = 0
    free: int = 0

    def run(self) -> None:
        """compact_zone, A 6.3, whole zone, skip bits ignored."""
        self.migrate, self.free, last = 0, self.end - BLOCK, -1
        while self.free // BLOCK > self.migrate // BLOCK:
            start = self.migrate
            self.isolate(whole=last >= 0 and last // BLOCK == start // BLOCK)
            if self.in_hand:
                last = start
                if not self.move_all() and self.free // BLOCK > self.migrate // BLOCK:
                    break
        for pfn in reversed(self.targets):
            self.zone.put(0, pfn, 0)
        self.targets = []

    def isolate(self, whole: bool) -> None:
        """A 6.4: one pageblock, or the part of it that holds 32 pages that can move; compound pages do not occur."""
        start, end = self.migrate, self.migrate // BLOCK * BLOCK + BLOCK
        pfn = start
        while pfn < end and (whole or len(self.in_hand) < CLUSTER):
            free = self.zone.at.get(pfn)
            if free is None and self.pages.get(pfn) in ("a", "f", "P"):
                self.in_hand.append(pfn)
            pfn += 1 if free is None else 1 << free[0]
        pfn = min(pfn, end)
        if pfn == end and start % BLOCK == 0 and not self.in_hand:
            self.skip.add(start // BLOCK)
        self.ranges.append(("migrate", start, pfn, len(self.in_hand)))
        self.migrate = pfn

    def move_all(self) -> bool:
        """A 6.3: the last found first; False when the targets ran out. What cannot move stays where it is."""
        waiting, self.waiting = self.in_hand, len(self.in_hand)
        self.in_hand = []
        while waiting:
            if not self.targets:
                self.find_targets()
                if not self.targets:
                    return False
            source = waiting.pop()
            if self.pages[source] == "P":
                continue
            target = self.targets.pop()
            self.pages[target] = self.pages.pop(source)
            self.moved.append((source, target))
            self.zone.put(0, source, 0)
        return True

    def find_targets(self) -> None:
        """A 6.5: downwards by pageblock from the free scanner to the block above the migrate scanner."""
        start, block = self.free, self.free // BLOCK
        lowest, stride = (self.migrate // BLOCK + 1) * BLOCK, 1
        while block * BLOCK >= lowest:
            end = block * BLOCK + BLOCK
            if self.is_target(block):
                held = len(self.targets)
                start = self.take_from(start, end, stride)
                if start == end:
                    self.skip.add(block)
                if len(self.targets) >= self.waiting:
                    start = (block - 1) * BLOCK if start >= end else start
                    break
                if start < end:
                    break
                stride = 1 if len(self.targets) > held else min(CLUSTER, 2 * stride)
            block -= 1
            start = block * BLOCK
        self.free = start

    def is_target(self, block: int) -> bool:
        """A 6.5: MOVABLE, and not one free block; skip bits are ignored here."""
        whole = self.zone.at.get(block * BLOCK)
        return self.zone.types[block] == "M" and not (whole and whole[0] >= 9)

    def take_from(self, start: int, end: int, stride: int) -> int:
        """Whole free blocks, ascending, until as many pages are held as wait; where it stopped.

        After an empty pageblock only every second page is looked at, then every fourth, up to 32.
        """
        pfn, taken = start, 0
        while pfn < end and len(self.targets) < self.waiting:
            free = self.zone.at.get(pfn)
            size = 1 if free is None else 1 << free[0]
            if free is not None:
                if self.zone.free <= self.reserve + size:
                    break
                self.zone.remove(pfn)
                if size >= 256 and self.zone.types[pfn // BLOCK] in "UMR":
                    self.zone.types[pfn // BLOCK] = "M"
                self.targets += range(pfn, pfn + size)
                taken += size
            enough = len(self.targets) >= self.waiting
            pfn += size - 1 + (1 if enough else stride)
        pfn = min(pfn, end)
        self.ranges.append(("free", start, pfn, taken))
        return pfn
