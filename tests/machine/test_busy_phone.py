"""Scenario busy-phone: what its file says was observed is what happens."""

from collections.abc import Callable

import pytest

from sim.machine import Machine
from sim.run.snapshot import Snapshot
from sim.scenario.scenario import load_scenario

Boot = Callable[..., Machine]
ANSWER = load_scenario("busy-phone").answer


def mib(pages: int) -> str:
    return f"{pages / 256:.1f} MiB"


def at_the_end(machine: Machine) -> Snapshot:
    machine.seek(machine.length)
    return machine.snapshot()


def first_oom(boot: Boot, policy: str) -> int:
    return at_the_end(boot("busy-phone", policy=policy)).ooms[0].op


def test_the_carve_out_runs_out_of_memory_within_200000_ops(boot: Boot) -> None:
    op = first_oom(boot, "static")
    assert f"static had its first OOM at op {op:,}" in ANSWER


def test_rfc_v1_runs_out_later_than_the_carve_out(boot: Boot) -> None:
    op = first_oom(boot, "rfc-v1")
    assert op > first_oom(boot, "static")
    assert f"rfc-v1 at op {op:,}" in ANSWER


def test_the_answer_names_the_oom_without_mte_too(boot: Boot) -> None:
    assert f"off (no MTE at all) at op {first_oom(boot, 'off'):,}" in ANSWER


def test_the_answer_names_what_was_free_at_the_oom_of_rfc_v1(boot: Boot) -> None:
    oom = at_the_end(boot("busy-phone")).ooms[0]
    assert f"{mib(oom.free)} were free, {mib(oom.free_metadata)} of it tag storage" in ANSWER
    assert (oom.usable, oom.victim) == (oom.free - oom.free_metadata, "launcher3")


def test_the_answer_names_the_price(boot: Boot) -> None:
    counters = at_the_end(boot("busy-phone")).counters
    assert f"{counters['pgmigrate_success']:,} pages had to move, for reservations or in compaction" in ANSWER
    assert f"{counters['metadata_reserve_fail']:,} reservations met a pinned page" in ANSWER


def test_no_refusal_of_a_single_request_ended_in_an_oom(boot: Boot) -> None:
    assert [oom.refusals for oom in at_the_end(boot("busy-phone")).ooms] == [0]


def test_two_thirds_of_the_tag_storage_are_lent_at_most(boot: Boot) -> None:
    machine, most = boot("busy-phone"), 0
    while machine.step(500):
        ledger = machine.snapshot().ledger
        most = max(most, ledger.anon + ledger.file + ledger.dirty)
    assert f"rfc-v1 had lent {mib(most)} at most" in ANSWER


def test_a_pin_makes_normal_refuse_and_dma32_serve(boot: Boot) -> None:
    machine = boot("busy-phone")
    while machine.counters()["metadata_reserve_fail"] == 0:
        machine.step(1)
    wanted = {"metadata_return", "mm_page_alloc"}
    refused, served = [event for event in machine.snapshot().events if event.name in wanted][-2:]
    assert "pfn=0x8e3400" in refused.line
    assert not served.bad


def moves(snapshot: Snapshot) -> dict[str, bool]:
    """Whether each panel of the page has something to show."""
    zone = snapshot.zones[-1]
    return {
        "free lists": bool(zone.free_lists.sum()),
        "tag storage": snapshot.ledger.tags > 0 and snapshot.ledger.anon > 0,
        "pins": any(pin.in_tag_storage for pin in snapshot.pins),
        "vmstat": snapshot.counters["pgmigrate_success"] > 0,
        "processes": all(process.alive for process in snapshot.processes if process.name != "bootanim"),
        "events": len(snapshot.events) == 48,
        "pcp": any(pcp.count for pcp in zone.pcp),
        "page cache": snapshot.counters["nr_file_pages"] > 0,
    }


def test_every_panel_has_something_to_show_after_20000_ops(boot: Boot) -> None:
    machine = boot("busy-phone")
    machine.step(20_000)
    assert all(moves(machine.snapshot()).values())


@pytest.mark.parametrize("chunk", [1000, 777])
def test_the_size_of_the_chunks_makes_no_difference(boot: Boot, chunk: int) -> None:
    whole, parts = boot("busy-phone"), boot("busy-phone")
    whole.seek(30_000)
    while parts.op < 30_000:
        parts.step(min(chunk, 30_000 - parts.op))
    assert parts.digest() == whole.digest()
