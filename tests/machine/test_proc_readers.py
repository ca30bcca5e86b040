"""Readers from the registry take our /proc files for a kernel's, and read the numbers of the machine.

psutil, insights-core and jc; jc reads all five files. What is compared is what they read, all of it.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jc
import psutil
import pytest
from insights.parsers.buddyinfo import BuddyInfo
from insights.parsers.meminfo import MemInfo
from insights.tests import context_wrap

from sim.core.state.consts import CMA, K_SLAB, METADATA, PAGEBLOCK_PAGES
from sim.kernel.procfs import FILES, proc_file
from sim.machine import Machine
from sim.run.snapshot import ZoneView
from sim.scenario.layout_checks import ZONE_ORDER
from sim.scenario.scenario import load_scenario
from sim.words.text import MIGRATETYPES

PAGE = 4096
OP = 20_000
NODE_STATS = (
    "nr_slab_reclaimable",
    "nr_anon_pages",
    "nr_file_pages",
    "nr_dirty",
    "nr_written",
    "nr_page_table_pages",
)


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
    assert read.memory.available == available(machine) * PAGE


def test_psutil_reads_that_there_is_no_swap(read: SimpleNamespace) -> None:
    assert (read.swap.total, read.swap.free, read.swap.sin, read.swap.sout) == (0, 0, 0, 0)


def in_meminfo(machine: Machine) -> dict[str, int]:
    """Every line of meminfo but MemAvailable, in pages, from the machine's own counts."""
    counters, zones = machine.counters(), machine.snapshot().zones
    anon, file = counters["nr_anon_pages"], counters["nr_file_pages"]
    slab = sum(int(zone.data_kinds[K_SLAB] + zone.tag_kinds[K_SLAB]) for zone in zones)
    has = {"MemTotal": sum(zone.managed for zone in zones), "MemFree": sum(zone.free for zone in zones)}
    has |= {"Cached": file, "Inactive": anon + file, "Inactive(anon)": anon, "Inactive(file)": file}
    has |= {"Dirty": counters["nr_dirty"], "AnonPages": anon, "PageTables": counters["nr_page_table_pages"]}
    has |= dict.fromkeys(("KReclaimable", "Slab", "SReclaimable"), slab)
    has["MetadataTotal"] = PAGEBLOCK_PAGES * sum(int(zone.block_types[METADATA]) for zone in zones)
    has["MetadataFree"] = sum(zone.free_metadata for zone in zones)
    lacks = ("Buffers", "SwapCached", "Active", "Active(anon)", "Active(file)", "SwapTotal", "SwapFree", "Shmem")
    return has | dict.fromkeys((*lacks, "SUnreclaim", "CmaTotal", "CmaFree"), 0)


