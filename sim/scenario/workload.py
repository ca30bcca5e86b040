"""Who asks for memory: processes and the seeded workload of each. The core's side is `sim/core/run/workload.py`."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.state.consts import CLASSES, MAX_ORDER
from sim.core.state.state import WORK_FIELDS
from sim.scenario.layout_checks import need
from sim.scenario.schema import Int, Model

What = Literal["anon", "tagged", "slab", "unmovable", "pagetable", "file", "dirty"]
WHATS: tuple[What, ...] = ("anon", "tagged", "slab", "unmovable", "pagetable", "file", "dirty")  # by C_* number
MAX_PROCESSES = 16
PAGES = 1 << 24


class Demand(Model):
    """How a process uses one class of memory. Pages, but `weight`: share of the ops."""

    weight: Annotated[Int, Field(ge=0, le=1000)]
    target: Annotated[Int, Field(ge=0, le=PAGES)]  # below it three requests of four allocate, above it one of four
    share: Annotated[Int, Field(ge=0, le=100)] = 0  # percent of the memory of the layout, on top of the target
    grow: Annotated[Int, Field(ge=-PAGES, le=PAGES)] = 0  # the target rises by so many pages per 1000 ops
    thp: Annotated[Int, Field(ge=0, le=100)] = 0  # percent of allocations that ask for order 9 first
    order: Annotated[Int, Field(ge=0, le=MAX_ORDER)] = 0  # highest order asked, uniform from 0


class PinHabit(Model):
    """Short-term pins a process takes on its own pages, as for I/O."""

    per_mille: Annotated[Int, Field(ge=0, le=1000)]  # of its ops
    ops: Annotated[Int, Field(ge=1, le=1 << 30)]  # how long a pin lasts


class Process(Model):
    """One process."""

    name: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=32)]
    pid: Annotated[Int, Field(ge=1, le=1 << 22)]
    oom_score_adj: Annotated[Int, Field(ge=-1000, le=1000)] = 0
    cpu: Annotated[Int, Field(ge=0)] = 0
    workload: Annotated[dict[What, Demand], Field(default_factory=dict)]
    pin: PinHabit | None = None

    @property
    def weight(self) -> int:
        """Its share of the ops."""
        return sum(demand.weight for demand in self.workload.values())


def validate_processes(processes: tuple[Process, ...], cpus: int) -> None:
    """What no single field can tell."""
    for number, process in enumerate(processes):
        at, before = f"processes[{number}]", processes[:number]
        need(process.cpu < cpus, f"{at}.cpu", process.cpu, f"must be 0 to {cpus - 1}, the layout has {cpus} CPUs")
        need(process.name not in [other.name for other in before], f"{at}.name", process.name, "is given twice")
        need(process.pid not in [other.pid for other in before], f"{at}.pid", process.pid, "is given twice")
        for what, demand in process.workload.items():
            here, huge, high = f"{at}.workload.{what}", what in {"anon", "tagged"}, what in {"slab", "unmovable"}
            need(huge or not demand.thp, f"{here}.thp", demand.thp, "only anon and tagged have it")
            need(high or not demand.order, f"{here}.order", demand.order, "only slab and unmovable have it")


def workload_array(processes: tuple[Process, ...], pages: int) -> NDArray[np.int64]:
    """[process, class, field]: weight, target, grow, thp, order, 0, on a machine of `pages`."""
    array = np.zeros((len(processes), CLASSES, WORK_FIELDS), dtype=np.int64)
    for number, process in enumerate(processes):
        for what, demand in process.workload.items():
            target = demand.target + pages * demand.share // 100
            row = (demand.weight, target, demand.grow, demand.thp, demand.order, 0)
            array[number, WHATS.index(what)] = row
    return array


def pin_array(processes: tuple[Process, ...]) -> NDArray[np.int64]:
    """[process, field]: pins per 1000 ops, ops a pin lasts."""
    pins = [(process.pin.per_mille, process.pin.ops) if process.pin else (0, 0) for process in processes]
    return np.array(pins, dtype=np.int64).reshape(-1, 2)
