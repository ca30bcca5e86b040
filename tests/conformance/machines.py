"""Small machines and programs in which one thing happens, and how to read what happened."""

from typing import Any

from sim.core.state.consts import EVENT_FIELDS, NO_PAGE
from sim.core.state.indices import D_EVENTS, R_RESULT
from sim.core.state.state import EVENT_ROWS
from sim.machine import Machine
from tests.core.scenarios import DRAIN, alloc, scenario
from tests.core.states import free_lists

UNKILLABLE = -1000


def processes(**adj: int) -> list[dict[str, Any]]:
    """Six processes, with these oom_score_adj."""
    names = ("server", "worker", "browser", "other", "one", "two")
    return [{"name": name, "pid": 10 + i, "oom_score_adj": adj.get(name, 0)} for i, name in enumerate(names)]


def program(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A scenario with these six processes; steps that name no process belong to the server."""
    named = [step | {"process": "server"} if step.get("process") == "p" else step for step in steps]
    return scenario(**({"processes": processes(), "program": named} | changes))


def one_zone(data_pages: int, block_size: int = 0x1000, **more: Any) -> dict[str, Any]:
    """A layout: data from pfn 0x40000 on, its tag storage behind it, nothing else."""
    tags = data_pages // 32
    bank = {"zone": "DMA", "start_pfn": 0x40000, "pages": data_pages + tags}
    region = {"data_start": 0x40000, "data_pages": data_pages, "tag_start": 0x40000 + data_pages, "tag_pages": tags}
    base = {"name": "small", "min_free_kbytes": 1040, "banks": [bank], "regions": [region | {"block_size": block_size}]}
    return base | more


def lend(pages: int) -> list[dict[str, Any]]:
    """On `mini`: the browser fills normal memory from pfn 0x80000 on, huge pages first, 2 MiB of order 5 last.

    Then the worker gets the first `pages` pages of tag storage.
    """
    normal = [alloc("anon", 9, 30, "browser"), alloc("anon", 5, 32, "browser")]
    return [*normal, alloc("anon", 0, pages, "worker"), DRAIN]


def events(machine: Machine, kind: int) -> list[list[int]]:
    """All events of a kind: page, order, a, b, c, d, e. Pages as pfns."""
    count = int(machine.arrays["dim"][D_EVENTS])
    assert count <= EVENT_ROWS, "the ring has forgotten the first ones"
    rows = machine.arrays["ev"].reshape(-1, EVENT_FIELDS)[:count]
    return [[machine.layout.pfn_of(row[3]), *row[4:]] for row in rows.tolist() if row[1] == kind]


def result(machine: Machine) -> int:
    """Pfn that the last request got, -1 for none."""
    page = int(machine.arrays["req"][R_RESULT])
    return NO_PAGE if page == NO_PAGE else machine.layout.pfn_of(page)


def free(machine: Machine, kind: str) -> dict[int, list[int]]:
    """Free lists of one type by order, head to tail."""
    return {order: pfns for (_, order, t), pfns in free_lists(machine).items() if t == kind}


def normal_free(machine: Machine) -> int:
    """Pages free outside tag storage."""
    counted = machine.counters()
    return counted["nr_free_pages"] - counted["nr_free_metadata"]


def refs(machine: Machine) -> list[int]:
    """Counts of the reserved tag blocks, ascending by address."""
    return [int(n) for n in machine.arrays["tag_ref"] if n]


def reserved(machine: Machine) -> tuple[int, int, int]:
    """metadata_reserve_success, _fail, _free."""
    counted = machine.counters()
    return tuple(counted[f"metadata_reserve_{name}"] for name in ("success", "fail", "free"))


def in_tag_storage(machine: Machine, pfn: int) -> bool:
    """Whether a pfn lies in the tag range of some region."""
    return any(region.tag_start <= pfn < region.tag_end for region in machine.layout.regions)
