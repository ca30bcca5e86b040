"""Compaction: one zone against its slow twin, and what the twin leaves out (page-allocator facts 6)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.state import consts as c
from sim.core.state import indices as cell
from sim.core.state.state import COMPACT_FIELDS, COMPACT_PAGES, MAX_PROCESSES
from sim.machine import Machine
from tests.conformance.machines import free, result
from tests.conformance.notation import Bench
from tests.core.conftest import Boot
from tests.core.naive_compaction import Compaction
from tests.core.scenarios import DRAIN, MINI_TAGS, alloc, free_page, pin, scenario
from tests.naive import Zone

KINDS = {"a": c.K_ANON, "p": c.K_ANON, "f": c.K_FILE, "P": c.K_FILE, "u": c.K_UNMOVABLE}
PAGES = 4096
COMPACT = {"do": "compact"}


class Zones:
    """The same zone twice: in the python build of the core, and as the twin's lists."""

    def __init__(self, letters: str, types: str, mark: int = 0) -> None:
        """A letter a page, `.` is free; a type a pageblock."""
        self.bench = Bench("", types, high=100)
        self.core, self.st, self.arrays = self.bench.core, self.bench.st, self.bench.arrays
        dim = self.arrays["dim"]
        dim[cell.D_LRU_HEADS] = dim[cell.D_OWNER_HEADS] + MAX_PROCESSES * c.OWNED_CLASSES
        self.arrays["z_min"][0] = mark
        zone = Zone(dict(enumerate(types)), 1, 31, 100)
        used = {pfn: letter for pfn, letter in enumerate(letters) if letter != "."}
        for pfn, letter in enumerate(letters):
            if letter == ".":
                self.bench.free(pfn, 0, types[pfn // 512])
                zone.free_block(pfn, 0, types[pfn // 512])
            elif letter != "u":
                self.own(pfn, letter)
        self.twin = Compaction(zone, used, PAGES, mark)

    def own(self, pfn: int, letter: str) -> None:
        kind = KINDS[letter]
        self.core["pages"].set_kind(self.st, pfn, 0, kind)
        self.core["process"].own(self.st, 1, c.C_ANON if kind == c.K_ANON else c.C_FILE, pfn, 0)
        if letter in "pP":
            self.arrays["flags"][pfn] |= c.F_PINNED

    def compact(self) -> None:
        self.core["compact_direct"].compact_memory(self.st, 0)
        self.twin.run()

    def rows(self, *kinds: int) -> list[list[int]]:
        """Rows of the event ring of these kinds."""
        rows = self.arrays["ev"].reshape(-1, c.EVENT_FIELDS)[: self.arrays["dim"][cell.D_EVENTS]]
        return [row for row in rows.tolist() if row[1] in kinds]


def twin_lists(zone: Zone) -> str:
    names = [(order, t) for order in range(11) for t in "UMR"]
    found = [(f"{order}{t}", zone.lists[order, t]) for order, t in names if zone.lists[order, t]]
    return " ".join(f"{name}:{','.join(f'{pfn:x}' for pfn in pfns)}" for name, pfns in found)


@st.composite
def zones(draw: st.DrawFn) -> Zones:
    """Runs of pages of one kind, long or short, or all mixed."""
    types = "".join(draw(st.lists(st.sampled_from("MMMU"), min_size=8, max_size=8)))
    letters = ""
    while len(letters) < PAGES:
        run = draw(st.sampled_from([".", ".", "a", "f", "u", ".a", ".af", "a.p.", "f.P.", "ua.."]))
        letters += (run * 700)[: draw(st.sampled_from([1, 3, 8, 40, 512, 640]))]
    return Zones(letters[:PAGES], types, draw(st.sampled_from([0, 0, 200, 900])))


@pytest.mark.timeout(400)
def test_a_whole_zone_is_compacted_as_the_slow_twin_does() -> None:
    seen = {"moved": 0, "failed": 0, "runs": 0}

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(both=zones())
    def agree(both: Zones) -> None:
        both.compact()
        twin, bench = both.twin, both.bench
        assert bench.lists() == twin_lists(twin.zone)
        assert bench.pcp(1) == [pfn for pfn, _ in twin.zone.pcp[0].lists[1]]
        used = {pfn for pfn in range(PAGES) if both.arrays["flags"][pfn] & c.F_HEAD}
        assert used == {pfn for pfn, letter in twin.pages.items() if letter != "u"}
        assert not (both.arrays["flags"] & c.F_ISOLATED).any()
        assert not (both.arrays["kind"] == c.K_ISOLATED).any()
        assert {n for n, skipped in enumerate(both.arrays["pb_skip"]) if skipped} == twin.skip
        assert both.arrays["vm"][cell.V_MIGRATE_SUCCESS] == len(twin.moved)
        seen["moved"] += len(twin.moved)
        seen["failed"] += int(both.arrays["vm"][cell.V_MIGRATE_FAIL])
        seen["runs"] += 1

    agree()
    assert all(seen.values())


def test_moves_and_ranges_are_those_of_the_twin() -> None:
    both = Zones(("a.a" * 30 + "u" * 6 + "f" * 8 + "." * 408) * 4 + "." * 1500 + "f.au" * 137, "MMMMMMMM")
    both.compact()
    moves = [(row[3], row[5]) for row in both.rows(c.E_MIGRATE)]
    names = {c.E_ISOLATE_MIGRATE: "migrate", c.E_ISOLATE_FREE: "free"}
    ranges = [(names[row[1]], row[3], row[5], row[7]) for row in both.rows(*names)]
    assert both.twin.moved
    assert moves == both.twin.moved
    assert ranges == both.twin.ranges


def test_after_an_empty_pageblock_fewer_pages_are_looked_at() -> None:
    """As recorded: (0x5fe00 ~ 0x60000) 512 scanned, 0 taken; the next pageblock with something free: 257 scanned."""
    both = Zones("a" * 32 + "u" * 2528 + "u" * 511 + "." + "u" * 1024, "MMMMMMMM")
    both.compact()
    scanned = [row[6] for row in both.rows(c.E_ISOLATE_FREE)]
    assert scanned[:4] == [512, 256, 128, 64]


def test_32_pages_are_taken_first_and_the_rest_of_the_pageblock_next() -> None:
    """As the recorded run of 512 MiB does it: (0x40000 ~ 0x40020), then (0x40020 ~ 0x40200)."""
    both = Zones("a" * 512 + "." * 3000 + "...u" * 146, "MMMMMMMM")
    both.compact()
    assert [(row[3], row[5]) for row in both.rows(c.E_ISOLATE_MIGRATE)][:2] == [(0, 32), (32, 512)]


def control(bench: Bench, order: int, free_at: int, **values: int) -> Any:
    """The control of a compaction for an order, its scanners at both ends."""
    cc = bench.arrays["cc"]
    cc[cell.CC_ORDER] = cc[cell.CC_SEARCH] = order
    cc[cell.CC_FREE], cc[cell.CC_FAST_START], cc[cell.CC_CAPTURED] = free_at, c.NO_PAGE, c.NO_PAGE
    for name, value in values.items():
        cc[getattr(cell, f"CC_{name}")] = value
    return cc


def test_the_fast_search_turns_the_list_past_where_it_stopped() -> None:
    """From the tail: 0x20 is too low, 0xe00 will do; what stood before it goes behind."""
    bench = Bench("2M:40,80,e00,20")
    cc = control(bench, 3, 0xE00, PAGES=4, SEARCH=2)
    bench.core["compact_fast"].fast_isolate_freepages(bench.st)
    assert bench.lists() == "2M:20,40,80"
    assert (cc[cell.CC_FREE_PAGES], cc[cell.CC_FREE_SCANNED]) == (4, 5)


def test_a_fast_search_takes_the_best_of_the_upper_half_when_the_upper_quarter_has_nothing() -> None:
    bench = Bench("2M:900,940,20", "")
    cc = control(bench, 3, 0xE00, PAGES=4, SEARCH=2)
    bench.core["compact_fast"].fast_isolate_freepages(bench.st)
    assert bench.lists() == "2M:20,900"
    assert bench.arrays["cc"][COMPACT_FIELDS + COMPACT_PAGES :][:4].tolist() == [0x940, 0x941, 0x942, 0x943]
    assert cc[cell.CC_FREE_PAGES] == 4


def test_a_pageblock_found_fast_is_marked_and_the_list_turned() -> None:
    bench = Bench("8M:c00,100,500")
    cc = control(bench, 9, 0xE00, DIRECT=1, MT=c.MOVABLE)
    assert bench.core["compact_fast"].fast_find_migrateblock(bench.st) == 0
    assert (bench.lists(), bench.arrays["pb_skip"][0]) == ("8M:500,c00,100", 1)
    assert bench.core["compact_fast"].fast_find_migrateblock(bench.st) == 0x400
    assert (cc[cell.CC_SCANNED], cc[cell.CC_FAST_START]) == (3, 0x100)


def test_a_block_that_is_freed_while_a_request_compacts_is_captured() -> None:
    bench = Bench("0U:1 1U:2", "U")
    cc = control(bench, 2, 0xE00, CAPTURE=2)
    bench.free_to_pcp(0)
    bench.core["pcp"].drain_all_pages(bench.st)
    assert (cc[cell.CC_CAPTURED], bench.lists(), bench.number("z_free")) == (0, "", 0)


@pytest.mark.parametrize(("types", "kind"), [("M", "M"), ("C", "C"), ("T", "T")])
def test_small_movable_blocks_cma_and_metadata_are_never_captured(types: str, kind: str) -> None:
    bench = Bench(f"0{kind}:1 1{kind}:2", types)
    cc = control(bench, 2, 0xE00, CAPTURE=2)
    bench.free_to_pcp(0)
    bench.core["pcp"].drain_all_pages(bench.st)
    assert (cc[cell.CC_CAPTURED], bench.lists()) == (c.NO_PAGE, f"2{kind}:0")


def test_attempts_are_left_out_twice_as_many_each_time() -> None:
    defer = Bench().core["compact_defer"]
    bench = Bench()
    left_out = []
    for _ in range(8):
        defer.defer_compaction(bench.st, 0, 3)
        left_out.append(sum(bool(defer.compaction_deferred(bench.st, 0, 3)) for _ in range(70)))
    assert left_out == [1, 3, 7, 15, 31, 63, 63, 63]
    defer.defer_compaction(bench.st, 0, 3)
    assert defer.compaction_deferred(bench.st, 0, 9) == 1
    defer.defer_reset(bench.st, 0, 4, 0)
    assert (defer.compaction_deferred(bench.st, 0, 4), defer.compaction_deferred(bench.st, 0, 5)) == (0, 1)


@pytest.mark.parametrize(
    ("lists", "order", "index"),
    [("3M:0", 2, -1000), ("", 2, 0), ("0M:0,2,4,6", 1, 1000 - (1000 + 2000) // 4), ("0M:0", 4, 1000 - (1000 + 62))],
)
def test_the_fragmentation_index(lists: str, order: int, index: int) -> None:
    bench = Bench(lists)
    assert bench.core["compact_defer"].fragmentation_index(bench.st, 0, order) == index


def test_compaction_for_a_block_is_worth_it_with_a_gap_of_twice_the_block_above_the_mark() -> None:
    suitable = Bench().core["compact_defer"].suitable_with
    bench = Bench("0M:" + ",".join(f"{2 * n:x}" for n in range(20)))
    bench.arrays["z_min"][0] = 3
    assert [suitable(bench.st, 0, 2, 0, 3, free) for free in (11, 12)] == [c.COMPACT_SKIPPED, c.COMPACT_CONTINUE]
    bench.arrays["z_low"][0] = 5
    assert [suitable(bench.st, 0, 4, 0, 3, free) for free in (37, 38)] == [c.COMPACT_SKIPPED, c.COMPACT_CONTINUE]


def moves(machine: Machine) -> list[list[int]]:
    """What the last op moved: source, target, kind."""
    rows = machine.arrays["ev"].reshape(-1, c.EVENT_FIELDS).tolist()
    found = [row for row in rows if row[:2] == [machine.op, c.E_MIGRATE]]
    return [[machine.layout.pfn_of(row[3]), machine.layout.pfn_of(row[5]), row[6]] for row in found]


def holes(first: int, pages: int) -> list[dict[str, Any]]:
    """Free every second page."""
    return [free_page(first + 2 * n) for n in range(pages // 2)]


def test_compaction_fills_tag_storage_first(boot: Boot) -> None:
    """Row 23 of tag-storage facts 12: the free scanner begins at the top of the zone, where the tags are.

    A pageblock that is wholly free is no target, so one tag page must be in use.
    """
    machine = boot(scenario(program=[alloc("anon", 0, 1024), alloc("tagged"), *holes(0x80000, 1024), DRAIN, COMPACT]))
    machine.step(machine.length)
    targets = [target for _, target, _ in moves(machine)]
    assert len(targets) > 100
    assert all(pfn >= MINI_TAGS for pfn in targets[:100])


def test_a_tagged_page_that_moves_takes_its_storage_along(boot: Boot) -> None:
    machine = boot(
        scenario(program=[alloc("tagged", 0, 512), alloc("anon", 0, 99), *holes(0x80000, 512), DRAIN, COMPACT])
    )
    machine.step(machine.length)
    targets = [target for _, target, kind in moves(machine) if kind == c.K_TAGGED]
    assert len(targets) > 100
    assert all(target < MINI_TAGS for target in targets)
    # the fixture looks whether every tagged page has its storage


def in_pieces(*last: dict[str, Any]) -> dict[str, Any]:
    """Memory full of single pages, then every second page of its first half free: no block of order 1."""
    layout = {
        "name": "small",
        "min_free_kbytes": 0,
        "banks": [{"zone": "DMA32", "start_pfn": 0x80000, "pages": 16896}],
        "regions": [],
    }
    program = [alloc("anon", 0, 16890), alloc("anon", 2), alloc("anon", 1), *holes(0x80000, 8000), DRAIN, *last]
    return scenario(layout=layout, policy="off", program=program)


@pytest.mark.parametrize("what", ["anon", "slab", "unmovable"])
@pytest.mark.parametrize("order", [1, 3, 9])
def test_direct_compaction_makes_a_block_where_there_was_none(boot: Boot, what: str, order: int) -> None:
    machine = boot(in_pieces(alloc(what, order)))
    machine.step(machine.length - 1)
    assert not [one for one in free(machine, "M") if one >= order]
    machine.step()
    counted = machine.counters()
    assert result(machine) >= 0
    assert counted["compact_stall"] == counted["compact_success"] + counted["compact_fail"] > 0
    assert counted["compact_success"] == 1
    assert counted["oom_kill"] == 0


MARKLESS = {
    "name": "small",
    "min_free_kbytes": 0,
    "banks": [{"zone": "DMA32", "start_pfn": 0x80000, "pages": 16896}],
    "regions": [
        {"data_start": 0x80000, "data_pages": 16384, "tag_start": MINI_TAGS, "tag_pages": 512, "block_size": 0x1000}
    ],
}


def test_a_captured_block_of_a_tagged_request_gets_its_storage(boot: Boot) -> None:
    fill = [alloc("anon", 0, 16384), *holes(0x80000, 8000), DRAIN]
    machine = boot(scenario(layout=MARKLESS, program=[*fill, alloc("tagged", 9)]))
    machine.step(machine.length)
    assert machine.arrays["cc"][cell.CC_CAPTURED] == machine.layout.page_of(result(machine)) == 0
    counted = machine.counters()
    assert (counted["compact_stall"], counted["compact_success"]) == (1, 1)
    assert counted["metadata_reserve_success"] == 16


def test_a_captured_block_without_storage_is_refused_and_another_pass_is_made(boot: Boot) -> None:
    fill = [alloc("anon", 0, 16385), *holes(0x80000, 8000), pin(MINI_TAGS), DRAIN]
    machine = boot(scenario(layout=MARKLESS, program=[*fill, alloc("tagged", 9)]))
    machine.step(machine.length)
    names = [event.name for event in machine.snapshot().events if not event.name.startswith("mm_")]
    assert "metadata_return" in names
    assert machine.counters()["metadata_reserve_fail"] > 0
    assert result(machine) != 0x80000


def test_pinned_pages_stay_where_they_are(boot: Boot) -> None:
    pinned = [0x80001 + 64 * n for n in range(16)]
    fill = [alloc("anon", 0, 1024), alloc("tagged"), *holes(0x80000, 1024), DRAIN]
    machine = boot(scenario(program=[*fill, *map(pin, pinned), COMPACT]))
    machine.step(machine.length)
    kinds = machine.arrays["kind"]
    assert all(kinds[machine.layout.page_of(pfn)] == c.K_ANON for pfn in pinned)
    assert len(moves(machine)) > 100
    assert {source for source, _, _ in moves(machine)}.isdisjoint(pinned)
