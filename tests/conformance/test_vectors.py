"""The unit-test vectors of page-allocator facts, section 11, in their own words (boot: tests/machine/test_boot.py).

Vectors were computed with a prototype, not recorded. What the core does not model yet is skipped with the reason.
"""

from itertools import groupby
from typing import Any
from unittest.mock import patch

import pytest

from tests.conformance.notation import Bench

WHOLE = "0M:1 1M:2 2M:4 3M:8 4M:10 5M:20 6M:40 7M:80 8M:100 9M:200"
UPPER = "0U:201 1U:202 2U:204 3U:208 4U:210 5U:220 6U:240 7U:280 8U:300 9M:0"


def cases(*rows: tuple[Any, ...]) -> list[Any]:
    """Parameters whose id is the vector with its words."""
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


@pytest.mark.parametrize(
    ("lists", "types", "order", "kind", "pfn", "after", "types_after"),
    cases(
        ("V1 take order 0 of 10M:0", "10M:0", "MM", 0, "M", 0x0, WHOLE, ""),
        ("V2 then order 3", WHOLE, "MM", 3, "M", 0x8, WHOLE.replace("3M:8 ", ""), ""),
        ("V3 head of the smallest order", "1M:20,10 9M:200", "MM", 0, "M", 0x20, "0M:21 1M:10 9M:200", ""),
        ("V25 CMA is never stolen from", "9C:800", "MMMMC", 0, "U", -1, "9C:800", "MMMMC"),
        ("V26 both pageblocks become U", "10M:0", "MM", 0, "U", 0x0, WHOLE.replace("M", "U"), "UU"),
        ("V27 fallback order R then M", "9M:0 9R:200", "MR", 0, "U", 0x200, UPPER, "MU"),
        ("V28 cannot steal: smallest, block only", "3R:200 1R:240", "MR", 0, "M", 0x240, "0M:241 3R:200", "MR"),
        ("V29 order 4 may claim: whole block", "4R:200 1R:240", "MR", 0, "M", 0x240, "0M:241 4M:200", "MR"),
    ),
)
def test_a_block_is_taken(
    lists: str, types: str, order: int, kind: str, pfn: int, after: str, types_after: str
) -> None:
    bench = Bench(lists, types)
    assert (bench.take(order, kind), bench.lists(), bench.types()) == (pfn, after, types_after)


@pytest.mark.parametrize(
    ("lists", "types", "pfn", "order", "kind", "after"),
    cases(
        ("V4 merges with its buddy", "0M:0", "M", 0x1, 0, "M", "1M:0"),
        ("V5 buddy of the pair-to-be is free: tail", "1M:2", "M", 0x0, 0, "M", "0M:0 1M:2"),
        ("V6 tail, behind another", "1M:2 0M:8", "M", 0x0, 0, "M", "0M:8,0 1M:2"),
        ("V7 no order-1 buddy at 2: head", "1M:4 0M:8", "M", 0x0, 0, "M", "0M:0,8 1M:4"),
        ("V8 CMA does not merge with M", "9M:0", "MC", 0x200, 9, "C", "9M:0 9C:200"),
        ("V9 merges, takes the type of the page freed", "9M:0", "MU", 0x200, 9, "U", "10U:0"),
        ("V10 ISOLATE does not merge with M", "9M:0", "MI", 0x200, 9, "I", "9M:0 9I:200"),
        ("V11 the top order never merges, head", "10M:400", "MMMM", 0x0, 10, "M", "10M:0,400"),
        ("V12 order 8, no order-9 block at 0: head", "9M:400 8M:600", "MMMM", 0x200, 8, "M", "8M:200,600 9M:400"),
        ("V13 order 8, order-9 block at 0 free: tail", "9M:0 8M:600", "MMMM", 0x200, 8, "M", "8M:600,200 9M:0"),
    ),
)
def test_a_block_is_freed(lists: str, types: str, pfn: int, order: int, kind: str, after: str) -> None:
    bench = Bench(lists, types)
    bench.free(pfn, order, kind)
    assert bench.lists() == after


def test_v10_isolated_pages_do_not_count_as_free() -> None:
    bench = Bench("9M:0", "MI")
    bench.free(0x200, 9, "I")
    assert bench.number("z_free") == 512


