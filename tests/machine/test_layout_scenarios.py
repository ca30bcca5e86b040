"""Scenarios sprawl, interleave and quiet-mix: what their files say was observed is what happens."""

from collections.abc import Callable

import pytest

from sim.machine import Machine
from sim.run.snapshot import Snapshot
from sim.scenario.scenario import load_scenario

Boot = Callable[..., Machine]


def after(machine: Machine, op: int) -> Snapshot:
    machine.seek(op)
    return machine.snapshot()


def test_450_tagged_pages_in_a_row_take_15_tag_pages(boot: Boot) -> None:
    ledger = after(boot("sprawl"), 450).ledger
    assert (ledger.tagged, ledger.tags) == (450, 15)
    assert "450 tagged pages took 15 tag pages, 30 to each" in load_scenario("sprawl").answer


def test_450_tagged_pages_one_in_32_take_450_tag_pages(boot: Boot) -> None:
    machine = boot("sprawl")
    shown = after(machine, machine.length)
    assert (shown.ledger.tags, shown.ledger.free, shown.packing[1]) == (450, 62, 450)
    assert shown.counters["metadata_reserve_fail"] == len(shown.ooms) == 0
    assert "of 512 tag pages 62 were left" in load_scenario("sprawl").answer


INTERLEAVED = [(1, 0, 2), (3, 5, 2), (5, 6, 4), (7, 7, 8), (9, 9, 32)]  # op, order, tag pages taken (facts 3.3)


@pytest.mark.parametrize(("op", "order", "tag_pages"), INTERLEAVED)
def test_interleaved_blocks_are_taken_twice_as_often_as_needed_from_order_6_on(
    boot: Boot, op: int, order: int, tag_pages: int
) -> None:
    ledger = after(boot("interleave"), op).ledger
    assert (ledger.tagged, ledger.tags) == (1 << order, tag_pages)


def test_without_interleaving_a_huge_page_takes_16_tag_pages(boot: Boot) -> None:
    assert after(boot("interleave", layout="mini"), 9).ledger.tags == 16


@pytest.mark.parametrize(("layout", "most"), [("mini", 1), ("qemu-512m", 15), ("fvp-v1", 1630), ("fvp-v3", 15787)])
def test_how_much_tag_storage_a_quiet_machine_lends(boot: Boot, layout: str, most: int) -> None:
    machine = boot("quiet-mix", layout=layout)
    shown = after(machine, machine.length)
    assert (shown.series.lent_anon + shown.series.lent_file).max() == most
    assert f"{most:,}" in load_scenario("quiet-mix").answer
    assert shown.counters["metadata_reserve_fail"] == len(shown.ooms) == 0


@pytest.mark.parametrize(("layout", "dropped"), [("mini", 4288), ("qemu-512m", 10176)])
def test_how_many_file_pages_kswapd_dropped_on_a_quiet_machine(boot: Boot, layout: str, dropped: int) -> None:
    machine = boot("quiet-mix", layout=layout)
    assert after(machine, machine.length).counters["pgsteal_kswapd"] == dropped
    assert f"{dropped:,} on {layout}" in load_scenario("quiet-mix").answer


def test_fvp_v3_moves_data_out_of_tag_storage_again(boot: Boot) -> None:
    machine = boot("quiet-mix", layout="fvp-v3")
    moved = after(machine, machine.length).counters["pgmigrate_success"]
    assert f"{moved:,} had to move out again" in load_scenario("quiet-mix").answer
