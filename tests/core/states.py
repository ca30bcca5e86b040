"""The state of a machine and of its twin as the same plain data: what must agree, head to tail."""

from typing import Any

import numpy as np

from sim.core.state.consts import (
    F_HEAD,
    F_WISHED,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_PAGETABLE,
    K_SLAB,
    K_TAGGED,
    K_UNMOVABLE,
    MIGRATETYPES,
    ORDERS,
    OWNED_CLASSES,
)
from sim.core.state.indices import D_CPUS, D_LRU_HEADS, D_OWNER_HEADS, D_PAGES, D_PCP_HEADS, D_PINS
from sim.core.state.state import MAX_PROCESSES, PCP_LISTS
from sim.machine import Machine
from sim.run.invariants import walk
from tests.core.naive_machine import OWNED, Twin

LETTERS = "UMRHCTI"
WHAT = {
    K_ANON: "anon",
    K_TAGGED: "tagged",
    K_SLAB: "slab",
    K_UNMOVABLE: "unmovable",
    K_PAGETABLE: "pagetable",
    K_FILE: "file",
    K_DIRTY: "dirty",
}
State = dict[str, Any]


def twin_state(twin: Twin) -> State:
    """Everything that must agree, from the twin."""
    zones = list(enumerate(twin.zones))
    lists = {(z, *key): list(pfns) for z, zone in zones for key, pfns in zone.lists.items()}
    pcps = [((z, cpu), pcp) for z, zone in zones for cpu, pcp in enumerate(zone.pcp)]
    return {
        "lists": without_empty(lists),
        "pcp": without_empty({(*at, i): list(one) for at, pcp in pcps for i, one in enumerate(pcp.lists)}),
        "factors": {at: pcp.factor for at, pcp in pcps},
        "types": {block: kind for _, zone in zones for block, kind in sorted(zone.types.items())},
        "free": [(zone.free, zone.metadata) for _, zone in zones],
        "blocks": {pfn: (b.order, b.process, b.what) for pfn, b in sorted(twin.blocks.items())},
        "held": without_empty({key: list(pfns) for key, pfns in twin.held.items()}),
        "cache": [list(pfns) for pfns in twin.cache],
        "pinned": sorted(twin.pinned),
        "refs": dict(sorted(twin.all_refs().items())),
        "counters": {name: twin.counters[name] for name in COUNTERS},
    }


COUNTERS = {
    "pgalloc": ("pgalloc_dma32", "pgalloc_normal"),
    "migrated": ("pgmigrate_success",),
    "reserve_success": ("metadata_reserve_success",),
    "reserve_fail": ("metadata_reserve_fail",),
    "reserve_free": ("metadata_reserve_free",),
}


def without_empty(lists: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
    """Only the lists that hold something."""
    return {key: entries for key, entries in lists.items() if entries}


def machine_state(machine: Machine) -> State:
    """Everything that must agree, from the arrays of a machine."""
    arrays, dim, layout = machine.arrays, machine.arrays["dim"], machine.layout
    zones, cpus = range(len(layout.zones)), range(int(dim[D_CPUS]))
    pcps = [(z, cpu) for z in zones for cpu in cpus]
    counted = machine.counters()
    return {
        "lists": free_lists(machine),
        "pcp": without_empty(
            {(*at, i): pcp_list(machine, n, i) for n, at in enumerate(pcps) for i in range(PCP_LISTS)}
        ),
        "factors": {at: int(arrays["pcp_factor"][n]) for n, at in enumerate(pcps)},
        "types": {
            layout.pfn_of(block * 512) // 512: LETTERS[arrays["pb_mt"][block]]
            for block in np.flatnonzero(arrays["pb_zone"] >= 0).tolist()
        },
        "free": list(zip(arrays["z_free"].tolist(), arrays["z_meta"].tolist(), strict=True)),
        "blocks": blocks(machine),
        "held": without_empty(
            {
                (p, what): pfns(machine, int(dim[D_OWNER_HEADS]) + p * OWNED_CLASSES + i)
                for p in range(MAX_PROCESSES)
                for i, what in enumerate(OWNED)
            }
        ),
        "cache": [pfns(machine, int(dim[D_LRU_HEADS]) + z) for z in zones],
        "pinned": sorted(layout.pfn_of(int(page)) for page in arrays["pin_page"][: dim[D_PINS]]),
        "refs": tag_refs(machine),
        "counters": {name: sum(counted.get(n, 0) for n in names) for name, names in COUNTERS.items()},
    }


def pfns(machine: Machine, head: int) -> list[int]:
    """A list of the core, head to tail."""
    return [machine.layout.pfn_of(page) for page in walk(machine.arrays, head)]


def free_lists(machine: Machine) -> dict[tuple[int, int, str], list[int]]:
    """(zone, order, type) -> free blocks."""
    first = int(machine.arrays["dim"][D_PAGES])
    keys = [(z, o, t) for z in range(len(machine.layout.zones)) for o in range(ORDERS) for t in LETTERS]
    assert len(LETTERS) == MIGRATETYPES
    return without_empty({key: pfns(machine, first + n) for n, key in enumerate(keys)})


def pcp_list(machine: Machine, pcp: int, index: int) -> list[tuple[int, str]]:
    """One per-CPU list with the type that each block remembers."""
    head = int(machine.arrays["dim"][D_PCP_HEADS]) + pcp * PCP_LISTS + index
    found = walk(machine.arrays, head)
    return [(machine.layout.pfn_of(page), LETTERS[machine.arrays["mt"][page]]) for page in found]


def blocks(machine: Machine) -> dict[int, tuple[int, int, str]]:
    """First pfn of every allocated block -> order, process, what it is."""
    arrays, found = machine.arrays, {}
    for page in np.flatnonzero(arrays["flags"] & F_HEAD).tolist():
        what = "tagged" if arrays["flags"][page] & F_WISHED else WHAT[int(arrays["kind"][page])]
        found[machine.layout.pfn_of(page)] = (int(arrays["order"][page]), int(arrays["owner"][page]), what)
    return found


def tag_refs(machine: Machine) -> dict[int, int]:
    """First tag page of every reserved block -> its count."""
    refs = machine.arrays["tag_ref"]
    tags = [pfn for region in machine.layout.regions for pfn in range(region.tag_start, region.tag_end)]
    return {pfn: int(refs[n]) for n, pfn in enumerate(tags) if refs[n]}
