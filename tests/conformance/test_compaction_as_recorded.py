"""The free scanner of compaction against a recorded one: /proc/sys/vm/compact_memory on arm64-mte-512m.

The machine is brought from dump 06 to the row where compaction begins; then our own scanner looks for as many pages
as the recorded one did. Ranges, pages scanned and pages taken are those of the trace, strides included.
"""

import gzip
import re
from functools import cache
from typing import Any

import pytest

from sim.core.compaction import compact_migrate
from sim.core.replay.replay_events import replay_events
from sim.core.state import consts as c
from sim.core.state import indices as cell
from sim.replay.run import read_run
from tests.builds import using
from tests.conformance.notation import Bench
from tests.conformance.test_replay import TRACES

START = 0x40000
FIRST = [(0x5FE00, 0x60000, 512, 0), (0x5F400, 0x5F600, 257, 5), (0x5F200, 0x5F230, 48, 30)]
SECOND = [
    (0x5F230, 0x5F400, 464, 92),
    (0x5F000, 0x5F200, 512, 52),
    (0x5EE00, 0x5F000, 512, 83),
    (0x5EC00, 0x5EE00, 512, 62),
    (0x5EA00, 0x5EBE0, 480, 158),
]


@cache
def recorded() -> Any:
    """The machine as compaction begins, in the python build."""
    with using("python"):
        run = read_run(TRACES / "arm64-mte-512m")
    dump = next(dump for dump in run.dumps if dump.name.startswith("06"))
    row = run.places[dump.name][0]
    begin = next(i for i in range(row, len(run.trace.rows)) if run.trace.rows[i][0] == c.T_COMPACT_BEGIN)
    run.machine.fill(dump, run.sure_types(dump, row))
    replay_events(run.machine.state, row, begin)
    return run.machine


def look_for(pages: int, migrate: int, free: int) -> list[tuple[int, int, int, int]]:
    """Ranges in which the free scanner looked for so many pages, scanned, taken."""
    machine = recorded()
    cc, dim = machine.arrays["cc"], machine.arrays["dim"]
    cc[cell.CC_ORDER], cc[cell.CC_MODE], cc[cell.CC_IGNORE_SKIP] = -1, c.MIGRATE_SYNC, 1
    cc[cell.CC_PAGES], cc[cell.CC_MIGRATE], cc[cell.CC_FREE], cc[cell.CC_FREE_PAGES] = (
        pages,
        migrate - START,
        free - START,
        0,
    )
    dim[cell.D_EVENTS] = 0
    compact_migrate.isolate_freepages(machine.state)
    rows = machine.arrays["ev"].reshape(-1, c.EVENT_FIELDS)[: dim[cell.D_EVENTS]].tolist()
    return [(row[3] + START, row[5] + START, row[6], row[7]) for row in rows if row[1] == c.E_ISOLATE_FREE]


def test_the_free_scanner_looks_and_takes_where_the_recorded_one_did() -> None:
    """For the first 32 pages, then for the 432 that the rest of the pageblock held."""
    assert look_for(32, 0x40020, 0x5FE00) == FIRST
    assert recorded().arrays["cc"][cell.CC_FREE] + START == 0x5F230
    assert look_for(432, 0x40200, 0x5F230) == SECOND


@pytest.mark.parametrize(("page", "cursor"), [(0x200, 0x400), (0x201, 0x400), (0x3FF, 0x400), (0x400, 0x600)])
def test_the_migrate_cursor_goes_to_the_end_of_the_pageblock_it_is_told(page: int, cursor: int) -> None:
    """So the border of a pageblock counts as the next one: the scan ends there when a pageblock is done."""
    bench = Bench()
    bench.core["compact_cursors"].update_cached_migrate(bench.st, page)
    assert int(bench.arrays["zone_compact"][bench.core["indices"].ZC_MIGRATE]) == cursor


def test_no_recorded_compaction_begins_at_a_cached_cursor() -> None:
    """The three of the five runs are of the whole zone, so the records cannot show where the cursor was put."""
    begins, scans = [], 0
    for path in sorted(TRACES.glob("*/trace.txt.gz")):
        text = gzip.decompress(path.read_bytes()).decode()
        begins += re.findall(r"mm_compaction_begin: zone_start=(\w+) migrate_pfn=(\w+)", text)
        parts = re.findall(r"mm_compaction_begin:.*?mm_compaction_end:", text, re.DOTALL)
        scans += sum(part.count("mm_compaction_isolate_migratepages:") for part in parts)
    assert begins == [("0x40000", "0x40000")] * 3
    assert scans == 165
