"""/proc of the machine of a dump, taken back to when each file was read, is what the recorded kernel printed.

All snapshots of five runs. Between the reading of a file and the dump the kernel went on: the trace says how.
"""

import gzip
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from sim.core.state.consts import T_ALLOC, T_LOCKED
from sim.errors import ScenarioError
from sim.kernel.procfs import proc_file
from sim.replay.dump import Dump
from sim.replay.instants import instants
from sim.replay.proc import RecordedFiles, machine_view
from sim.replay.run import Run, advance, begin, read_run, replay
from sim.replay.trace import read_trace
from tests.support import run_carveout

TRACES = Path(__file__).parent.parent / "data" / "traces"
RUNS = ("arm64-mte-512m", "rfc-v1-phases", "run-1", "run-2", "run-3-no-init")
SNAPSHOTS = [
    (run, path.parent.name) for run in RUNS for path in sorted((TRACES / run / "snapshots").glob("*/buddyinfo"))
]
# Lines of the posted series that the ports lack; their numbers are nr_free_metadata and the present tag storage.
NOT_IN_THE_PORTS = ("        metadata ", "MetadataTotal:", "MetadataFree:")
# What a dump can give. Everything else that the kernel prints is about memory that it does not describe, or events.
FIELDS = {
    "zoneinfo": {
        "pages", "boost", "min", "low", "high", "spanned", "present", "managed", "cma", "protection:",
        "nr_free_pages", "nr_free_cma", "nr_free_metadata", "pagesets", "cpu:", "count:", "high:", "batch:", "vm",
        "start_pfn:", "Node", "per-node",
    },
    "vmstat": {"nr_free_pages", "nr_free_cma", "nr_free_metadata"},
    "meminfo": {"MemTotal:", "MemFree:", "CmaTotal:", "CmaFree:"},
}  # fmt: skip


@cache
def files(run: str) -> RecordedFiles:
    return RecordedFiles(TRACES / run)


def recorded(run: str, snapshot: str, name: str) -> str:
    path = TRACES / run / "snapshots" / snapshot / name
    return path.read_text() if path.exists() else gzip.decompress(path.with_name(name + ".gz").read_bytes()).decode()


def test_there_are_68_snapshots_with_files() -> None:
    assert len(SNAPSHOTS) == 11 + 26 + 14 + 14 + 3


@pytest.mark.parametrize(("run", "snapshot"), SNAPSHOTS)
def test_the_free_lists_are_byte_for_byte_those_of_the_kernel(run: str, snapshot: str) -> None:
    for name in ("buddyinfo", "pagetypeinfo"):
        assert files(run).text(snapshot, name) == recorded(run, snapshot, name)


@pytest.mark.parametrize(("run", "snapshot"), SNAPSHOTS)
def test_every_line_that_a_dump_can_give_is_the_kernels_in_its_order(run: str, snapshot: str) -> None:
    for name in ("zoneinfo", "vmstat", "meminfo"):
        ours = files(run).text(snapshot, name).splitlines()
        rest = iter(recorded(run, snapshot, name).splitlines())
        assert [line for line in ours if not line.startswith(NOT_IN_THE_PORTS) and line not in rest] == []


@pytest.mark.parametrize(("run", "snapshot"), SNAPSHOTS)
def test_no_line_that_a_dump_can_give_is_left_out(run: str, snapshot: str) -> None:
    for name, fields in FIELDS.items():
        ours = files(run).text(snapshot, name).splitlines()
        lacking = [line for line in recorded(run, snapshot, name).splitlines() if line not in ours]
        assert [line for line in lacking if line.split()[0] in fields] == []


@pytest.mark.parametrize(("run", "snapshot"), [pair for pair in SNAPSHOTS if pair[0] != "arm64-mte-512m"])
def test_lines_of_the_posted_series_say_what_the_port_counts_elsewhere(run: str, snapshot: str) -> None:
    counted = re.search(r"^nr_free_metadata (\d+)$", recorded(run, snapshot, "vmstat"), re.MULTILINE)
    ours = re.search(r"^MetadataFree: +(\d+) kB$", files(run).text(snapshot, "meminfo"), re.MULTILINE)
    assert counted
    assert ours
    assert int(ours[1]) == 4 * int(counted[1])


def told_until(run: Run, dump: Dump, start: int, reads: list[tuple[int, str]]) -> dict[str, str]:
    """The machine of a dump, told every movement from row `start` to where each file was read; what it prints then."""
    found, row = {}, start
    begin(run, dump, start, "")
    for at, file in reads:
        advance(run, row, at)
        found[file], row = proc_file(machine_view(run.machine), file), at
    return found


@pytest.mark.parametrize("name", RUNS)
def test_told_every_movement_the_machine_prints_the_same_at_that_moment(name: str) -> None:
    """Forwards, from the dump before: nothing of the dump after is known."""
    run = read_run(TRACES / name)
    when, start = instants(run.trace), run.places[run.dumps[0].name][0]
    compared = 0
    for window, dump, after in zip(replay(run, "", None, None)[0], run.dumps, run.dumps[1:], strict=False):
        reads = [(when[window.end, file], file) for file in ("buddyinfo", "pagetypeinfo") if (window.end, file) in when]
        for file, text in told_until(run, dump, start, reads).items():
            assert (window.end, text) == (after.name, recorded(name, window.end, file))
            compared += 1
        start = window.row
    assert compared == 2 * sum(run_name == name for run_name, _ in SNAPSHOTS) - 2


def test_a_page_that_the_reader_gets_for_its_copy_comes_after_the_text() -> None:
    """17-tagged-some-pinned: fifteen pages leave the buddy lists between text and marker, as the reader takes one."""
    trace = read_trace(TRACES / "rfc-v1-phases" / "trace.txt.gz")
    marker = [row for row, text in trace.marks if text == "SNAP_READ pagetypeinfo"][17]
    kinds = trace.rows[instants(trace)["17-tagged-some-pinned", "pagetypeinfo"] : marker, 0].tolist()
    assert kinds == [T_LOCKED] * 15 + [T_ALLOC]


def test_without_a_trace_the_files_are_those_of_the_dump_itself(tmp_path: Path) -> None:
    shutil.copytree(TRACES / "arm64-mte-512m" / "snapshots" / "10-h-cleanup", tmp_path / "snapshots" / "10-h-cleanup")
    printed = RecordedFiles(tmp_path).text("10", "buddyinfo")
    assert printed != recorded("arm64-mte-512m", "10-h-cleanup", "buddyinfo")
    assert printed.split()[4:7] == ["815", "871", "746"]


def test_the_command_prints_it() -> None:
    said = run_carveout("proc", str(TRACES / "arm64-mte-512m"), "buddyinfo", "--until", "10")
    assert said.stdout == recorded("arm64-mte-512m", "10-h-cleanup", "buddyinfo")


def test_a_snapshot_that_is_not_there_is_refused() -> None:
    with pytest.raises(ScenarioError, match="until: '77': no such snapshot"):
        files("arm64-mte-512m").text("77", "buddyinfo")
