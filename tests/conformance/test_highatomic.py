"""HIGHATOMIC pageblocks: page-allocator facts 3.1, 3.4, 3.6."""

from tests.conformance.notation import Bench

HIGH, MOVABLE = "H", 1


def with_managed(bench: Bench, managed: int, reserved: int = 0) -> Bench:
    bench.arrays["z_managed"][0], bench.arrays["z_highatomic"][0] = managed, reserved
    return bench


def test_a_pageblock_is_reserved_and_its_free_pages_move() -> None:
    bench = with_managed(Bench("0M:1,3 2U:4 9M:200"), 4096)
    assert bench.core["highatomic"].reserve_highatomic_pageblock(bench.st, 0) == 1
    assert (bench.lists(), bench.types()) == ("0H:1,3 2H:4 9M:200", "H")
    assert bench.number("z_highatomic") == 512


def test_a_hundredth_of_the_zone_and_one_pageblock_more_are_reserved_at_most() -> None:
    bench = with_managed(Bench("9M:0"), 4096, reserved=552)
    assert bench.core["highatomic"].reserve_highatomic_pageblock(bench.st, 0) == 0
    bench.arrays["z_highatomic"][0] = 551
    assert bench.core["highatomic"].reserve_highatomic_pageblock(bench.st, 0) == 1


def test_cma_and_metadata_pageblocks_are_not_reserved() -> None:
    for letter in "CTI":
        bench = with_managed(Bench("", letter), 4096)
        assert bench.core["highatomic"].reserve_highatomic_pageblock(bench.st, 5) == 0
        assert bench.types() == letter


def test_the_last_pageblock_of_a_zone_is_given_up_by_force_only() -> None:
    bench = with_managed(Bench("3H:200,208", "MH"), 4096, reserved=512)
    give_up = bench.core["highatomic"].unreserve_highatomic_pageblock
    assert give_up(bench.st, MOVABLE, 3, 0) == 0
    assert give_up(bench.st, MOVABLE, 3, 1) == 1
    assert (bench.lists(), bench.types(), bench.number("z_highatomic")) == ("3M:200,208", "", 0)


def test_the_pageblock_given_up_becomes_the_requesters_and_it_is_that_of_the_smallest_block() -> None:
    bench = with_managed(Bench("1H:400 3H:200", "MHH"), 4096, reserved=1024)
    assert bench.core["highatomic"].unreserve_highatomic_pageblock(bench.st, 0, 3, 0) == 1
    assert (bench.lists(), bench.types(), bench.number("z_highatomic")) == ("1U:400 3H:200", "MHU", 512)


def test_the_reserve_serves_first_who_made_it_last_who_may_not_wait_and_nobody_else() -> None:
    flags = Bench().core["watermark"]
    for wanted, pfn, lists in (
        (flags.ALLOC_HIGHATOMIC, 0x200, "4M:0"),
        (flags.ALLOC_NON_BLOCK, 0x0, "4H:200"),
    ):
        bench = Bench("4H:200 4M:0", "MH")
        assert bench.core["rmqueue"].rmqueue(bench.st, 0, 0, 4, MOVABLE, wanted) == pfn
        assert bench.lists() == lists
    last = Bench("4H:200", "MH")
    assert last.core["rmqueue"].rmqueue(last.st, 0, 0, 4, MOVABLE, 0) == -1
    assert last.core["rmqueue"].rmqueue(last.st, 0, 0, 4, MOVABLE, flags.ALLOC_OOM) == 0x200
