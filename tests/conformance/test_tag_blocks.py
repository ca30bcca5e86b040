"""How many tag pages a request takes and how they are taken: tag-storage facts 3.2, 3.6 (W2) and 13."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.core.state.consts import E_DROP, E_MIGRATE
from sim.machine import Machine
from tests.conformance.machines import events, free, in_tag_storage, lend, one_zone, program, refs, reserved
from tests.core.scenarios import DRAIN, MINI_TAGS, alloc, free_page, leave
from tests.core.scenarios import free as free_block
from tests.core.states import pcp_list

Run = Callable[[dict[str, Any]], Machine]


@pytest.mark.parametrize(
    ("order", "tag_pages", "per_block"), [(0, 1, 1), (3, 1, 8), (5, 1, 32), (6, 2, 32), (9, 16, 32), (10, 32, 32)]
)
def test_blocks_of_one_page_take_what_the_order_needs(run: Run, order: int, tag_pages: int, per_block: int) -> None:
    machine = run(program(alloc("tagged", order)))
    assert reserved(machine) == (tag_pages, 0, 0)
    assert refs(machine) == [1 + per_block] * tag_pages


@pytest.mark.parametrize(
    ("order", "taken", "per_block"), [(0, 2, 1), (5, 2, 32), (6, 4, 64), (7, 8, 64), (9, 32, 64), (10, 64, 64)]
)
def test_w2_blocks_of_two_pages_take_twice_what_the_order_needs_from_order_6_on(
    run: Run, order: int, taken: int, per_block: int
) -> None:
    machine = run(program(alloc("tagged", order), layout=one_zone(16384, block_size=0x2000)))
    assert reserved(machine) == (taken, 0, 0)
    assert refs(machine) == [1 + per_block] * (taken // 2)


@pytest.mark.parametrize("order", [0, 3, 5, 6, 9, 10])
@pytest.mark.parametrize("block_size", [0x1000, 0x2000])
def test_the_last_free_gives_every_block_back(run: Run, order: int, block_size: int) -> None:
    steps = (alloc("tagged", order, 2), free_block("tagged", 2))
    machine = run(program(*steps, layout=one_zone(16384, block_size=block_size)))
    success, fail, given_back = reserved(machine)
    assert (success, fail) == (given_back, 0)
    assert refs(machine) == []


def test_rule_1_an_order_10_block_is_cut_and_the_other_half_is_free_as_order_9(run: Run) -> None:
    machine = run(program(alloc("tagged"), layout=one_zone(32768)))
    first = machine.layout.regions[0].tag_start
    around = {order: [first + (1 << order)] for order in range(10)}
    assert free(machine, "T") == around


def test_rule_2_taking_a_tag_block_drains_every_per_cpu_list(run: Run) -> None:
    steps = (alloc("anon", 0, 1), alloc("slab", 0, 1), alloc("anon", 9, 1), alloc("tagged"))
    machine = run(program(*steps))
    assert machine.arrays["pcp_count"].tolist() == [0, 0]


def test_rule_2_a_moved_page_is_freed_without_the_per_cpu_lists(run: Run) -> None:
    room = (free_page(0x80400), free_page(0x80000), DRAIN)
    machine = run(program(*lend(1), *room, alloc("tagged", 5)))
    assert machine.counters()["pgmigrate_success"] == 1
    assert MINI_TAGS not in [pfn for index in range(14) for pfn, _ in pcp_list(machine, 0, index)]


def test_rules_3_and_4_the_block_is_split_around_the_page_that_is_taken(run: Run) -> None:
    fill = (alloc("anon", 5, 5), alloc("tagged", 5))
    machine = run(program(*fill))
    expected = {0: [4], 1: [6], 2: [0], 3: [8], 4: [16], 5: [32], 6: [64], 7: [128], 8: [256]}
    assert free(machine, "T") == {order: [MINI_TAGS + n for n in pfns] for order, pfns in expected.items()}


def test_rule_4_the_free_blocks_of_the_pageblock_go_to_the_tail_and_others_keep_their_places(run: Run) -> None:
    first, second = (0x40000 + 32768 + n * 512 for n in (0, 1))
    both = (alloc("tagged"), alloc("anon", 9, 31), DRAIN, alloc("tagged", 9))
    machine = run(program(*both, layout=one_zone(32768)))
    assert free(machine, "T")[4] == [first + 16, second + 16]
    machine = run(program(*both, alloc("tagged", 0, 32), layout=one_zone(32768)))
    assert free(machine, "T")[4] == [second + 16, first + 16]


def test_rule_6_a_rollback_frees_the_pages_already_taken(run: Run) -> None:
    steps = (*lend(6), {"do": "pin", "pfn": MINI_TAGS + 5}, free_page(0x80400), free_page(0x80000), DRAIN)
    machine = run(program(*steps, alloc("tagged", 9)))
    assert free(machine, "T")[0]
    assert not refs(machine)


def test_rule_7_with_its_last_reference_a_tag_page_merges_back_up_to_order_10(run: Run) -> None:
    machine = run(program(alloc("tagged", 0, 3), free_block("tagged", 3), layout=one_zone(32768)))
    assert free(machine, "T") == {10: [machine.layout.regions[0].tag_start]}


def test_occupants_clean_page_cache_in_a_tag_page_is_dropped_and_other_data_moves_to_normal_memory(run: Run) -> None:
    fill = (alloc("anon", 9, 30, "browser"), alloc("anon", 5, 32, "browser"))
    lent = (alloc("file", 0, 3, "worker"), alloc("dirty", 0, 3, "worker"), DRAIN)
    machine = run(program(*fill, *lent, leave("browser"), DRAIN, alloc("tagged", 0, 300)))
    dropped = [row[0] for row in events(machine, E_DROP)]
    moved = [(row[0], machine.layout.pfn_of(row[2])) for row in events(machine, E_MIGRATE)]
    assert dropped
    assert moved
    assert all(in_tag_storage(machine, pfn) for pfn in dropped)
    assert all(in_tag_storage(machine, source) and not in_tag_storage(machine, target) for source, target in moved)


def test_under_static_the_counts_of_two_page_blocks_return_to_one(run: Run) -> None:
    steps = (alloc("tagged", 6), free_block("tagged"))
    machine = run(program(*steps, policy="static", layout=one_zone(16384, block_size=0x2000)))
    assert set(refs(machine)) == {1}
