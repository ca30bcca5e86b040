"""The slow twin for many pages at once: a process that ends, and bulk allocation (A = page-allocator facts)."""

from tests.core.naive_machine import OWNED, Block, Hopeless, OutOfScope, Twin

BATCH = 512  # pages that are given back together, at most (A 4.6)


def leave(twin: Twin, process: int) -> None:
    """A process ends: user memory in batches, newest first, the rest block by block; class by class."""
    cpu = twin.cpus[process]
    for what in OWNED:
        held = list(twin.held[process, what])
        if what not in ("anon", "tagged"):
            for pfn in held:
                twin.free(pfn, cpu)
        else:
            for at in range(0, len(held), BATCH):
                release(twin, held[at : at + BATCH], cpu)


def release(twin: Twin, pfns: list[int], cpu: int) -> None:
    """Large blocks first. Of single pages the last comes first: all lose their tags, then each has its turn (A 4.6)."""
    singles = [pfn for pfn in pfns if twin.blocks[pfn].order == 0]
    for pfn in pfns:
        if pfn not in singles:
            twin.free(pfn, cpu)
    waiting = []
    for pfn in reversed(singles):
        zone = twin.zone_of(pfn)
        if zone.type_of(pfn) in "TI":
            twin.free(pfn, cpu)
        else:
            twin.untag(pfn, twin.disown(pfn))
            waiting.append((zone, pfn))
    for zone, pfn in waiting:
        zone.put(cpu, pfn, 0)


def bulk(twin: Twin, process: int, pages: int) -> None:
    """__alloc_pages_bulk of unmovable pages (A 3.7): free_factor stays; one page in the ordinary way if it gets none.

    Raises OutOfScope.
    """
    if not any(zone.watermark_ok(0, mark, metadata=False) for zone, mark in twin.marks("low", "U")):
        raise Hopeless("bulk")
    zone = next((z for z, mark in twin.marks("low", "U") if z.watermark_ok(0, mark + pages, metadata=False)), None)
    if zone is None:
        twin.allocate(process, "unmovable", 0)
        return
    pcp = zone.pcp[twin.cpus[process]]
    factor = pcp.factor
    for _ in range(pages):
        pfn = zone.take_from_pcp(twin.cpus[process], 0, "U", metadata=False, whole=False)
        pcp.factor = factor
        if zone.fragmented:
            raise OutOfScope("the marks go up and kswapd wakes")
        if pfn is None:
            raise OutOfScope("the zone is empty")
        twin.counters["pgalloc"] += 1
        twin.own(pfn, Block(0, process, "unmovable"))
