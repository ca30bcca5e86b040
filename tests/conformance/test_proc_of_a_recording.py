"""/proc of a recorded simulation is what the simulation itself prints: its dumps hold every counter."""

from pathlib import Path

import pytest

from sim.kernel.procfs import FILES, proc_file
from sim.machine import Machine
from sim.replay.dump import read_dump
from sim.replay.proc import RecordedFiles
from sim.run.recording import record
from sim.scenario.scenario import Scenario, load_scenario

OPS = (0, 30_000)


def subject(policy: str) -> Scenario:
    return load_scenario("quiet-mix").with_changes({"policy": policy})


@pytest.fixture(scope="module", params=["rfc-v1", "off"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Path]:
    """A simulation at its op, and its recording."""
    folder = tmp_path_factory.mktemp("recorded") / "run"
    record(subject(request.param), OPS, folder)
    machine = Machine(subject(request.param))
    machine.seek(OPS[-1])
    return machine, folder


def known(text: str) -> list[str]:
    """How often kswapd failed is in no dump."""
    return [line for line in text.splitlines() if "node_unreclaimable" not in line]


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_that_of_the_simulation(run: tuple[Machine, Path], name: str) -> None:
    machine, folder = run
    assert RecordedFiles(folder).text("001", name).splitlines() == known(proc_file(machine.snapshot(), name))


def test_a_recorded_run_says_how_much_memory_is_available(run: tuple[Machine, Path]) -> None:
    assert "MemAvailable:" in RecordedFiles(run[1]).text("000", "meminfo")


def test_a_dump_holds_every_counter(run: tuple[Machine, Path]) -> None:
    machine, folder = run
    assert read_dump(folder / "snapshots" / "001-op-30000").counters == dict(machine.counters())
