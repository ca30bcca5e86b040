"""What was seen on a running kernel: rows of tag-storage facts section 12. Each test carries the number of its row.

Rows 7 to 10 and 13 are in test_refusals.py; what only records can show, and what they show of rows 11, 24, 26, 27 and
28, is in test_seen_in_records.py. Row 17 is a race, row 20 has no state here. Row 26 is modelled in a replay only: in a
simulation pages are tagged when they are allocated.
"""

from collections.abc import Callable
from typing import Any

import pytest

from sim.core.page import process
from sim.core.state.consts import E_MIGRATE, E_RELEASE, E_RESERVE, E_RETURN, EVENT_FIELDS
from sim.machine import Machine
from tests.builds import machine_of
from tests.conformance.machines import (
    UNKILLABLE,
    events,
    free,
    in_tag_storage,
    lend,
    normal_free,
    one_zone,
    processes,
    program,
    refs,
    reserved,
    result,
)
from tests.conformance.notation import Bench
from tests.core.scenarios import DRAIN, MINI_TAGS, alloc, free_page, leave
from tests.core.scenarios import free as free_block
from tests.core.states import blocks, pcp_list

Run = Callable[[dict[str, Any]], Machine]

# The recorded guests. phases: 284 MiB, four tag pageblocks, zero page outside; steps: 528 MiB, eight, zero page inside.
PHASES = {
    "name": "phases",
    "min_free_kbytes": 1040,
    "banks": [{"zone": "DMA", "start_pfn": 0x40000, "pages": 0x11C00}],
    "kernel_pages": 0x11C00 - 68136,
    "regions": [
        {"data_start": 0x40000, "data_pages": 65536, "tag_start": 0x50000, "tag_pages": 2048, "block_size": 0x1000}
    ],
}
STEPS = one_zone(131072, min_free_kbytes=1800, kernel_pages=0x800, zero_page=0x40786)


def test_row_1_tag_pageblocks_merge_up_to_order_10_and_again_after_use(run: Run) -> None:
    layout = one_zone(32768)
    tags = 0x40000 + 32768
    assert free(run(program(DRAIN, layout=layout)), "T") == {10: [tags]}
    assert free(run(program(alloc("tagged"), layout=layout)), "T") == {n: [tags + (1 << n)] for n in range(10)}
    used = run(program(alloc("tagged", 9), free_block("tagged"), layout=layout))
    assert free(used, "T") == {10: [tags]}


def test_row_2_512_tagged_pages_in_a_row_take_16_or_17_tag_pages(run: Run) -> None:
    machine = run(program(alloc("tagged", 0, 512), layout=PHASES))
    assert reserved(machine)[0] in {16, 17}


def test_row_3_in_turn_with_untagged_pages_33_tag_pages_are_half_full(run: Run) -> None:
    turns = [step for _ in range(512) for step in (alloc("tagged"), alloc("anon"))]
    machine = run(program(*turns, layout=PHASES))
    assert reserved(machine)[0] == pytest.approx(33, abs=2)
    assert sum(15 <= count - 1 <= 17 for count in refs(machine)) >= 28


def test_row_3_the_batch_decides_the_packing(run: Run) -> None:
    turns = [step for _ in range(512) for step in (alloc("tagged"), alloc("anon"))]
    batches = {name: run(program(*turns, layout=layout)) for name, layout in (("small", "mini"), ("large", PHASES))}
    assert batches["small"].arrays["pcp_batch"][0] < batches["large"].arrays["pcp_batch"][0]
    assert all(reserved(machine)[0] > 30 for machine in batches.values())


def test_row_4_tag_storage_is_used_when_movable_is_empty_while_other_types_hold_free_blocks(
    boot: Callable[..., Machine],
) -> None:
    machine = boot(program(alloc("unmovable"), alloc("slab"), DRAIN, alloc("anon", 0, 16_500)))
    while machine.counters()["nr_free_metadata"] == 512:
        machine.step()
    assert not free(machine, "M")
    assert sum(len(pfns) << order for kind in "UR" for order, pfns in free(machine, kind).items()) > 500


def test_row_5_with_min_free_above_its_size_tag_storage_is_never_used_for_data(boot: Callable[..., Machine]) -> None:
    layout = one_zone(16384, min_free_kbytes=4 * 1000)
    machine = boot(program(alloc("anon", 0, 16_500), layout=layout, processes=processes(server=UNKILLABLE)))
    machine.step(machine.length)
    assert result(machine) == -1
    assert machine.counters()["nr_free_metadata"] == 512


@pytest.fixture
def starved(run: Run) -> Machine:
    """Mini, filled by a process that nobody may kill, then 200 requests for unmovable pages."""
    fill = (alloc("anon", 9, 30), alloc("anon", 0, 600), DRAIN)
    return run(program(*fill, alloc("unmovable", 0, 200), processes=processes(server=UNKILLABLE)))


