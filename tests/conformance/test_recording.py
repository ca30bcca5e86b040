"""A simulation, recorded as a kernel is: its trace reads back, and replayed it ends as the simulation did."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.core.state import consts as c
from sim.core.state.indices import D_TRACE
from sim.errors import ScenarioError
from sim.machine import Machine
from sim.policies import POLICIES
from sim.policies.rfc_v1 import RFC_V1
from sim.replay.run import Run, Window, read_run, replay
from sim.replay.trace import parse_trace
from sim.run.recording import Recording, record
from sim.scenario.scenario import Scenario, load_scenario, make_scenario
from tests.conformance.machines import program
from tests.core.scenarios import DRAIN, alloc, free, leave, scenario, under_pressure
from tests.core.test_batches import bulk

COMPACT = {"do": "compact"}
RECORDED = [policy.name for policy in POLICIES if not policy.lends or policy == RFC_V1]
FRAGMENTED = [alloc("anon", 0, 6000), *({"do": "free_page", "pfn": 0x80000, "count": 2500, "every": 2},)]


def windows(folder: Path, subject: Scenario, ops: Sequence[int]) -> list[Window]:
    """Record, then replay in events mode."""
    record(subject, ops, folder / "run")
    return replay(read_run(folder / "run"), "", None, None)[0]


@pytest.mark.parametrize(
    ("name", "policy", "end"),
    [
        ("first-tagged-page", "rfc-v1", 64),
        ("sprawl", "rfc-v1", 17_401),
        ("spurious-oom", "rfc-v1", 42),
        ("spurious-oom", "off", 42),
        ("quiet-mix", "rfc-v1", 60_000),
        ("quiet-mix", "static", 60_000),
        ("quiet-mix", "off", 60_000),
    ],
)
def test_a_shipped_scenario_replayed_by_its_own_trace_ends_the_same(
    name: str, policy: str, end: int, tmp_path: Path
) -> None:
    (window,) = windows(tmp_path, load_scenario(name).with_changes({"policy": policy}), [0, end])
    assert window.compared.exact, window.compared.wrong[:3]
    assert window.counts["allocs"] == window.counts["predicted"] > 0
    assert window.counts["reservations"] == window.counts["reservations_right"]


@pytest.mark.parametrize(
    "steps",
    [
        [*FRAGMENTED, COMPACT],
        [*FRAGMENTED, alloc("tagged", 0, 40), COMPACT, alloc("tagged", 9, 2)],
        [alloc("anon", 0, 700), alloc("anon", 9, 2), alloc("tagged", 0, 70), leave()],
        [alloc("slab", 3, 40), bulk(70), free("slab", 40), free("unmovable", 70), DRAIN],
    ],
)
def test_a_program_replayed_by_its_own_trace_ends_the_same(steps: list[dict[str, Any]], tmp_path: Path) -> None:
    subject = make_scenario(scenario(program=steps))
    (window,) = windows(tmp_path, subject, [0, Machine(subject).length])
    assert window.compared.exact, window.compared.wrong[:3]


@pytest.mark.parametrize("policy", RECORDED)
def test_under_pressure_every_window_without_compaction_ends_the_same(policy: str, tmp_path: Path) -> None:
    """Fast searches turn free lists round, and no event says so: windows in which zones are compacted are left out."""
    record(make_scenario(under_pressure(policy)), range(0, 16_001, 500), tmp_path / "run")
    run = read_run(tmp_path / "run")
    found = replay(run, "", None, None)[0]
    compacted = {window.start for window in found if compacts(run, window)}
    assert {window.start for window in found if not window.compared.exact} <= compacted
    assert len(compacted) < len(found) // 3


def test_a_window_that_has_gone_astray_ends_and_says_where(tmp_path: Path) -> None:
    subject = make_scenario(under_pressure())
    (window,) = windows(tmp_path, subject, [0, Machine(subject).length])
    assert not window.compared.exact
    assert "row" in window.why


def compacts(run: Run, window: Window) -> bool:
    """Whether a compaction begins in a window."""
    kinds = run.trace.rows[run.places[window.start][0] : run.places[window.end][0], 0]
    return bool((kinds == c.T_COMPACT_BEGIN).any())


EXTRA = {  # columns of a row of the trace, after kind, page, order: what the ring has for them
    c.E_ALLOC: lambda row: (row.a, row.b),
    c.E_FREE: lambda row: (0, 0),
    c.E_LOCKED: lambda row: (row.a, int(row.a < 3 and row.order in (0, 1, 2, 3, 9))),
    c.E_DRAIN: lambda row: (row.a, 0),
    c.E_BATCHED: lambda row: (0, 0),
    c.E_EXTFRAG: lambda row: (row.b, row.a, row.c, row.d),
    c.E_RESERVE: lambda row: (row.d, "pfn", row.b, row.c, row.e),
    c.E_RELEASE: lambda row: (0, "pfn", row.b, row.c, 0),
    c.E_RETURN: lambda row: (0, "pfn", row.b, 0, 0),
    c.E_ISOLATE_FREE: lambda row: (0, "end", row.b, row.c),
    c.E_ISOLATE_MIGRATE: lambda row: (0, "end", row.b, row.c),
    c.E_MIGRATE_START: lambda row: (0, int(row.a == c.MR_CONTIG_RANGE)),
    c.E_PIN: lambda row: (0, 0),
    c.E_KSWAPD_WAKEUP: lambda row: (0, row.a),
    c.E_RECLAIM_RETRY: lambda row: (0, 0, row.e >> 1, row.e & 1),
    c.E_UNPIN: lambda row: (0, 0),
}
KINDS = {
    c.E_ALLOC: c.T_ALLOC, c.E_FREE: c.T_FREE, c.E_LOCKED: c.T_LOCKED, c.E_DRAIN: c.T_DRAIN, c.E_BATCHED: c.T_BATCHED,
    c.E_EXTFRAG: c.T_EXTFRAG, c.E_RESERVE: c.T_RESERVE, c.E_RELEASE: c.T_RELEASE, c.E_RETURN: c.T_RETURN,
    c.E_ISOLATE_FREE: c.T_ISOLATE_FREE, c.E_ISOLATE_MIGRATE: c.T_ISOLATE_MIGRATE, c.E_MIGRATE_START: c.T_MIGRATE,
    c.E_KSWAPD_WAKEUP: c.T_WAKEUP, c.E_RECLAIM_RETRY: c.T_RETRY, c.E_PIN: c.T_PIN,
    c.E_UNPIN: c.T_UNPIN,
}  # fmt: skip


def expected(recording: Recording) -> list[tuple[int, ...]]:
    """Rows of a trace as the rows of the ring say them: kind, pfn, order, type and so on, then pid and CPU."""
    layout, found = recording.layout, []
    for row in recording.rows:
        if row.event not in KINDS:
            continue
        pages = {"pfn": lambda row=row: layout.pfn_of(row.a), "end": lambda row=row: layout.pfn_of(row.a - 1) + 1}
        more = [pages[x]() if isinstance(x, str) else x for x in EXTRA[row.event](row)]
        pfn = layout.pfn_of(row.page) if row.page >= 0 else -1
        more += [0] * (5 - len(more))
        found.append((KINDS[row.event], pfn, row.order, *more, recording.names[row.process][1], recording.cpu(row)))
    return found


def test_every_field_of_a_printed_event_reads_back() -> None:
    recording = Recording(make_scenario(under_pressure()))
    recording.run(16_500)
    rows = parse_trace(recording.text().encode()).rows
    told = [tuple(row) for row in rows.tolist() if row[0] in set(KINDS.values())]
    assert {row[0] for row in told} == set(KINDS.values())
    assert told == expected(recording)


def test_recording_changes_nothing_in_the_machine() -> None:
    subject = make_scenario(under_pressure())
    machine, recording = Machine(subject), Recording(subject)
    machine.step(9000)
    recording.run(9000)
    recording.arrays["dim"][D_TRACE] = 0
    differ = {name for name, array in machine.arrays.items() if array.tobytes() != recording.arrays[name].tobytes()}
    assert differ == {"ev", "dim"}
    assert (machine.arrays["dim"] != recording.arrays["dim"]).sum() == 1  # events in the ring


def test_a_refill_and_a_drain_stand_before_the_allocation_that_caused_them() -> None:
    recording = Recording(make_scenario(program(alloc("anon", 0, 1))))
    recording.run(1)
    assert [row.event for row in recording.rows] == [c.E_LOCKED] * recording.arrays["pcp_batch"][0] + [c.E_ALLOC]


@pytest.mark.parametrize("changes", [{"policy": "a0"}, {"repair": {"w2": True}}])
def test_what_a_replay_would_not_understand_is_not_recorded(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="a replay knows tag storage as rfc-v1 has it, unmended"):
        record(make_scenario(program(alloc("tagged")) | changes), [0, 1], tmp_path / "run")
