"""Replays of records that no recorded run has: a machine with two zones, and a contiguous allocation (hint I)."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from sim.machine import Machine
from sim.replay.run import Window, read_run, replay
from sim.run.recording import record
from sim.scenario.scenario import make_scenario
from tests.core.scenarios import DRAIN, alloc, free, leave, scenario

TWO_ZONES = {
    "name": "two-zones",
    "min_free_kbytes": 1040,
    "cpus": 2,
    "banks": [
        {"zone": "DMA", "start_pfn": 0x40000, "pages": 16384},
        {"zone": "Normal", "start_pfn": 0x100000, "pages": 4096},
    ],
    "regions": [],
}
ACROSS = [
    alloc("anon", 0, 2500), alloc("slab", 3, 40, "q"), alloc("anon", 9, 2, "q"), free("slab", 20, "q"),
    alloc("unmovable", 0, 300, "q"), free("anon", 700), alloc("anon", 0, 4000), free("anon", 900), DRAIN,
    alloc("anon", 2, 200, "q"), alloc("file", 0, 600), leave("q"), alloc("anon", 0, 500),
]  # fmt: skip


def across() -> dict[str, Any]:
    """Two processes on two CPUs fill Normal, go on in DMA, and give back."""
    both = [{"name": "p", "pid": 1}, {"name": "q", "pid": 2, "cpu": 1}]
    return scenario(layout=TWO_ZONES, policy="off", processes=both, program=ACROSS)


def windows(folder: Path, mode: str, hints: str = "") -> list[Window]:
    return replay(read_run(folder, mode, hints), hints, None, None)[0]


@pytest.fixture(scope="module")
def two_zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven windows of that run."""
    folder: Path = tmp_path_factory.mktemp("two-zones") / "run"
    subject = make_scenario(across())
    length = Machine(subject).length
    record(subject, [length * n // 7 for n in range(8)], folder)
    return folder


@pytest.mark.parametrize(("mode", "hints", "drained"), [("events", "", 0), ("requests", "D", 1)])
def test_a_machine_with_two_zones_ends_every_window_as_it_was_dumped(
    two_zones: Path, mode: str, hints: str, drained: int
) -> None:
    """`DRAIN` is a drain by somebody else, so requests mode needs hint D, once: one per-CPU list had something."""
    found = windows(two_zones, mode, hints)
    assert len(found) == 7
    assert sum(window.hints_used.get("D", 0) for window in found) == drained
    assert [(window.end, window.compared.wrong[:2]) for window in found if not window.compared.exact] == []
    assert all(window.counts["allocs"] == window.counts["predicted"] for window in found)


def test_the_run_with_two_zones_used_both(two_zones: Path) -> None:
    dumps = read_run(two_zones).dumps
    free_pages = [
        [sum(len(pfns) << order for (order, _), pfns in dump.zones[zone].free.items()) for zone in ("DMA", "Normal")]
        for dump in (dumps[0], dumps[-1])
    ]
    assert free_pages[0][0] - free_pages[1][0] > 1000
    assert free_pages[0][1] - free_pages[1][1] > 1000


# A contiguous allocation of [40400, 40600) by hand, from page-allocator facts section 7. The pageblock holds one page
# of data and is free behind it, in pieces; the pageblock above is one free block.
BEFORE = "0M:40401 1M:40402 2M:40404 3M:40408 4M:40410 5M:40420 6M:40440 7M:40480 8M:40500 9M:40600 10M:40800,40c00"
# The page moved to 40600, the first page of a block that was split for it; [40400, 40600) is the caller's.
AFTER = "0M:40601 1M:40602 2M:40604 3M:40608 4M:40610 5M:40620 6M:40640 7M:40680 8M:40700 10M:40800,40c00"
EVENTS = (
    "mm_compaction_isolate_migratepages: range=(0x40400 ~ 0x40600) nr_scanned=512 nr_taken=1",
    "mm_migrate_pages_start: mode=MIGRATE_SYNC reason=contig_range",
    "mm_page_alloc_zone_locked: page=0 pfn=0x40600 order=0 migratetype=1 percpu_refill=1",
    "mm_page_alloc: page=0 pfn=0x40600 order=0 migratetype=1 gfp_flags=0x146cca",
    "mm_page_free: page=0 pfn=0x40400 order=0",
    "mm_migrate_pages: nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC reason=contig_range",
    "mm_compaction_isolate_freepages: range=(0x40400 ~ 0x40600) nr_scanned=512 nr_taken=512",
)


def lines_of(lists: str, used: str) -> list[str]:
    """A dump of one zone of 4,096 pages: free lists in the notation of the vectors, letters of the other pages."""
    lines = ["@ freelists DMA start 40000 spanned 1000 managed 4096 min 8 low 10 high 12 boost 0"]
    letters = list(used)
    for word in lists.split():
        name, pfns = word.split(":")
        order = int(name[:-1])
        lines.append(f"DMA {order} {name[-1]} : {pfns.replace(',', ' ')}")
        for pfn in pfns.split(","):
            at = int(pfn, 16) - 0x40000
            letters[at : at + (1 << order)] = "b" * (1 << order)
    lines += ["@ pcp DMA cpu 0 count 0 high 100 batch 1 free_factor 0", "@ pageblocks DMA from 40000", "UUMMMMMM"]
    return [*lines, "@ pages DMA from 40000", "".join(letters)]


def contiguous(folder: Path) -> Path:
    """A run folder with these events between two dumps."""
    for name, lists, used in (
        ("00-before", BEFORE, "k" * 0x400 + "a" * 0xC00),
        ("01-after", AFTER, "k" * 0x600 + "a" * 0xA00),
    ):
        (folder / "snapshots" / name).mkdir(parents=True)
        text = "\n".join([*lines_of(lists, used), ""])
        (folder / "snapshots" / name / "dump.gz").write_bytes(gzip.compress(text.encode()))
    marks = [
        f"tracing_mark_write: {text}"
        for name in ("00-before", "01-after")
        for text in (f"SNAP_BEGIN {name}", "SNAP_READ meminfo")
    ]
    lines = [f"  workload-50 [000] ..... 1.{n:06d}: {line}" for n, line in enumerate([*marks[:2], *EVENTS, *marks[2:]])]
    (folder / "trace.txt").write_text("\n".join([*lines, ""]))
    return folder


@pytest.mark.parametrize(("mode", "hints"), [("events", ""), ("requests", "I"), ("requests", "TDCI")])
def test_a_contiguous_allocation_isolates_its_pageblock_and_takes_the_range(
    mode: str, hints: str, tmp_path: Path
) -> None:
    (window,) = windows(contiguous(tmp_path), mode, hints)
    assert window.compared.wrong == []
    assert window.compared.exact
    assert window.counts["allocs"] == window.counts["predicted"] == 1
    assert window.hints_used.get("I", 1) == 1


def test_without_hint_i_nobody_takes_the_range(tmp_path: Path) -> None:
    (window,) = windows(contiguous(tmp_path), "requests")
    assert window.counts["predicted"] == 0
    assert window.compared.free_pages[0] >= 2048 + 512 + 510
