"""Readers from the registry take our /proc files for a kernel's, and read the numbers of the machine."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from sim.kernel.procfs import FILES, proc_file
from sim.machine import Machine
from sim.scenario.scenario import load_scenario

PAGE = 4096
OP = 20_000


@pytest.fixture(scope="module")
def machine() -> Machine:
    machine = Machine(load_scenario("busy-phone"))
    machine.seek(OP)
    return machine


@pytest.fixture
def read(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """psutil over the five files of the machine; a line it misses would be a warning, and warnings are errors here."""
    for name in FILES:
        (tmp_path / name).write_text(proc_file(machine.snapshot(), name))
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    return SimpleNamespace(memory=psutil.virtual_memory(), swap=psutil.swap_memory())


def test_psutil_reads_every_number_of_memory(machine: Machine, read: SimpleNamespace) -> None:
    counters, zones = machine.counters(), machine.snapshot().zones
    anon, file, slab = (counters[name] for name in ("nr_anon_pages", "nr_file_pages", "nr_slab_reclaimable"))
    wanted = {
        "total": sum(zone.managed for zone in zones),
        "free": counters["nr_free_pages"],
        "buffers": 0,
        "cached": file + slab,
        "active": 0,
        "inactive": anon + file,
        "shared": 0,
        "slab": slab,
    }
    assert {name: getattr(read.memory, name) for name in wanted} == {name: n * PAGE for name, n in wanted.items()}
    assert 0 < read.memory.available < read.memory.total


def test_psutil_reads_that_there_is_no_swap(read: SimpleNamespace) -> None:
    assert (read.swap.total, read.swap.free, read.swap.sin, read.swap.sout) == (0, 0, 0, 0)