def available(machine: Machine) -> int:
    """MemAvailable in pages: free memory over what the zones keep, and what can be dropped.

    Half of page cache and slab stays, or as much as the low marks.
    """
    counters, zones = machine.counters(), machine.snapshot().zones
    low = sum(zone.low for zone in zones)
    droppable = (counters["nr_file_pages"], counters["nr_slab_reclaimable"])
    kept = sum(zone.high + max(zone.protection) for zone in zones)
    return counters["nr_free_pages"] - kept + sum(pages - min(pages // 2, low) for pages in droppable)


def by_jc(machine: Machine, name: str) -> Any:
    return jc.parse(f"proc_{name}", proc_file(machine.snapshot(), name))


def test_jc_reads_every_line_of_meminfo(machine: Machine) -> None:
    wanted = in_meminfo(machine) | {"MemAvailable": available(machine)}
    assert by_jc(machine, "meminfo") == {name: pages * 4 for name, pages in wanted.items()}


def test_jc_reads_every_counter_of_vmstat(machine: Machine) -> None:
    assert by_jc(machine, "vmstat") == dict(machine.counters())
    assert {"pswpin", "pswpout", "nr_free_cma"} <= set(machine.counters())


def test_jc_reads_every_count_of_free_blocks(machine: Machine) -> None:
    zones = machine.snapshot().zones
    wanted = [{"node": 0, "zone": zone.name, "free_chunks": zone.free_lists.sum(axis=0).tolist()} for zone in zones]
    assert by_jc(machine, "buddyinfo") == wanted


def test_jc_reads_every_count_of_pagetypeinfo(machine: Machine) -> None:
    read, zones = by_jc(machine, "pagetypeinfo"), machine.snapshot().zones
    assert (read["page_block_order"], read["pages_per_block"]) == (9, 512)
    assert read["free_pages"] == [
        {"node": 0, "zone": zone.name, "type": name, "free": counts}
        for zone in zones
        for name, counts in zip(MIGRATETYPES, zone.free_lists.tolist(), strict=True)
    ]
    # jc takes the fifth column for ISOLATE, as in a kernel without CMA.
    columns = ("unmovable", "movable", "reclaimable", "high_atomic", "isolate")
    assert read["num_blocks_type"] == [
        {"node": 0, "zone": zone.name} | dict(zip(columns, zone.block_types[: CMA + 1].tolist(), strict=True))
        for zone in zones
    ]


def in_zoneinfo(zone: ZoneView, thresholds: list[int]) -> dict[str, Any]:
    """A populated zone, as jc lays it out: what stands after the last CPU is taken for a part of it."""
    pages = {"free": zone.free, "boost": zone.boost, "min": zone.min, "low": zone.low, "high": zone.high}
    pages |= {"spanned": zone.spanned, "present": zone.present, "managed": zone.managed, "cma": 0}
    pages["metadata"] = int(zone.block_types[METADATA]) * PAGEBLOCK_PAGES
    counts = {"nr_free_pages": zone.free, "nr_free_cma": zone.free_cma, "nr_free_metadata": zone.free_metadata}
    sets = [
        {"cpu": cpu, "count": pcp.count, "high": pcp.high, "batch": pcp.batch, "vm stats threshold": threshold}
        for cpu, (pcp, threshold) in enumerate(zip(zone.pcp, thresholds, strict=True))
    ]
    sets[-1] |= {"node_unreclaimable": int(bool(zone.unreclaimable)), "start_pfn": zone.start_pfn}
    return {"pages": pages | {"protection": list(zone.protection)} | counts, "pagesets": sets}


def test_jc_reads_every_number_of_zoneinfo(machine: Machine) -> None:
    marks = ("free", "boost", "min", "low", "high", "spanned", "present", "managed", "cma")
    empty = {"pages": dict.fromkeys(marks, 0) | {"protection": [0, 0, 0, 0]}}
    populated = {zone.name: in_zoneinfo(zone, [20, 20]) for zone in machine.snapshot().zones}
    (read,) = by_jc(machine, "zoneinfo")
    statistics = {name: machine.counters()[name] for name in NODE_STATS}
    assert read == {name: populated.get(name, empty) for name in ZONE_ORDER} | statistics | {"node": 0}


def by_insights(machine: Machine, parser: Any, name: str) -> Any:
    return parser(context_wrap(proc_file(machine.snapshot(), name)))


def test_insights_reads_every_line_of_meminfo(machine: Machine) -> None:
    read, pages = by_insights(machine, MemInfo, "meminfo"), in_meminfo(machine) | {"MemAvailable": available(machine)}
    assert read.data == {name.lower(): n * PAGE for name, n in pages.items()}


def test_insights_computes_with_what_it_reads(machine: Machine) -> None:
    """`swap.used` raised an error where there were no lines of swap."""
    read, pages = by_insights(machine, MemInfo, "meminfo"), in_meminfo(machine)
    assert (read.swap.used, read.used) == (0, (pages["MemTotal"] - pages["MemFree"]) * PAGE)
    assert (read.slab.total, read.slab.unreclaimable) == (pages["Slab"] * PAGE, 0)


def test_insights_reads_every_count_of_free_blocks(machine: Machine) -> None:
    read = by_insights(machine, BuddyInfo, "buddyinfo")
    wanted = [(zone.name, zone.free_lists.sum(axis=0).tolist()) for zone in machine.snapshot().zones]
    assert [(line["zone"], line["counter"]) for line in read] == wanted
