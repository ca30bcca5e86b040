"""Rows of tag-storage facts section 12 that are counted in the records, through our parser and our state machine.

Four runs of two ports of RFC v1. Each test carries the number of its row.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.core.meanwhile.replay_frees import TARGET_LINE
from sim.core.state.consts import EBUSY, OK, T_ALLOC, T_RELEASE, T_RESERVE
from sim.replay.build import Recorded
from sim.replay.columns import MT, ORDER, PAGE, A, B, C, D
from sim.replay.compare import tag_refs
from sim.replay.run import Run, Window, read_run, replay

Rows = NDArray[np.int64]
TRACES = Path(__file__).parent.parent / "data" / "traces"
PORTS = ("rfc-v1-phases", "run-1", "run-2", "run-3-no-init")


@cache
def replayed(name: str, mode: str) -> tuple[Run, list[Window]]:
    run = read_run(TRACES / name, mode)
    return run, replay(run, "", None, None)[0]


def rows_of(name: str, kind: int, mode: str = "events") -> Rows:
    rows = replayed(name, mode)[0].trace.rows
    return rows[rows[:, 0] == kind]


def test_row_11_the_recorded_split_huge_page_gave_each_tag_page_back_with_the_last_of_32() -> None:
    """run-1 after 04-s8-thp: 512 single frees, the references are ours at every dump around them."""
    run, windows = replayed("run-1", "events")
    start, end = (run.places[name][0] for name in ("04-s8-thp", "05-s4-metadata-begun"))
    freed = run.trace.rows[start:end]
    freed = freed[freed[:, 0] == T_RELEASE]
    assert (len(freed), set(freed[:, ORDER].tolist())) == (512, {0})
    for block in np.unique(freed[:, A]):
        assert freed[freed[:, A] == block, C].tolist() == [0] * 31 + [1]
    compared = next(window.compared for window in windows if window.end == "05-s4-metadata-begun")
    assert compared.tag_blocks == compared.tag_blocks_right


@pytest.mark.parametrize(("name", "moved"), [("rfc-v1-phases", 377), ("run-1", 41), ("run-2", 69)])
def test_row_12_and_24_no_page_that_left_tag_storage_went_there_again(name: str, moved: int) -> None:
    run, _ = replayed(name, "requests")
    targets = rows_of(name, T_ALLOC, "requests")
    targets = targets[targets[:, B] == TARGET_LINE]
    tags = run.layout.page_of(run.layout.regions[0].tag_start)
    inside = (targets[:, PAGE] >= tags) & (targets[:, PAGE] < tags + run.layout.regions[0].tag_pages)
    assert (len(targets), int(inside.sum())) == (moved, 0)


def test_row_12_and_24_where_they_went_is_predicted_as_long_as_no_compaction_came_before() -> None:
    exact = [w for w in replayed("rfc-v1-phases", "requests")[1] if w.counts["allocs"] == w.counts["predicted"]]
    assert {"12-starve", "14-evict", "17-tagged-some-pinned", "18-thp-some-pinned"} <= {w.end for w in exact}


def test_row_24_tagged_pages_do_end_up_in_cma() -> None:
    """The stock kernel, 06-g1-thp: three of its tagged huge pages; every request of the window is predicted."""
    run, windows = replayed("arm64-mte-512m", "requests")
    zone = next(dump for dump in run.dumps if dump.name == "06-g1-thp").zones["DMA"]
    letters = "".join(zone.pages[512 * n : 512 * (n + 1)] for n, kind in enumerate(zone.blocks) if kind == "C")
    assert sum(letter.isupper() for letter in letters) == 3 * 512
    counts = next(window.counts for window in windows if window.end == "06-g1-thp")
    assert counts["allocs"] == counts["predicted"]


def lost(machine: Recorded) -> dict[int, int]:
    """Tag pages that are reserved, without the zero page's."""
    return {pfn: held for pfn, held in tag_refs(machine).items() if pfn != 0x6003C}


@pytest.mark.parametrize("mode", ["events", "requests"])
def test_row_26_22_tag_pages_are_lost_after_nine_requests_that_were_never_tagged(mode: str) -> None:
    run, windows = replayed("run-3-no-init", mode)
    assert len(lost(run.machine)) == 22
    assert not any(letter.isupper() for zone in run.dumps[-1].zones.values() for letter in zone.pages)
    assert [w.counts["reservations_right"] for w in windows] == [9, 64]
    assert [(w.compared.tag_blocks, w.compared.tag_blocks_right) for w in windows] == [(23, 23), (23, 23)]


def test_row_27_no_ebusy_was_followed_by_success_in_1110_takings_of_one_page() -> None:
    """It is rare: 3 of 1,968 with a run that is not here. So one call of ours stands for all five tries."""
    made = np.concatenate([rows_of(name, T_RESERVE) for name in PORTS])
    single = made[made[:, ORDER] == 0]
    taken = single[(single[:, D] == OK) & (single[:, C] > 0)]
    assert (len(taken), int((taken[:, MT] > 1).sum())) == (1110, 0)
    refused = single[single[:, D] == EBUSY]
    assert len(refused) > 200
    assert (refused[:, MT] == 5).all()


@pytest.mark.parametrize(
    ("name", "passes", "nothing"),
    [("rfc-v1-phases", 11_478, 10_909), ("run-1", 6776, 6548), ("run-2", 8918, 8582), ("run-3-no-init", 73, 19)],
)
def test_row_28_most_passes_take_no_tag_page_and_ours_are_the_same(name: str, passes: int, nothing: int) -> None:
    made = rows_of(name, T_RESERVE)
    assert (len(made), int((made[:, C] == 0).sum())) == (passes, nothing)
    assert sum(w.counts["reservations_right"] for w in replayed(name, "requests")[1]) == passes