REST = "0M:1f 5M:20 6M:40 7M:80 8M:100 9M:200"


@pytest.mark.parametrize(
    ("lists", "batch", "order", "index", "pages", "count", "after"),
    cases(  # after None: the vector does not say
        ("V14 order 0: 31 pages", "10M:0", 31, 0, 1, list(range(31)), 31, REST),
        ("V15 order 2: 31 >> 2 = 7 blocks", "10M:0", 31, 2, 7, [0, 4, 8, 0xC, 0x10, 0x14, 0x18], 28, None),
        ("V16 order 3: 31 >> 3 = 3 blocks", "10M:0", 31, 3, 10, [0, 8, 0x10], 24, None),
        ("V17 order 9: at least 2", "10M:400,0", 31, 9, 13, [0x400, 0x600], 1024, "10M:0"),
        ("V18 batch 63", "10M:0", 63, 0, 1, list(range(63)), 63, None),
        ("V19 batch 1, a disabled pcp", "10M:0", 1, 0, 1, [0], 1, None),
    ),
)
def test_a_per_cpu_list_is_refilled(
    lists: str, batch: int, order: int, index: int, pages: list[int], count: int, after: str | None
) -> None:
    bench = Bench(lists, batch=batch)
    bench.refill(order, "M")
    assert (bench.pcp(index), bench.number("pcp_count")) == (pages, count)
    assert after is None or bench.lists() == after


def held(bench: Bench, pages: int, factor: int = 0) -> Bench:
    """With so many order-0 pages on its per-CPU list, freed in ascending order."""
    for pfn in range(pages):
        bench.free_to_pcp(pfn)
    assert bench.number("pcp_count") == pages
    bench.arrays["pcp_factor"][0] = factor
    return bench


def test_v31_below_the_high_limit_nothing_is_drained() -> None:
    bench = held(Bench(high=124), 123)
    assert (bench.number("pcp_count"), bench.number("pcp_factor")) == (123, 0)


def test_v32_at_the_high_limit_a_batch_goes_the_oldest_first() -> None:
    bench = held(Bench(high=124), 123)
    with bench.drained() as drained:
        bench.free_to_pcp(123)
    assert (len(drained), drained[0]) == (31, "0/o0")
    assert (bench.number("pcp_count"), bench.number("pcp_factor")) == (93, 1)


def test_v33_free_factor_3_drains_eight_batches() -> None:
    bench = held(Bench(high=3520), 3519, factor=3)
    with bench.drained() as drained:
        bench.free_to_pcp(3519)
    assert (len(drained), bench.number("pcp_factor")) == (248, 4)


@pytest.mark.parametrize(
    ("factor", "expected"),
    cases(
        ("V34 free_high: everything goes, its own list first", 1, ["8/o1", "0/o0", "2/o0", "4/o0"]),
        ("V35 same with free_factor 0", 0, []),
    ),
)
def test_freeing_order_1_while_free_factor_is_up_drains_all(factor: int, expected: list[str]) -> None:
    bench = Bench()
    for pfn in (0, 2, 4):
        bench.free_to_pcp(pfn)
    bench.arrays["pcp_factor"][0] = factor
    with bench.drained() as drained:
        bench.free_to_pcp(8, order=1)
    assert (drained, bench.number("pcp_factor")) == (expected, factor)


def test_v36_while_kswapd_works_four_batches_are_the_limit() -> None:
    bench = held(Bench(high=3520), 123)
    bench.arrays["dim"][bench.core["indices"].D_KSWAPD] = 1
    with bench.drained() as drained:
        bench.free_to_pcp(123)
    assert (len(drained), bench.number("pcp_factor")) == (31, 1)


FOUR = [(0, 0), (2, 0), (0x200, 0), (0x202, 0)]
WITH_THP = [(0, 0), (2, 0), (0x200, 0), (0x400, 9)]


