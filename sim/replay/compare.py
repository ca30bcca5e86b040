"""A machine against a dump: every free block, every list in order, every per-CPU list, types and references."""

from dataclasses import dataclass, field

from sim.core.state.consts import MIGRATETYPES, ORDERS, PCPTYPES
from sim.core.state.indices import D_PAGES, D_PCP_HEADS
from sim.core.state.state import PCP_LISTS
from sim.replay.build import Recorded
from sim.replay.dump import Dump

Lists = dict[tuple[int, ...], list[int]]


@dataclass(slots=True)
class Comparison:
    """What agrees and what does not. `wrong` names the first differences, for people."""

    free_blocks: int = 0
    wrong_blocks: int = 0
    lists: int = 0
    lists_right: int = 0
    wrong_pcp: int = 0
    wrong_types: int = 0
    tag_blocks: int = 0
    tag_blocks_right: int = 0
    free_pages: tuple[int, int] = (0, 0)
    pcp_pages: tuple[int, int] = (0, 0)
    wrong: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether everything agrees."""
        lists = self.lists == self.lists_right and self.tag_blocks == self.tag_blocks_right
        return lists and not (self.wrong_blocks or self.wrong_pcp or self.wrong_types)


def walk(machine: Recorded, head: int) -> list[int]:
    """Pfns on a list from head to tail."""
    nxt, pages = machine.arrays["nxt"], []
    page = int(nxt[head])
    while page != head:
        pages.append(page)
        page = int(nxt[page])
    return [machine.layout.pfn_of(page) for page in pages]


def free_lists(machine: Recorded) -> Lists:
    """(zone, order, type) -> pfns."""
    found: Lists = {}
    pages = int(machine.arrays["dim"][D_PAGES])
    for i, count in enumerate(machine.arrays["nr_free"].tolist()):
        if count:
            zone, rest = divmod(i, ORDERS * MIGRATETYPES)
            found[zone, *divmod(rest, MIGRATETYPES)] = walk(machine, pages + i)
    return found


def pcp_lists(machine: Recorded) -> Lists:
    """(zone, cpu, index) -> pfns."""
    found: Lists = {}
    head = int(machine.arrays["dim"][D_PCP_HEADS])
    for i, count in enumerate(machine.arrays["pcp_len"].tolist()):
        if count:
            pcp, index = divmod(i, PCP_LISTS)
            found[*divmod(pcp, machine.layout.cpus), index] = walk(machine, head + i)
    return found


def dump_lists(machine: Recorded, dump: Dump) -> tuple[Lists, Lists]:
    """The same two from a dump."""
    free: Lists = {}
    pcp: Lists = {}
    for z, name in enumerate(machine.layout.zones):
        zone = dump.zones[name]
        free |= {(z, *key): pfns for key, pfns in zone.free.items() if pfns}
        for cpu, lists in zone.pcp.items():
            pcp |= {(z, cpu, i): [pfn for pfn, _ in entries] for i, entries in lists.lists.items() if entries}
    return free, pcp


def compare(machine: Recorded, dump: Dump) -> Comparison:
    """The machine as it is now against a dump."""
    result = Comparison()
    (told_free, told_pcp), free, pcp = dump_lists(machine, dump), free_lists(machine), pcp_lists(machine)
    pcp = {key: pfns for key, pfns in pcp.items() if key[1] in dump.zones[machine.layout.zones[key[0]]].pcp}
    _compare_free(result, free, told_free)
    _compare_pcp(result, pcp, told_pcp)
    if dump.sure:
        _compare_types(result, machine, dump)
    _compare_refs(result, machine, dump)
    return result


def _compare_free(result: Comparison, found: Lists, told: Lists) -> None:
    ours = {(key, pfn) for key, pfns in found.items() for pfn in pfns}
    theirs = {(key, pfn) for key, pfns in told.items() for pfn in pfns}
    result.free_blocks, result.wrong_blocks = len(theirs), len(theirs ^ ours)
    result.lists = len(told)
    for key in sorted(found.keys() | told.keys()):
        if found.get(key) == told.get(key):
            result.lists_right += 1
        else:
            result.wrong.append(
                _difference("list zone {} order {} type {}".format(*key), found.get(key, []), told.get(key, []))
            )
    pages = [sum(len(pfns) << key[1] for key, pfns in lists.items()) for lists in (found, told)]
    result.free_pages = pages[0], pages[1]


def _compare_pcp(result: Comparison, found: Lists, told: Lists) -> None:
    for key in sorted(found.keys() | told.keys()):
        ours, theirs = found.get(key, []), told.get(key, [])
        if ours != theirs:
            result.wrong.append(_difference("pcp zone {} cpu {} list {}".format(*key), ours, theirs))
            places = sum(a != b for a, b in zip(ours, theirs, strict=False))
            result.wrong_pcp += places + abs(len(ours) - len(theirs))
    pages = [
        sum(len(v) << (9 if k[2] >= 12 else k[2] // PCPTYPES) for k, v in lists.items()) for lists in (found, told)
    ]
    result.pcp_pages = pages[0], pages[1]


def _difference(name: str, ours: list[int], theirs: list[int]) -> str:
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    both = [f"{lists[at]:x}" if at < len(lists) else "nothing" for lists in (ours, theirs)]
    same = "same blocks, other order" if sorted(ours) == sorted(theirs) else "other blocks"
    return f"{name}: place {at}: {both[0]}, recorded {both[1]} ({len(ours)} and {len(theirs)} blocks, {same})"


def _compare_types(result: Comparison, machine: Recorded, dump: Dump) -> None:
    from sim.replay.dump import TYPES

    for name in machine.layout.zones:
        zone = dump.zones[name]
        first = machine.layout.page_of(zone.start) // 512
        for i, letter in enumerate(zone.blocks):
            if machine.arrays["pb_mt"][first + i] != TYPES[letter]:
                result.wrong_types += 1
                ours = machine.arrays["pb_mt"][first + i]
                result.wrong.append(f"pageblock {zone.start + i * 512:x}: type {ours}, recorded {TYPES[letter]}")


def tag_refs(machine: Recorded) -> dict[int, int]:
    """Reserved tag page -> tagged pages it serves."""
    tag = machine.layout.regions[0].tag_start
    return {tag + i: int(ref) - 1 for i, ref in enumerate(machine.arrays["tag_ref"].tolist()) if ref}


def _compare_refs(result: Comparison, machine: Recorded, dump: Dump) -> None:
    if dump.tag_refs is None or not machine.layout.regions:
        return
    ours = tag_refs(machine)
    result.tag_blocks = len(ours.keys() | dump.tag_refs.keys())
    for pfn in sorted(ours.keys() | dump.tag_refs.keys()):
        if ours.get(pfn) == dump.tag_refs.get(pfn):
            result.tag_blocks_right += 1
        else:
            result.wrong.append(f"tag page {pfn:x}: {ours.get(pfn)} references, recorded {dump.tag_refs.get(pfn)}")