def test_row_6_unmovable_requests_fail_while_tag_storage_is_free(starved: Machine) -> None:
    assert result(starved) == -1
    assert starved.counters()["nr_free_metadata"] == 512


def test_row_21_they_fail_at_the_min_mark_and_untagged_movable_requests_still_succeed(
    starved: Machine, run: Run
) -> None:
    lowest = int(starved.arrays["z_min"][0])
    assert lowest - 3 <= normal_free(starved) <= lowest
    steps = (alloc("anon", 9, 30), alloc("anon", 0, 600), DRAIN, alloc("unmovable", 0, 200), alloc("anon"))
    assert result(run(program(*steps, processes=processes(server=UNKILLABLE)))) > 0


def test_row_11_a_split_huge_page_keeps_16_tag_pages_until_the_last_page_of_each_32_goes() -> None:
    steps = (alloc("tagged", 9), *(free_page(0x80000 + n) for n in range(512)))
    machine = machine_of("python", program(*steps))
    machine.step()
    process.split_huge_page(machine._state, machine.layout.page_of(0x80000))
    for tag_page in range(16):
        assert len(refs(machine)) == 16 - tag_page
        machine.step(31)
        assert refs(machine)[0] == 2  # the reservation, and its last tagged page
        machine.step()
    assert refs(machine) == []
    machine.check()


def test_row_12_data_moves_from_tag_storage_to_normal_memory(run: Run) -> None:
    machine = run(program(*lend(100), leave("browser"), DRAIN, alloc("tagged", 9, 20)))
    moved = [(row[0], machine.layout.pfn_of(row[2])) for row in events(machine, E_MIGRATE)]
    assert moved
    assert all(in_tag_storage(machine, a) and not in_tag_storage(machine, b) for a, b in moved)


def test_row_14_a_failed_attempt_requeues_the_free_blocks_of_its_pageblock(run: Run) -> None:
    first, second = (0x40000 + 32768 + n * 512 for n in (0, 1))
    fill = (alloc("anon", 5, 32, "other"), alloc("anon", 9, 60, "browser"), alloc("anon", 5, 32, "browser"))
    pinned = (alloc("anon", 0, 1, "worker"), DRAIN, {"do": "pin", "pfn": first})
    in_second = (free_page(0x44C00), free_page(0x44800), free_page(0x44400), DRAIN, alloc("tagged", 9))
    steps = (*fill, *pinned, *in_second)
    before = run(program(*steps, layout=one_zone(32768)))
    assert free(before, "T")[4] == [first + 16, second + 48]
    refused = run(program(*steps, free_page(0x40000), alloc("tagged", 5), layout=one_zone(32768)))
    assert (result(refused), len(events(refused, E_RETURN))) == (-1, 7)
    assert free(refused, "T")[4] == [second + 48, first + 16]


def test_row_14_and_15_the_blocks_stand_as_they_were_recorded_around_the_zero_pages_tag_page(run: Run) -> None:
    lists = free(run(program(DRAIN, layout=STEPS)), "T")
    assert {order: pfns for order, pfns in lists.items() if order < 10} == {
        0: [0x6003D],
        1: [0x6003E],
        2: [0x60038],
        3: [0x60030],
        4: [0x60020],
        5: [0x60000],
        6: [0x60040],
        7: [0x60080],
        8: [0x60100],
        9: [0x60200],
    }


def test_the_other_tag_pageblocks_stand_as_they_were_recorded_after_boot(run: Run) -> None:
    assert free(run(program(DRAIN, layout=STEPS)), "T")[10] == [0x60C00, 0x60800, 0x60400]


def test_row_16_a_try_that_meets_a_pin_moves_nothing(run: Run) -> None:
    pairs = one_zone(16384, block_size=0x2000)
    tags = 0x40000 + 16384
    fill = (alloc("anon", 9, 30, "browser"), alloc("anon", 5, 32, "browser"), alloc("anon", 0, 2, "worker"), DRAIN)
    pinned = ({"do": "pin", "pfn": tags + 1}, free_page(0x40400), free_page(0x40000), DRAIN, alloc("tagged", 9))
    machine = run(program(*fill, *pinned, layout=pairs))
    assert reserved(machine)[1] == 2
    assert tags in blocks(machine)
    assert machine.counters()["pgmigrate_success"] == 0


def mini_behind_a_kernel() -> dict[str, Any]:
    """A region that begins behind the kernel with its zero page."""
    region = {"data_start": 0x40400, "data_pages": 16384, "tag_start": 0x44400, "tag_pages": 512, "block_size": 0x1000}
    bank = {"zone": "DMA", "start_pfn": 0x40000, "pages": 0x400 + 16896}
    return one_zone(16384, banks=[bank], regions=[region], kernel_pages=0x400, zero_page=0x40010)


