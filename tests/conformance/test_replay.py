"""Recorded kernels, replayed through the simulator's own core, must come out as they were recorded.

`tests/data/traces`: a stock kernel (arm64-mte-512m), and two independent ports of RFC v1 (rfc-v1-phases; run-1,
run-2 and run-3 of rfc-v1-steps). Each holds the trace and the exact dumps of every list, in order.
"""

from functools import cache
from pathlib import Path
from time import process_time

import pytest

from sim.core.state import indices
from sim.core.state.consts import T_VICTIM
from sim.replay.report import replay_report, text_table
from sim.replay.run import Window, read_run, replay
from sim.replay.trace import read_trace

TRACES = Path(__file__).parent.parent / "data" / "traces"
RUNS = {"arm64-mte-512m": 10, "rfc-v1-phases": 25, "run-1": 18, "run-2": 18, "run-3-no-init": 2}
EXACT_REQUESTS = ("01-a-anon", "02-b-mte", "03-c-fragment", "05-e-pagecache", "06-g1-thp", "09-g2-thp", "10-h-cleanup")


@cache
def windows(name: str, mode: str, hints: str = "") -> dict[str, Window]:
    """The windows of a run by the snapshot they end in."""
    run = read_run(TRACES / name, mode, hints)
    return {window.end: window for window in replay(run, hints, None, None)[0]}


@pytest.mark.parametrize(("name", "count"), RUNS.items())
def test_events_mode_ends_every_window_exactly_as_it_was_dumped(name: str, count: int) -> None:
    found = windows(name, "events")
    assert [window.end for window in found.values() if not window.compared.exact] == []
    assert len(found) == count


@pytest.mark.parametrize("name", ["rfc-v1-phases", "run-1", "run-2", "run-3-no-init"])
def test_events_mode_sees_every_reservation_take_what_the_counts_say(name: str) -> None:
    found = windows(name, "events").values()
    assert [w.end for w in found if w.counts["reservations"] != w.counts["reservations_right"]] == []


@pytest.mark.parametrize("end", EXACT_REQUESTS)
def test_without_hints_every_request_gets_the_recorded_page(end: str) -> None:
    counts = windows("arm64-mte-512m", "requests")[end].counts
    assert counts["predicted"] == counts["allocs"] > 0


def test_a_bulk_allocation_without_event_costs_the_rest_of_its_window() -> None:
    counts = windows("arm64-mte-512m", "requests")["04-d-cow"].counts
    assert (counts["allocs"], counts["predicted"] >= 4105) == (4479, True)


@pytest.mark.parametrize("hints", ["", "TDCI"])
def test_in_the_oom_window_most_requests_and_the_totals_are_right(hints: str) -> None:
    """Hint D is for drains by somebody else: the overflow of a list is due when ours says so."""
    window = windows("arm64-mte-512m", "requests", hints)["08-f-hog-oom"]
    assert window.counts["allocs"] == 16962
    assert window.counts["predicted"] >= 13900
    failed = window.counts["failed_ours"], window.counts["failed"]
    assert failed[1] == 259
    for ours, recorded in (window.compared.free_pages, window.compared.pcp_pages, failed):
        assert abs(ours - recorded) <= 0.02 * recorded


def test_with_hints_only_the_oom_window_has_a_wrong_free_block() -> None:
    found = windows("arm64-mte-512m", "requests", "TDCI")
    assert [window.end for window in found.values() if window.compared.wrong_blocks] == ["08-f-hog-oom"]
    others = [window for window in found.values() if window.end != "08-f-hog-oom"]
    assert all(window.counts["drains"] == window.counts["drains_predicted"] for window in others)
    assert found["07-x-compact"].hints_used["C"] == 358


def test_hints_are_counted_and_none_is_used_without_being_asked_for() -> None:
    assert all(window.hints_used == {} for window in windows("arm64-mte-512m", "requests").values())


def test_every_reservation_is_predicted() -> None:
    """Those of the passes after a compaction that has nothing to do included (huge pages that are refused)."""
    found = list(windows("rfc-v1-phases", "requests").values())
    assert sum(w.counts["reservations"] for w in found) == 11_478
    assert [(w.end, w.counts["reservations_right"]) for w in found if w.counts["reservations"]] == [
        (w.end, w.counts["reservations"]) for w in found if w.counts["reservations"]
    ]


def test_all_pinned_ends_in_the_same_kill_after_the_same_passes_on_the_same_page() -> None:
    window = windows("rfc-v1-phases", "requests")["23-tagged-all-pinned"]
    assert window.counts["reservations"] == window.counts["reservations_right"] == 24
    assert window.compared.exact


@pytest.mark.parametrize("name", ["run-1", "run-2", "run-3-no-init"])
def test_every_reservation_of_the_other_port_is_predicted(name: str) -> None:
    found = windows(name, "requests").values()
    assert [w.end for w in found if w.counts["reservations"] != w.counts["reservations_right"]] == []


def test_row_7a_one_pinned_page_is_refused_until_the_killer_runs() -> None:
    window = windows("run-2", "requests")["13-s6-after"]
    assert window.counts["reservations"] == window.counts["reservations_right"] == 1244
    run = read_run(TRACES / "run-2", "requests")
    rows = run.trace.rows[run.places["12-s6-before"][0] : run.places["13-s6-after"][0]]
    replay(run, "", "12-s6-before", "13-s6-after")
    assert run.machine.arrays["rp_sum"][indices.RP_KILLS] >= (rows[:, 0] == T_VICTIM).sum() == 1


def test_the_whole_trace_is_parsed_in_five_seconds_and_replayed_in_two() -> None:
    """Of processor time: others may be at work on the machine that runs the tests."""
    began = process_time()
    read_trace(TRACES / "arm64-mte-512m" / "trace.txt.gz")
    assert process_time() - began < 5
    run = read_run(TRACES / "arm64-mte-512m")
    began = process_time()
    assert len(replay(run, "", None, None)[0]) == 10
    assert process_time() - began < 2


def test_the_table_says_where_a_window_first_left_the_record() -> None:
    report, found = replay_report(TRACES / "arm64-mte-512m", "requests", "", "03", "04")
    text = text_table(report, found)
    assert "04-d-cow: first at row" in text
    assert "a request got pfn 58cb3, here it would get 58cc7" in text
