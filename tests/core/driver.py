"""Random requests that the twin can answer, written down as the program of a scenario."""

from typing import Any

from sim.scenario.layout import load_layout
from sim.scenario.workload import WHATS
from tests.core.naive_batches import bulk, leave
from tests.core.naive_machine import OWNED, Hopeless, OutOfScope, Twin
from tests.core.scenarios import DRAIN, alloc, free, free_page, pin, scenario, unpin

NAMES = ("kernel", "p", "q", "r")
CPUS = [0, 0, 1, 1]


class Driver:
    """Feeds a twin with requests and writes down those that it could answer."""

    def __init__(self, layout: dict[str, Any], policy: str, cache: bool = False) -> None:
        """`cache`: whether there is page cache."""
        self.layout, self.policy, self.cache, self.ops = layout, policy, cache, 0
        self.steps: list[dict[str, Any]] = []
        self.twin = self.fresh()

    def crowd(self, room: int, pins: int) -> None:
        """Fill normal memory, then tag storage with small pages; pin some; then make room in normal memory."""
        data = sum(region["data_pages"] for region in self.layout["regions"]) // 512
        small = "file" if self.cache else "anon"
        self.do(alloc("anon", 9, data - 1, "r"))
        self.do(DRAIN)
        self.do(alloc("anon", 5, 16, "q"))
        self.do(alloc("anon", 1, 8, "p"))
        self.do(alloc(small, 0, 600 * len(self.layout["regions"]), "p"))
        for n in range(pins):
            self.pin_some(0, 7 + 41 * n)
        self.do(free("anon", room, "r", "oldest"))

    def fresh(self) -> Twin:
        return Twin(load_layout(self.layout), self.policy, CPUS)

    def scenario(self) -> dict[str, Any]:
        """What was written down, for a Machine."""
        processes = [{"name": n, "pid": i, "cpu": CPUS[i]} for i, n in enumerate(NAMES) if i]
        return scenario(layout=self.layout, policy=self.policy, processes=processes, program=self.steps or [DRAIN])

    def do(self, step: dict[str, Any]) -> None:
        """One step, unit by unit, as far as the twin can follow."""
        for done in range(step.get("count", 1)):
            try:
                self.apply(step)
            except OutOfScope as stop:
                self.write(step, done)
                if not isinstance(stop, Hopeless):
                    self.start_again()
                return
        self.write(step, step.get("count", 1))

    def write(self, step: dict[str, Any], count: int) -> None:
        if count:
            self.steps.append(step | {"count": count} if "count" in step else step)
            self.ops += count

    def start_again(self) -> None:
        """The twin as it was before a request that it could not answer."""
        self.twin = self.fresh()
        for step in self.steps:
            for _ in range(step.get("count", 1)):
                self.apply(step)

    def apply(self, step: dict[str, Any]) -> None:
        """One unit of a step."""
        twin, process = self.twin, NAMES.index(step.get("process", "kernel"))
        match step["do"]:
            case "alloc" if "bulk" in step:
                bulk(twin, process, step["bulk"])
            case "exit":
                leave(twin, process)
            case "alloc":
                twin.allocate(process, step["what"], step["order"])
            case "free":
                what = step["what"]
                pfns = twin.held[process, what] if what in OWNED else twin.cache[0]
                if pfns:
                    twin.free(pfns[0 if step["from"] == "newest" else -1], CPUS[process])
            case "free_page":
                twin.free(step["pfn"], 0)
            case "pin":
                twin.pinned.add(step["pfn"])
            case "unpin":
                twin.pinned.remove(step["pfn"])
            case "drain":
                twin.drain_all()

    def empty(self, process: str) -> None:
        """Free all that a process holds, as if it left; but it goes on (who has left asks no more)."""
        for what in OWNED:
            if held := len(self.twin.held[NAMES.index(process), what]):
                self.do(free(what, held, process, "newest"))

    # From numbers to steps.

    def request(self, code: int) -> None:
        """Code 0 is nothing; the rest means one step or a few."""
        choice, a, b = code % 16, (code >> 4) % 256, (code >> 12) % 4096
        process = NAMES[1 + a % 3]
        if choice == 9 and self.cache:
            self.do(alloc(("file", "dirty")[b % 2], 0, 1 + a % 24, process))
        elif choice in REQUESTS:
            what, orders, most = REQUESTS[choice]
            self.do(alloc(what, orders[b % len(orders)], 1 + a % most, process))
        elif choice in (9, 10):
            for i in range(1 + a % 12):
                self.free_some(b + 997 * i)
        elif choice == 11:
            self.do(free(WHATS[b % 7], 1 + a % 64, process, ("newest", "oldest")[b // 7 % 2]))
        elif choice == 12:
            self.pin_some(a, b)
        elif choice == 13 and self.twin.pinned:
            self.do(unpin(sorted(self.twin.pinned)[b % len(self.twin.pinned)]))
        elif choice == 14:
            self.empty(process) if b % 8 == 0 else self.do(DRAIN)
        elif choice == 15:
            self.free_pageblock(b)

    def free_some(self, n: int) -> None:
        pfns = sorted(self.twin.blocks)
        if pfns:
            self.do(free_page(pfns[n % len(pfns)]))

    def free_pageblock(self, n: int) -> None:
        """Every block of one pageblock of normal memory that is in use."""
        used = sorted({pfn // 512 for pfn in self.twin.blocks if self.twin.zone_of(pfn).type_of(pfn) != "T"})
        for pfn in sorted(self.twin.blocks) if used else ():
            if pfn // 512 == used[n % len(used)]:
                self.do(free_page(pfn))

    def pin_some(self, a: int, n: int) -> None:
        """A page of a block in tag storage if there is one, else any."""
        pfns = sorted(self.twin.blocks)
        lent = [pfn for pfn in pfns if self.twin.zone_of(pfn).type_of(pfn) == "T"]
        if pfns and len(self.twin.pinned) < 100:
            head = (lent or pfns)[n % len(lent or pfns)]
            page = head + a % (1 << self.twin.blocks[head].order)
            if page not in self.twin.pinned:
                self.do(pin(page))


REQUESTS = {  # choice -> class, orders, how many at most
    1: ("tagged", (0,), 24),
    2: ("tagged", (0, 0, 1, 2, 3), 8),
    3: ("anon", (0,), 64),
    4: ("anon", (0, 1, 2, 3, 4, 6), 16),
    5: ("anon", (9, 9, 9, 8, 10), 12),
    6: ("tagged", (9, 9, 9, 8, 5, 6, 10), 3),
    7: ("slab", (0, 0, 1, 2, 3, 4, 9), 64),
    8: ("unmovable", (0, 0, 0, 1, 3, 5, 9), 48),
}
