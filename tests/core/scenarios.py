"""Scenarios of the core's tests: one machine under every kind of pressure, and how to make small ones."""

from typing import Any

from sim.policies import find_policy

MINI_DATA, MINI_TAGS = 0x80000, 0x84000
WORK_OPS = 9_000


def scenario(**changes: Any) -> dict[str, Any]:
    """A scenario on `mini` with one process, `p`; `changes` replace or add keys."""
    base: dict[str, Any] = {
        "name": "test",
        "question": "Does it hold?",
        "layout": "mini",
        "policy": "rfc-v1",
        "seed": 1,
        "processes": [{"name": "p", "pid": 1}],
    }
    return base | changes


def alloc(what: str, order: int = 0, count: int = 1, process: str = "p") -> dict[str, Any]:
    """A step that allocates."""
    return {"do": "alloc", "process": process, "what": what, "order": order, "count": count}


def free(what: str, count: int = 1, process: str = "p", which: str = "newest") -> dict[str, Any]:
    """A step that frees the newest or the oldest blocks of a class."""
    return {"do": "free", "process": process, "what": what, "count": count, "from": which}


def free_page(pfn: int) -> dict[str, Any]:
    """A step that frees one block."""
    return {"do": "free_page", "pfn": pfn}


def pin(pfn: int) -> dict[str, Any]:
    """A step that pins a page."""
    return {"do": "pin", "pfn": pfn}


def unpin(pfn: int) -> dict[str, Any]:
    """A step that drops the pin."""
    return {"do": "unpin", "pfn": pfn}


def leave(process: str = "p") -> dict[str, Any]:
    """A step that ends a process."""
    return {"do": "exit", "process": process}


DRAIN = {"do": "drain"}


def under_pressure(policy: str = "rfc-v1", work: int = WORK_OPS, layout: Any = "mini") -> dict[str, Any]:
    """Everything at once on a machine that is too small for it: page cache, slab, huge pages, pins, tags."""

    def process(name: str, pid: int, **more: Any) -> dict[str, Any]:
        return {"name": name, "pid": pid, "pin": {"per_mille": 20, "ops": 700}} | more

    hungry = {
        "tagged": {"weight": 6, "target": 3000, "grow": 200, "thp": 10},
        "anon": {"weight": 5, "target": 3500, "grow": 90, "thp": 4},
    }
    busy = {
        "anon": {"weight": 4, "target": 2500, "thp": 2},
        "tagged": {"weight": 2, "target": 800},
        "slab": {"weight": 3, "target": 900, "order": 4},
        "unmovable": {"weight": 2, "target": 700, "order": 5},
        "file": {"weight": 5, "target": 4000},
        "dirty": {"weight": 2, "target": 600},
    }
    processes = [
        process("hungry", 10, workload=hungry),
        process("busy", 11, cpu=1, workload=busy),
        {"name": "keeper", "pid": 12, "oom_score_adj": -1000},
    ]
    full = 1970 if find_policy(policy).keeps else 2040
    prelude = [alloc("anon", 3, full, "busy"), alloc("anon", 2, 50, "keeper"), alloc("anon", 0, 40, "keeper")]
    room = [free("anon", 1100, "busy", "oldest"), DRAIN, *(pin(MINI_TAGS + 5 + 37 * i) for i in range(5))]
    last = [alloc("tagged", 9, 6, "keeper"), alloc("tagged", 0, 7000, "keeper"), DRAIN, leave("busy")]
    program = [*prelude, *room, {"do": "work", "ops": work}, *last]
    return scenario(layout=layout, policy=policy, seed=20260101, processes=processes, program=program)


def marathon(ops: int) -> dict[str, Any]:
    """A workload that never ends: it stays short of an OOM, with tags, pins, huge pages and reclaim all the time."""
    workload = {
        "tagged": {"weight": 5, "target": 3500, "thp": 2},
        "anon": {"weight": 5, "target": 7500, "thp": 1},
        "slab": {"weight": 2, "target": 700, "order": 3},
        "unmovable": {"weight": 1, "target": 500, "order": 2},
        "file": {"weight": 5, "target": 6000},
    }
    process = {"name": "p", "pid": 1, "pin": {"per_mille": 5, "ops": 300}, "workload": workload}
    return scenario(seed=7, processes=[process], program=[{"do": "work", "ops": ops}])
