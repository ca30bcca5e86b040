"""Scenario first-tagged-page: facts S2."""

from collections.abc import Callable

import pytest

from sim.machine import Machine
from sim.run.snapshot import Event

Boot = Callable[..., Machine]
RESERVE = ("metadata_reserve_success", "metadata_reserve_fail", "metadata_reserve_free")


def counted(machine: Machine) -> tuple[int, ...]:
    counters = machine.counters()
    return tuple(counters[name] for name in RESERVE)


def references(machine: Machine) -> int:
    return int(machine.arrays["tag_ref"][0])


@pytest.mark.parametrize(
    ("op", "refs", "counters"),
    [(0, 0, (0, 0, 0)), (1, 2, (1, 0, 0)), (32, 33, (1, 0, 0)), (63, 2, (1, 0, 0)), (64, 0, (1, 0, 1))],
)
def test_a_tag_page_counts_one_reference_more_than_tagged_pages(
    boot: Boot, op: int, refs: int, counters: tuple[int, ...]
) -> None:
    machine = boot("first-tagged-page")
    machine.seek(op)
    assert (references(machine), counted(machine)) == (refs, counters)


def test_the_block_of_a_page_is_its_offset_divided_by_32(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.step(1)
    view = machine.page(0x80000)
    assert (view.tag_pfn, view.served, view.tagged) == (0x84000, (0x80000, 0x8001F), 1)


def test_the_first_tagged_page_takes_one_page_from_the_free_tag_storage(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.step(1)
    ledger = machine.snapshot().ledger
    assert (ledger.total, ledger.tags, ledger.free, machine.counters()["nr_free_metadata"]) == (512, 1, 511, 511)


def test_the_tag_page_comes_back_with_the_last_of_its_32_pages_only(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    tags = []
    for _ in range(32, 65):
        machine.seek(_)
        tags.append(machine.snapshot().ledger.tags)
    assert tags == [1] * 32 + [0]


def events_of(machine: Machine, name: str) -> list[Event]:
    found = []
    while machine.step(1):
        found += [event for event in machine.snapshot().events if event.op == machine.op and event.name == name]
    return found


def test_only_one_of_32_reservations_takes_anything(boot: Boot) -> None:
    lines = [event.line for event in events_of(boot("first-tagged-page"), "metadata_reserve")]
    assert lines[0] == "metadata_reserve: pfn=0x80000 order=0 block=0x84000 nblocks=1 taken=1 tries=1 ret=0"
    assert all(line.endswith("taken=0 tries=0 ret=0") for line in lines[1:])
    assert len(lines) == 32


def test_static_reserves_nothing_because_everything_is_reserved(boot: Boot) -> None:
    machine = boot("first-tagged-page", policy="static")
    machine.seek(32)
    assert (counted(machine), machine.snapshot().ledger.tags) == ((0, 0, 0), 512)


def test_without_mte_nothing_is_tagged(boot: Boot) -> None:
    machine = boot("first-tagged-page", policy="off")
    machine.seek(32)
    ledger = machine.snapshot().ledger
    assert (ledger.tagged, ledger.tags, machine.counters()["nr_anon_pages"]) == (0, 0, 32)