@pytest.mark.parametrize(
    ("blocks", "pages", "first", "expected"),
    cases(
        ("V37 drain 3 from list 0", FOUR, 3, 0, ["200/o0", "202/o0", "0/o0"]),
        ("V38 drain 3 from list 1", FOUR, 3, 1, ["0/o0", "2/o0", "200/o0"]),
        ("V39 the last block overshoots", WITH_THP, 4, 0, ["200/o0", "0/o0", "2/o0", "400/o9"]),
    ),
)
def test_lists_are_emptied_one_after_the_other(
    blocks: list[tuple[int, int]], pages: int, first: int, expected: list[str]
) -> None:
    bench = Bench(types="MU")
    for pfn, order in blocks:
        bench.free_to_pcp(pfn, order)
    with bench.drained() as drained:
        bench.core["pcp"].free_pcppages_bulk(bench.st, 0, pages, first)
    assert drained == expected


def test_v40_a_whole_drain_works_in_chunks_of_batch_times_32() -> None:
    bench = held(Bench(batch=2), 100)
    pcp, chunks = bench.core["pcp"], []
    real = pcp.free_pcppages_bulk

    def record(st: Any, pcp_number: int, count: int, index: int) -> int:
        chunks.append(count)
        return int(real(st, pcp_number, count, index))

    with patch.object(pcp, "free_pcppages_bulk", record):
        pcp.drain_all_pages(bench.st)
    assert chunks == [64, 36]


@pytest.mark.parametrize(
    ("lists", "order", "free", "mark", "passes"),
    cases(
        ("V41 order 0: free 1000, mark 999", "10M:0", 0, 1000, 999, True),
        ("V42 order 0: free 1000, mark 1000", "10M:0", 0, 1000, 1000, False),
        ("V48 order 1: only an order-0 block listed", "0M:0", 1, 1000, 500, False),
    ),
)
def test_the_watermark(lists: str, order: int, free: int, mark: int, passes: bool) -> None:
    bench = Bench(lists)
    assert bench.core["watermark"].zone_watermark_ok(bench.st, 0, order, mark, 3, 0, free) == passes


@pytest.mark.parametrize(("mark", "passes"), [(700, False), (699, True)])
def test_v43_and_v44_hold_for_metadata_in_place_of_cma(mark: int, passes: bool) -> None:
    bench = Bench("10M:0")
    bench.arrays["z_meta"][0] = 300
    watermark = bench.core["watermark"]
    assert watermark.zone_watermark_ok(bench.st, 0, 0, mark, 3, 0, 1000) == passes
    assert watermark.zone_watermark_ok(bench.st, 0, 0, mark, 3, watermark.ALLOC_FROM_METADATA, 1000)


def drifting(free: int, cma: int, threshold: int) -> Bench:
    """One free pageblock of each of M and CMA, more of CMA on demand, and counters that read as given."""
    bench = Bench("9M:0 10C:400", "MMCC")
    bench.arrays["dim"][bench.core["indices"].D_DRIFT] = 1
    bench.arrays["z_seen"][0], bench.arrays["z_seen_cma"][0] = free, cma
    bench.arrays["z_threshold"][0] = threshold
    return bench


def refilled(bench: Bench, times: int = 1) -> str:
    """Types of the pages that so many refills put on the list, in order, as runs: `C13 M18`."""
    for _ in range(times):
        bench.core["pcp"].refill(bench.st, 0, 0, 1, bench.core["watermark"].ALLOC_CMA)
    letters = "".join("UMRHC"[int(bench.arrays["mt"][pfn])] for pfn in bench.pcp(1))
    return " ".join(f"{letter}{len(list(run))}" for letter, run in groupby(letters))


@pytest.mark.parametrize(
    ("free", "cma", "threshold", "times", "runs", "counters", "held_back"),
    cases(
        ("V20 more than half is CMA", 1536, 1024, 12, 1, "C31", (1505, 998), (0, -5)),
        ("V21 half is not more than half", 1024, 512, 12, 1, "M31", (993, 512), (0, 0)),
        ("V22 13 pages until the difference folds", 1024, 513, 12, 1, "C13 M18", (993, 500), (0, 0)),
        ("V23 126 pages while kswapd is awake", 1024, 513, 125, 5, "C126 M29", (869, 387), (0, 0)),
    ),
)
def test_the_half_rule_reads_drifting_counters(
    free: int, cma: int, threshold: int, times: int, runs: str, counters: tuple[int, int], held_back: tuple[int, int]
) -> None:
    bench = drifting(free, cma, threshold)
    assert refilled(bench, times) == runs
    assert (bench.number("z_seen"), bench.number("z_seen_cma")) == counters
    assert (bench.number("pcp_diff"), bench.number("pcp_diff_cma")) == held_back


