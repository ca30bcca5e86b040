"""/proc of a machine that was built from a dump is what the recorded kernel printed just before the dump."""

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.replay.proc import recorded_file
from tests.support import run_carveout

TRACES = Path(__file__).parent.parent / "data" / "traces"
RECORDED = [("arm64-mte-512m", "05-e-pagecache"), ("rfc-v1-phases", "14-evict")]


def recorded(run: str, snapshot: str, name: str) -> str:
    return (TRACES / run / "snapshots" / snapshot / name).read_text()


@pytest.mark.parametrize(("run", "snapshot"), RECORDED)
@pytest.mark.parametrize("name", ["buddyinfo", "pagetypeinfo"])
def test_the_free_lists_are_byte_for_byte_those_of_the_kernel(run: str, snapshot: str, name: str) -> None:
    assert recorded_file(TRACES / run, snapshot, name) == recorded(run, snapshot, name)


@pytest.mark.parametrize("name", ["zoneinfo", "vmstat", "meminfo"])
def test_every_line_that_a_dump_can_give_is_the_kernels_in_its_order(name: str) -> None:
    ours = recorded_file(TRACES / "arm64-mte-512m", "05-e-pagecache", name).splitlines()
    rest = iter(recorded("arm64-mte-512m", "05-e-pagecache", name).splitlines())
    assert [line for line in ours if line not in rest] == []


def test_with_tag_storage_only_lines_that_the_port_lacks_are_more() -> None:
    more = []
    for name in ("zoneinfo", "vmstat", "meminfo"):
        theirs = recorded("rfc-v1-phases", "14-evict", name).splitlines()
        more += [x for x in recorded_file(TRACES / "rfc-v1-phases", "14", name).splitlines() if x not in theirs]
    for line in ("              count: 147", "  node_unreclaimable:  0"):  # used by the reader; not in a dump
        more.remove(line)
    assert more == ["        metadata 2048", "MetadataTotal:      8192 kB", "MetadataFree:       2052 kB"]


def test_the_command_prints_it() -> None:
    said = run_carveout("proc", str(TRACES / "arm64-mte-512m"), "buddyinfo", "--until", "05")
    assert said.stdout == recorded("arm64-mte-512m", "05-e-pagecache", "buddyinfo")


def test_a_snapshot_that_is_not_there_is_refused() -> None:
    with pytest.raises(ScenarioError, match="until: '77': no such snapshot"):
        recorded_file(TRACES / "arm64-mte-512m", "77", "buddyinfo")
