"""When something touched a page: the watched machine against a slow twin that steps and reads every event."""

from collections.abc import Callable
from functools import cache

import pytest

from sim.core.state import consts as c
from sim.core.state.indices import D_EVENTS, D_WATCH
from sim.core.state.state import EVENT_ROWS
from sim.errors import ScenarioError
from sim.machine import Machine
from sim.run.history import Watcher
from sim.run.touched import KINDS
from sim.scenario.scenario import Scenario, load_scenario

Boot = Callable[..., Machine]
OPS = 1_500
PAGES = [0x80000, 0x80001, 0x80345, 0x81234, 0x83C00, 0x83FFF, 0x84000, 0x84001, 0x84010, 0x841E0, 0x841FF]
QUIET = {c.E_PIN, c.E_UNPIN, c.E_RETURN, c.E_EXTFRAG}  # touch a page and leave it what it is


def rows_of(machine: Machine, before: int) -> list[list[int]]:
    """Rows of the event ring since event number `before`."""
    total = int(machine.arrays["dim"][D_EVENTS])
    assert total - before <= EVENT_ROWS
    ring = machine.arrays["ev"].reshape(-1, c.EVENT_FIELDS)
    return [ring[n % EVENT_ROWS].tolist() for n in range(before, total)]


def touches(row: list[int], page: int) -> bool:
    """Whether an event touches a page: its own block, where data moved to, tag pages taken or given back or refused."""
    _, event, _, first, order, a, b, taken, _, ret = row
    if event == c.E_RESERVE:
        return (taken > 0 or ret != c.OK) and a <= page < a + b
    if event == c.E_RELEASE:
        return taken == 1 and a == page
    return first <= page < first + (1 << order) or (event == c.E_MIGRATE and a == page)


@cache
def all_rows() -> list[list[int]]:
    """Every event of OPS ops of a machine under pressure."""
    machine = Machine(pressed())
    rows: list[list[int]] = []
    for _ in range(OPS):
        before = int(machine.arrays["dim"][D_EVENTS])
        machine.step()
        rows += rows_of(machine, before)
    return rows


@cache
def pressed() -> Scenario:
    """`quiet-mix` with huge pages and pins, so that everything happens early."""
    changes = {
        "processes.server.workload.tagged.thp": 30,
        "processes.database.pin.per_mille": 100,
        "program.0.ops": OPS,
    }
    return load_scenario("quiet-mix").with_changes(changes)


@pytest.mark.parametrize("apart", [OPS, 150])
@pytest.mark.parametrize("pfn", PAGES)
@pytest.mark.parametrize("op", [0, 1, 400, OPS])
def test_the_ops_that_touched_a_page_are_those_whose_events_did(
    pfn: int, op: int, apart: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.run.checkpoints.APART", apart)
    machine = Machine(pressed(), keep=True)
    machine.seek(op)
    page = machine.layout.page_of(pfn)
    hits = [row for row in all_rows() if touches(row, page)]
    changed = [row[0] for row in hits if row[1] not in QUIET and not (row[1] == c.E_RESERVE and row[9] != c.OK)]

    found = machine.touched(pfn)

    assert found.since == max((at for at in changed if at <= op), default=0)
    assert found.previous == max((row[0] for row in hits if row[0] < op), default=None)
    assert found.next == min((row[0] for row in hits if row[0] > op), default=None)


def test_nothing_is_found_past_the_furthest_op_recorded() -> None:
    machine = Machine(pressed())
    first = machine.touched(0x80000).next
    assert first is not None
    assert machine.touched(0x80000, head=first - 1).next is None


def test_a_watched_machine_does_what_the_machine_on_screen_does(boot: Boot) -> None:
    machine = boot("quiet-mix")
    booted = {name: array.copy() for name, array in machine.arrays.items()}
    machine.touched(0x84000)
    assert all((booted[name] == array).all() for name, array in machine.arrays.items())
    start = machine._checkpoints.before(0)
    watcher = Watcher({name: array.copy() for name, array in start.whole.items()}, machine.layout)
    watcher.begin(start, 1 << c.E_ALLOC, -1)
    watcher.run(1_000)
    machine.step(1_000)
    watcher.dim[D_WATCH : D_WATCH + 4] = 0
    assert all((watcher._arrays[name] == array).all() for name, array in machine.arrays.items())


def test_a_page_without_memory_is_refused(boot: Boot) -> None:
    with pytest.raises(ScenarioError, match="no memory"):
        boot("sprawl").touched(0x10)


def test_the_oom_of_spurious_oom_is_found_from_the_start(boot: Boot) -> None:
    machine = boot("spurious-oom")
    found = machine.history.find("oom", 0, "next", machine.length)
    assert found is not None
    assert (found.op, any(event.name == "mark_victim" for event in found.events)) == (42, True)


def test_the_last_pin_is_found_looking_back(boot: Boot) -> None:
    found = boot("spurious-oom").history.find("pin", 42, "previous", 42)
    assert found is not None
    assert (found.op, [event.name for event in found.events]) == (39, ["metadata_pin"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_found_or_is_not_there(boot: Boot, kind: str) -> None:
    found = boot("spurious-oom").history.find(kind, 0, "next", 42)  # type: ignore[arg-type]
    there = {"any": 1, "alloc": 1, "refusal": 42, "oom": 42, "pin": 39, "exit": 40, "reserve": 42}
    assert (found.op if found else None) == there.get(kind)


def test_the_digests_on_the_way_are_those_of_the_machine_when_it_was_there(boot: Boot) -> None:
    machine, ops = boot("quiet-mix"), (0, 700, 1_400, 2_000)
    passed = []
    for op in ops:
        machine.seek(op)
        passed.append(machine.digest())

    assert machine.history.digests(ops) == passed