def test_v24_cma_serves_a_movable_request_when_movable_is_empty() -> None:
    bench = Bench("9C:800", "MMMMC")
    assert bench.core["pcp"].rmqueue_one(bench.st, 0, 0, 1, bench.core["watermark"].ALLOC_CMA) == 0x800


@pytest.mark.parametrize(
    ("lists", "boost"),
    cases(
        ("V28 high mark 0: no boost", ("3R:200 1R:240", 0), 0),
        ("V29 high mark 1000", ("4R:200 1R:240", 1000), 512),
    ),
)
def test_stealing_part_of_a_pageblock_boosts_the_marks(lists: tuple[str, int], boost: int) -> None:
    bench = Bench(lists[0], "MR")
    bench.arrays["z_managed"][0], bench.arrays["z_high"][0] = 4096, lists[1]
    bench.take(0, "M")
    assert bench.number("z_boost") == boost


def test_v30_nofragment_takes_nothing_smaller_than_a_pageblock() -> None:
    bench = Bench("4M:0")
    assert bench.core["pcp"].rmqueue_one(bench.st, 0, 0, 0, bench.core["watermark"].ALLOC_NOFRAGMENT) == -1


@pytest.mark.parametrize(("mark", "passes"), [(700, False), (699, True)])
def test_v43_and_v44_free_cma_is_unusable_without_alloc_cma(mark: int, passes: bool) -> None:
    bench = Bench("10M:0")
    bench.arrays["z_cma"][0] = 300
    assert bench.core["watermark"].zone_watermark_ok(bench.st, 0, 0, mark, 3, 0, 1000) == passes


@pytest.mark.parametrize(
    ("free", "mark", "names", "reserved"),
    cases(
        ("V45 the HIGHATOMIC reserve is open, min halved", 1000, 400, ("MIN_RESERVE",), 512),
        ("V46 __GFP_HIGH: min 2816", 3000, 5632, ("MIN_RESERVE",), 0),
        ("V47 and non-blocking: min 2112", 2113, 5632, ("MIN_RESERVE", "NON_BLOCK"), 0),
    ),
)
def test_requests_with_access_to_reserves(free: int, mark: int, names: tuple[str, ...], reserved: int) -> None:
    bench = Bench("10M:0")
    bench.arrays["z_highatomic"][0] = reserved
    watermark = bench.core["watermark"]
    flags = sum(getattr(watermark, f"ALLOC_{name}") for name in names)
    assert watermark.zone_watermark_ok(bench.st, 0, 0, mark, 3, flags, free)


def test_v55_targets_are_used_from_the_last_block_found_down() -> None:
    bench = Bench("0M:20 1M:10 9M:400")
    cc = bench.arrays["cc"]
    cc[bench.core["indices"].CC_PAGES] = 3
    assert bench.core["compact_free"].isolate_freepages_block(bench.st, 0, 0x200, 1) == 0x21
    assert [bench.core["compact_migrate"].compaction_alloc(bench.st) for _ in range(3)] == [0x20, 0x11, 0x10]
    assert bench.lists() == "9M:400"


def test_v54_a_batch_is_freed_in_reversed_order_and_stands_in_its_own() -> None:
    bench = Bench()
    consts, at, state = (bench.core[name] for name in ("consts", "indices", "state"))
    a, b, c = 0x10, 0x30, 0x50
    for page in (c, b, a):  # the newest is met first
        bench.core["pages"].set_kind(bench.st, page, 0, consts.K_ANON)
        bench.core["process"].own(bench.st, 1, consts.C_ANON, page, 0)
    bench.arrays["dim"][at.D_TRACE] = state.EVENT_ROWS - 1
    assert bench.core["release"].release_pages(bench.st, 1, consts.C_ANON) == 3
    rows = bench.arrays["ev"].reshape(-1, consts.EVENT_FIELDS)[: bench.arrays["dim"][at.D_EVENTS]]
    freed, batched = ([row[3] for row in rows.tolist() if row[1] == kind] for kind in (consts.E_FREE, consts.E_BATCHED))
    assert (freed, batched, bench.pcp(1)) == ([c, b, a], [c, b, a], [a, b, c])
