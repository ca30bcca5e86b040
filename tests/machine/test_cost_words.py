"""What an allocation costs, as sentences, without a machine."""

import re

import pytest

from sim.core.state import consts as c
from sim.kernel.kernel_trace import Row
from sim.policies import find_policy
from sim.run.snapshot import CostView
from sim.scenario.costs import paths_of
from sim.words.costs import cost_sentence, ordinary_cost, story_cost, tagged_costs
from sim.words.text import duration


def plain(html: str) -> str:
    return re.sub("<[^>]+>", "", html).replace("\u00a0", " ")


def costs(policy: str = "rfc-v1", **medians: int) -> tuple[CostView, ...]:
    """Rows of this policy; ten requests of each path that is named, all at this cost."""
    return tuple(
        CostView(path.slug, path.label, 10 if ns else 0, ns, ns, ns, ns)
        for path in paths_of(find_policy(policy))
        for ns in (medians.get(path.slug, 0),)
    )


ONE = CostView("reserved", "tagged, tags reserved", 1, 9, 9, 9, 9)
DURATIONS = [
    (0, "0 ns"), (94, "94 ns"), (999, "999 ns"), (1000, "1.0 µs"), (1949, "1.9 µs"), (1950, "2.0 µs"), (9960, "10 µs"),
    (20_600, "21 µs"), (283_864, "280 µs"), (994_999, "990 µs"), (995_000, "1.0 ms"), (4_560_454, "4.6 ms"),
    (29_686_664, "30 ms"), (996_000_000, "1.0 s"), (12_345_000_000, "12 s"), (123_000_000_000, "120 s"),
]  # fmt: skip


@pytest.mark.parametrize(("ns", "text"), DURATIONS)
def test_a_time_has_two_significant_digits_from_a_microsecond_on(ns: int, text: str) -> None:
    assert duration(ns).replace("\u00a0", " ") == text


def test_the_answer_ends_in_what_a_tagged_page_costs() -> None:
    assert plain(tagged_costs(costs(taken=1900, moved=21_000, pcp=42))) == (
        " A tagged request costs 1.9 µs when its tag pages are free, 21 µs when data must move first, "
        "an ordinary one 42 ns."
    )


def test_the_answer_tells_only_what_has_happened() -> None:
    assert plain(tagged_costs(costs(taken=1900))) == " A tagged request costs 1.9 µs when its tag pages are free."
    assert tagged_costs(costs(pcp=42, reserved=224)) == ""


def test_under_static_a_tagged_page_costs_what_any_other_does() -> None:
    assert plain(ordinary_cost(costs("static", pcp=42))) == "; a tagged allocation costs what any other does, 42 ns."
    assert ordinary_cost(costs("static")) == "."


@pytest.mark.parametrize(
    ("rows", "policy", "text"),
    [
        (costs(), "rfc-v1", "Nobody has asked for a tagged page."),
        (costs(pcp=94), "rfc-v1", "Nobody has asked for a tagged page; an ordinary one costs 94 ns."),
        (costs(reserved=224, taken=2000, pcp=94), "rfc-v1", "50% of 20 tagged requests found their tag page reserved."),
        ((ONE,), "rfc-v1", "The only tagged request cost 9 ns: its tag page was reserved."),
        (
            costs("static", buddy=94),
            "static",
            "A tagged page costs what any page does, 94 ns: nothing has to be reserved.",
        ),
        (costs("off", pcp=94), "off", "Nothing can be tagged; any page costs 94 ns."),
    ],
)
def test_the_panel_has_one_sentence_with_its_number(rows: tuple[CostView, ...], policy: str, text: str) -> None:
    assert plain(cost_sentence(rows, find_policy(policy))) == text


def alloc(spent: int, lost: int = 0) -> Row:
    return Row(1, c.E_ALLOC, 1, 7, 0, c.MOVABLE, 0, spent, lost, 0)


def refused(tag_page: int, ret: int = c.EBUSY) -> Row:
    return Row(1, c.E_RESERVE, 1, 7, 0, tag_page, 1, 0, 5, ret)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ((), ""),
        ((alloc(224),), "224 ns."),
        ((refused(3), alloc(62_000, 60_000)), "62 µs, 60 µs of it on one pinned page."),
        ((refused(3), refused(4), alloc(62_000, 60_000)), "62 µs, 60 µs of it on pinned pages."),
        ((refused(3, c.ENOMEM), alloc(62_000, 60_000)), "62 µs, 60 µs of it on one full tag page."),
        ((alloc(62_000, 60_000),), "62 µs, 60 µs of it on tag pages that could not be emptied."),
        ((alloc(40_000, 0), alloc(500)), "41 µs."),
        (
            (*(Row(1, c.E_DIRECT_RECLAIM, 1, -1, 0, 0, 0, 0, 0, 0),) * 16, alloc(910_000)),
            "910 µs, 16 rounds of reclaim without progress.",
        ),
    ],
)
def test_the_story_says_what_its_op_cost(rows: tuple[Row, ...], text: str) -> None:
    assert plain(story_cost(rows)) == text
