"""What a request failed by is said as the allocator tests it: inputs that people handed in, and the engine itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from sim import words
from sim.cli.report import text_report
from sim.core.hooks import why as y
from sim.core.state import consts as c
from sim.core.state.state import WHY_FIELDS, WHY_ROWS
from sim.explain.read import read
from sim.explain.steps import Lost, Round, Zone
from sim.kernel.refusal import Binding, Refusal, ZoneTest
from sim.machine import Machine
from sim.scenario.scenario import load_scenario
from sim.words.binding import zone_clause
from sim.words.why import WhySaid, say
from sim.words.why_text import Telling

INPUTS = Path(__file__).parent.parent / "data" / "inputs"
Handed = Callable[[str, int], Machine]
NO_BLOCK = {
    ("fragn600", 1909): "Normal has 593 usable pages, above its min watermark of 64, but no block of order 3 or more.",
    (
        "fragn8000",
        24115,
    ): "Normal has 7,993 usable pages, above its min watermark of 64, but no block of order 3 or more.",
    (
        "frag-mini",
        22963,
    ): "DMA32 has 6,997 usable pages, above its min watermark of 260, but no block of order 3 or more "
    "but in tag storage, closed to this request.",
}
FREE = ZoneTest(0, "Normal", 3, "min", 900, 0, 0, 0, 100, 100, 0, ok=False, boost=0, closed_block=False)


@pytest.fixture
def handed() -> Iterator[Handed]:
    machines: list[Machine] = []

    def make(name: str, op: int) -> Machine:
        machines.append(Machine(load_scenario(INPUTS / f"{name}.yaml")))
        machines[-1].step(op)
        return machines[-1]

    yield make
    for machine in machines:
        machine.check()


def plain(html: str) -> str:
    return unescape(re.sub("<[^>]+>", "", html))


def why(machine: Machine) -> WhySaid:
    explained = machine.explanations.of(machine.op, what_ifs=False)
    assert explained.main is not None
    names = machine.explanations.names
    return say(Telling(explained, explained.main, machine.layout, names, machine.scenario.rules))


@pytest.mark.parametrize(("name", "op"), NO_BLOCK)
def test_fragmentation_is_told_as_no_block_of_the_order_everywhere(handed: Handed, name: str, op: int) -> None:
    machine = handed(name, op)
    snapshot, scenario = machine.snapshot(), machine.scenario
    told = NO_BLOCK[name, op]
    assert told in plain(words.answer(snapshot, scenario, scenario.rules))
    assert told in plain(words.panel_sentence("oom", snapshot))
    assert told in plain(" ".join(step.html for step in snapshot.story.steps))
    assert told in plain(why(machine).answer)
    assert "below" not in text_report(machine, "")


@pytest.mark.parametrize(("name", "op"), NO_BLOCK)
def test_why_ends_with_the_kill_however_many_pages_it_frees(handed: Handed, name: str, op: int) -> None:
    said = why(handed(name, op))
    assert said.title.startswith("Why was driver (10) killed for an order-3 block")
    assert any("driver (10) is killed" in plain(step.html) for step in said.path)


def test_a_run_says_how_many_requests_failed_and_what_the_last_one_failed_by(handed: Handed) -> None:
    assert (
        "5 requests got nothing, the last one at op 48,242, of order 4: Normal has 15,993 usable pages, above its min "
        "watermark of 362, but no block of order 4 or more."
    ) in text_report(handed("frag4", 48_242), "")


def test_nothing_came_free_where_there_is_no_page_cache(handed: Handed) -> None:
    said = " ".join(plain(step.html) for step in why(handed("frag4", 48_242)).path)
    assert "came free" not in said.replace("Nothing came free", "")
    assert "No: compaction may begin. Nothing came free." in said


def test_no_policy_is_offered_to_a_machine_without_tag_storage(handed: Handed) -> None:
    explanations = handed("frag4", 48_242).explanations
    assert (explanations.of(48_242).what_ifs, explanations.other_policies) == ((), ())


def test_the_numbers_of_a_kill_are_those_that_the_engine_compared(handed: Handed) -> None:
    """The verdict of the core, in the recorded row, is what the numbers say: usable > needed and a block that fits."""
    machine = handed("fragn600", 1909)
    refusal = machine.snapshot().ooms[-1].refusal
    assert refusal is not None
    (test,) = refusal.tests
    explained = machine.explanations.of(1909, what_ifs=False).main
    assert explained is not None
    compared = [step.test for step in explained.path if isinstance(step, Zone)]
    assert test in compared
    for one in compared:
        assert one.ok == (one.usable > one.needed and one.binding(0) is not Binding.BLOCK)


def test_a_free_block_on_a_list_decides_between_mark_and_block(handed: Handed) -> None:
    """As zone_watermark_ok reasons, from the free lists of the machine that refused: no Unmovable, Movable or
    Reclaimable block of order 4 or more, and more than the mark is free."""
    machine = handed("frag4", 48_242)
    zone, failed = machine.snapshot().zones[0], machine.snapshot().last_failed
    assert failed is not None
    open_types = [c.UNMOVABLE, c.MOVABLE, c.RECLAIMABLE]
    assert not zone.free_lists[open_types, failed.order :].any()
    assert zone.free - (1 << failed.order) + 1 > zone.min
    assert failed.binding is Binding.BLOCK


@pytest.mark.parametrize(
    ("change", "refusals", "binding", "said"),
    [
        ({"free": 100}, 0, Binding.MARK, "not above its min watermark of 100"),
        ({"reserve": 900}, 0, Binding.MARK, "and its lowmem reserve of 900"),
        ({"mark": 950, "lowered": 950, "boost": 850}, 0, Binding.MARK, "watermark of 950 (850 of it boost)"),
        ({"metadata": 850}, 0, Binding.CLOSED, "850 free pages of tag storage are closed to it"),
        ({"highatomic": 512, "cma": 300}, 0, Binding.CLOSED, "of CMA and the reserve for atomic requests"),
        ({}, 0, Binding.BLOCK, "no block of order 3 or more"),
        ({"ok": True}, 5, Binding.HELD, "a tag page is held that cannot be emptied: refused 5 times"),
        ({"ok": True}, 0, Binding.LISTS, "no list that may give one did"),
    ],
)
def test_the_binding_test_is_named_with_its_numbers(
    change: dict[str, int], refusals: int, binding: Binding, said: str
) -> None:
    refusal = Refusal(1, 3, 1, refusals, (replace(FREE, **change),))  # type: ignore[arg-type]
    assert refusal.binding is binding
    assert said in plain(zone_clause(refusal.nearest, refusals))


def test_the_zone_that_came_nearest_is_the_one_that_is_named() -> None:
    far = ZoneTest(1, "DMA32", 3, "min", 50, 0, 0, 0, 100, 100, 0, ok=False, boost=0, closed_block=False)
    assert Refusal(1, 3, 1, 0, (far, FREE)).nearest.name == "Normal"


def row(what: int, *values: int) -> list[int]:
    return [what, -1, 0, *values, *[0] * (WHY_FIELDS - 3 - len(values))]


def test_an_op_that_decided_too_much_says_how_much_is_lost_and_keeps_its_end() -> None:
    """The last rows are a ring: here its oldest row is the one after H_LAST, and 700 rows are lost."""
    table = [[0] * WHY_FIELDS for _ in range(WHY_ROWS)]
    ring = WHY_ROWS - y.TAIL_ROWS
    table[1] = row(y.W_ASK, 1, 0, 1)
    for n in range(2, WHY_ROWS):
        table[n] = row(y.W_ROUND, n)
    last = ring + 99
    table[last] = row(y.W_EVENT, c.E_ALLOC, 1, c.NO_PAGE)
    table[0][y.H_ROWS], table[0][y.H_LOST], table[0][y.H_ASKS], table[0][y.H_LAST] = WHY_ROWS - 1, 700, 1, last
    (request,) = read(table, ("Normal",))
    (lost,) = request.all(Lost)
    assert isinstance(lost, Lost)
    assert lost.rows == 700
    assert request.got.page == c.NO_PAGE
    rounds = [step.idle for step in request.path if isinstance(step, Round)]
    assert rounds == [*range(2, ring), *range(last + 1, WHY_ROWS), *range(ring, last)]


def test_the_end_of_a_request_whose_beginning_is_lost_is_not_given_to_another() -> None:
    table = [[0] * WHY_FIELDS for _ in range(WHY_ROWS)]
    for n in range(1, WHY_ROWS):
        table[n] = row(y.W_ROUND, n)
    table[1] = row(y.W_ASK, 1, 0, 1)
    table[-1] = row(y.W_EVENT, c.E_ALLOC, 1, c.NO_PAGE)
    table[0][y.H_ROWS], table[0][y.H_LOST], table[0][y.H_ASKS], table[0][y.H_LAST] = WHY_ROWS - 1, 9, 2, WHY_ROWS - 1
    assert read(table, ("Normal",)) == ()