def test_row_18_outside_every_region_the_zero_page_takes_no_block_and_inside_its_count_is_2(run: Run) -> None:
    apart = mini_behind_a_kernel()
    assert refs(run(program(DRAIN, layout=apart))) == []
    assert refs(run(program(DRAIN, layout=STEPS))) == [2]


def test_row_19_and_24_tagged_pages_may_lie_in_cma_and_never_in_tag_storage() -> None:
    bench = Bench("9C:200 9T:400", types="MCT")
    page_alloc, gfp = bench.core["page_alloc"], bench.core["gfp"]
    assert page_alloc.alloc_pages(bench.st, 0, 0x100CCA | gfp.GFP_TAGGED, 0) == 0x200


def test_row_24_data_from_tag_storage_goes_to_cma_rather_than_to_tag_storage() -> None:
    bench = Bench("9C:200 9T:400", types="MCT")
    assert bench.core["by_contig"].alloc_migration_target(bench.st, 0) == 0x200


def test_row_23_compaction_fills_tag_storage_while_normal_memory_is_free(boot: Callable[..., Machine]) -> None:
    """As one run showed it: 8,191 free tag pages became 314 while 10,000 normal pages were free.

    There for huge pages; here the whole zone, as a request for one finds its targets by the fast search first. A tag
    pageblock that is wholly free is no target, and none is while a tagged page is in hand (RFC v1 #10).
    """
    fill = [step for _ in range(4) for step in (alloc("anon", 0, 15_500, "browser"), alloc("tagged"))]
    holes = [{"do": "free_page", "pfn": 0x40404 + 20_000 * n, "count": 7000, "every": 2} for n in range(2)]
    machine = boot(program(*fill, *holes, DRAIN, {"do": "compact"}, layout=one_zone(65536)))
    machine.step(machine.length - 1)
    assert machine.counters()["nr_free_metadata"] > 2040
    machine.step()
    assert machine.counters()["nr_free_metadata"] < 2048 * 314 // 8191
    assert normal_free(machine) > 10_000


def test_row_28_a_reservation_that_takes_nothing_is_one_too(run: Run) -> None:
    machine = run(program(alloc("tagged", 0, 512), layout=PHASES))
    made = events(machine, E_RESERVE)
    assert len(made) == 512
    assert sum(row[4] == 0 for row in made) == 512 - reserved(machine)[0]


def test_row_29_a_tagged_page_that_compaction_moves_finds_its_storage_when_it_is_freed(
    boot: Callable[..., Machine],
) -> None:
    """The port that left #20 out gave 209 of 7,571 tagged pages places without storage; here each is reserved."""
    holes = {"do": "free_page", "pfn": 0x80000, "count": 256, "every": 2}
    moved = (alloc("tagged", 0, 512), alloc("anon", 0, 99), holes, DRAIN, {"do": "compact"})
    machine = boot(program(*moved, free_block("tagged", 256)))
    machine.step(machine.length - 256)
    assert machine.counters()["pgmigrate_success"] > 100
    machine.step(256)
    ring = machine.arrays["ev"].reshape(-1, EVENT_FIELDS)
    freed = ring[(ring[:, 0] > machine.op - 256) & (ring[:, 1] == E_RELEASE)]
    assert len(freed) == 256
    assert (freed[:, 8] >= 0).all()  # none was "not reserved"
    assert refs(machine) == []


def test_row_22_kswapd_drops_page_cache_while_tag_storage_is_free(run: Run) -> None:
    fill = (alloc("file", 0, 2000), alloc("anon", 9, 26), alloc("anon", 0, 400), DRAIN)
    machine = run(program(*fill, alloc("unmovable", 0, 400)))
    assert machine.counters()["pgsteal_kswapd"] > 0
    assert machine.counters()["nr_free_metadata"] == 512


def test_row_25_tagged_pages_never_come_from_a_per_cpu_list_but_freed_ones_go_there(run: Run) -> None:
    machine = run(program(alloc("tagged"), free_block("tagged")))
    assert [pfn for pfn, _ in pcp_list(machine, 0, 1)] == [0x80000]
    again = run(program(alloc("tagged"), free_block("tagged"), {"do": "unpin", "pfn": 0x80000}, alloc("tagged")))
    assert result(again) != 0x80000


def test_row_25_tag_pages_do_sit_on_a_per_cpu_list_after_a_refill_and_do_not_count_as_free(run: Run) -> None:
    machine = run(program(*lend(1)[:-1]))
    held = pcp_list(machine, 0, 1)
    assert held == [(MINI_TAGS + 1, "T"), (MINI_TAGS + 2, "T")]
    assert machine.counters()["nr_free_metadata"] == 512 - 3
