"""How fast the core is: a machine filled to a steady state, then timed op by op through `Machine.step`."""

import time
from typing import Any

from sim.cli.report import ENGINE
from sim.core.state.consts import PAGEBLOCK_PAGES, PAGES_PER_TAG_PAGE
from sim.machine import Machine
from sim.policies import DEFAULT
from sim.scenario.layout_checks import MAX_PAGES, need
from sim.scenario.scenario import Scenario, make_scenario

STEP = PAGEBLOCK_PAGES * PAGES_PER_TAG_PAGE  # data pages served by one pageblock of tag storage
START = 0x80000
PROCESSES = 8
MOST_DATA = MAX_PAGES * PAGES_PER_TAG_PAGE // (PAGES_PER_TAG_PAGE + 1) // STEP * STEP
MAX_OPS = 20_000_000
FILL = 3  # ops to a page of the targets, more than it takes to reach them
MIX = {"anon": 50, "file": 30, "slab": 10, "unmovable": 10}  # percent of the requests that are not tagged


def bench(pages: int, tagged: int, ops: int) -> dict[str, Any]:
    """The numbers of `carveout bench`. Raises ScenarioError for sizes that make no machine."""
    fits = 0 < pages <= MOST_DATA and pages % STEP == 0
    need(fits, "pages", pages, f"must be a multiple of {STEP}, at most {MOST_DATA}")
    need(0 <= tagged <= 100, "tagged", tagged, "must be 0 to 100 percent")
    need(0 < ops <= MAX_OPS, "ops", ops, f"must be 1 to {MAX_OPS}")
    machine = Machine(synthetic(pages, tagged, ops))
    machine.step(machine.length - ops)
    start = time.perf_counter_ns()
    done = machine.step(ops)
    ns = (time.perf_counter_ns() - start) / done
    return {
        "ns_per_op": round(ns, 1),
        "ops_per_second": round(1e9 / ns),
        "bytes_per_page": round(machine.nbytes / machine.layout.present_pages, 2),
        "pages": pages,
        "tagged": tagged,
        "ops": done,
        "oom_kills": machine.counters()["oom_kill"],
        "engine": ENGINE,
    }


def synthetic(pages: int, tagged: int, ops: int) -> Scenario:
    """Processes that keep 3/4 of `pages` data pages in use; `tagged` percent of their requests are tagged."""
    used = pages * 3 // 4
    return make_scenario(
        {
            "name": "bench",
            "question": "How many ops a second?",
            "layout": _layout(pages),
            "policy": DEFAULT.name,
            "processes": [_process(number, used // PROCESSES, tagged) for number in range(PROCESSES)],
            "program": [{"do": "work", "ops": used * FILL + ops}],
        }
    )


def _layout(pages: int) -> dict[str, Any]:
    tags = pages // PAGES_PER_TAG_PAGE
    data, storage = {"data_start": START, "data_pages": pages}, {"tag_start": START + pages, "tag_pages": tags}
    bank = {"zone": "Normal", "start_pfn": START, "pages": pages + tags}
    return {"name": "bench", "banks": [bank], "regions": [data | storage | {"block_size": 4096}]}


def _process(number: int, used: int, tagged: int) -> dict[str, Any]:
    """Weights in hundredths of a percent, so that the mix is exact; a class holds its share of the pages."""
    shares = {"tagged": tagged * 10} | {what: (100 - tagged) * part // 10 for what, part in MIX.items()}
    workload = {what: {"weight": share, "target": used * share // 1000} for what, share in shares.items() if share}
    return {"name": f"p{number}", "pid": 100 + number, "cpu": number % 2, "workload": workload}
