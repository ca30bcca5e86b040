"""The story of one op: every template, told by a run that really had it."""

import re
from functools import cache
from typing import Any

import pytest

from sim.machine import Machine
from sim.run.snapshot import Story
from sim.run.touched import Kind
from sim.scenario.layout import preset
from sim.scenario.scenario import load_scenario, make_scenario

TAGS = 0x84000


def ask(what: str, order: int = 0, count: int = 1, process: str = "p") -> dict[str, Any]:
    return {"do": "alloc", "process": process, "what": what, "order": order, "count": count}


def machine(*program: dict[str, Any], **changes: Any) -> Machine:
    """A `mini` with the processes p and cam at the end of this program."""
    processes = [{"name": "p", "pid": 1}, {"name": "cam", "pid": 2}]
    base = {"name": "t", "question": "Q?", "layout": "mini", "processes": processes, "program": list(program)}
    made = Machine(make_scenario(base | changes))
    made.seek(made.length)
    return made


def story(made: Machine, op: int | None = None) -> Story:
    if op is not None:
        made.seek(op)
    return made.snapshot().story


def shipped(name: str, op: int, **changes: Any) -> Story:
    scenario = load_scenario(name)
    return story(Machine(scenario.with_changes(changes) if changes else scenario), op)


def plain(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def text(told: Story) -> str:
    return " ".join(f"{step.n}{'!' if step.bad else '.'} {step.head} {plain(step.html)}" for step in told.steps)


@cache
def busy(kind: Kind, text_of_it: str) -> Story:
    """The first story of busy-phone of an event of this kind that has this text."""
    made = Machine(load_scenario("busy-phone"))
    found = made.history.find(kind, 0, "next", made.length)
    for _ in range(60):
        assert found is not None, f"no {kind} with {text_of_it}"
        told = story(made, found.op)
        if re.search(text_of_it, text(told)):
            return told
        found = made.history.find(kind, found.op, "next", made.length)
    pytest.fail(f"none of 60 {kind} with {text_of_it}")


def only_block(pin: int, what: str = "anon") -> list[dict[str, Any]]:
    """One free block of order 9, at 0x80000, and a page of tag storage that p holds pinned."""
    orders = (5, 5, 6, 7, 8)
    small = [ask("anon", order) for order in orders]
    huge = [ask("anon", 9, 30, "cam"), ask("anon", 8, 2, "cam"), ask(what, 0, 16)]
    holes = [{"do": "free_page", "pfn": 0x80000 + at} for at in (0, 0x20, 0x40, 0x80, 0x100)]
    return [*small, *huge, {"do": "pin", "pfn": pin, "process": "p"}, *holes]


def test_the_first_tagged_page_finds_its_tag_page_free() -> None:
    told = shipped("first-tagged-page", 1)
    assert plain(told.title) == "server (41) got a tagged page. Its tag page 0x84000 was free."
    assert "3. Reserve. Its tag page 0x84000 was free: taken at once. 31 neighbours now cost nothing." in text(told)
    assert [(stop.n, stop.pfn, stop.link) for stop in told.stops] == [(2, 0x80000, True), (3, TAGS, False)]


def test_the_second_tagged_page_has_nothing_to_reserve() -> None:
    told = shipped("first-tagged-page", 2)
    assert "holds tags already, 1 of 32. This page is number 2, for nothing." in text(told)


def test_a_freed_page_leaves_its_tag_page_to_the_others() -> None:
    told = shipped("first-tagged-page", 33)
    assert plain(told.title) == "server (41) freed 0x80000. 31 tagged pages still need 0x84000."


def test_the_last_freed_page_gives_the_tag_page_back() -> None:
    told = shipped("first-tagged-page", 64)
    assert "the last tagged page of its 32. Tag page 0x84000 is free again." in plain(told.title)


def test_data_in_the_tag_page_moves_out_first() -> None:
    told = story(machine(*only_block(0x8400F), ask("tagged")))
    moved = r"Move out. Tag page 0x84000 held anonymous data of p \(1\). It moved to 0x8\w+"
    assert re.search(moved, text(told))
    assert "which had to leave" in plain(told.title)
    assert not told.bad


def test_a_clean_file_page_in_the_tag_page_is_dropped() -> None:
    told = story(machine(*only_block(0x8400F, "file"), ask("tagged")))
    assert re.search(r"Drop. Tag page 0x\w+ held a clean file page: it was dropped, no copy\.", text(told))


def test_a_pinned_tag_page_refuses_and_the_page_goes_back_to_the_tail() -> None:
    told = busy("refusal", "order 0, __GFP_TAGGED.*goes back to the tail of its order-.*Next zone")
    assert told.bad
    assert "The first zone refused it, the second did not." in plain(told.title)
    assert "Refused: -EBUSY." in text(told)
    assert "4. Next zone. DMA32 offers" in text(told)
    assert [stop.n for stop in told.stops if stop.bad] == [2, 3]


def test_a_single_page_is_refused_by_the_pin_of_whoever_holds_it() -> None:
    held = r"Its tags belong in 0x\w+, where mediaserver \(702\) pinned a page: five tries\."
    assert re.search(held, text(busy("refusal", "order 0, __GFP_TAGGED")))


def test_a_huge_page_is_rolled_back_where_one_of_its_tag_pages_is_pinned() -> None:
    layout = preset("mini") | {"min_free_kbytes": 0}
    told = story(machine(*only_block(0x84008), {"do": "free_page", "pfn": 0x83F00}, ask("tagged", 9), layout=layout))
    assert "needs 16 tag pages. 8 were taken, number 9 is pinned by p (1): all 8 are given back." in text(told)
    assert "asked for an order-9 tagged page. One of its tag pages cannot be emptied." in plain(told.title)
    assert "where it stands alone, so it is the head again" in text(told)


def test_a_zone_below_its_watermark_is_said_to_be() -> None:
    made = Machine(load_scenario("busy-phone"))
    told = (text(story(made, op)) for op in range(24_500, 24_520))  # Normal stands at its low watermark there
    assert any(re.search(r"Normal has [\d,]+ usable pages, not above its low watermark", said) for said in told)


def test_an_oom_tells_who_asked_who_was_killed_and_what_was_closed() -> None:
    told = shipped("spurious-oom", 42)
    assert (told.what, told.bad) == ("Out of memory", True)
    assert plain(told.title).replace("\u00a0", " ") == (
        "worker (73) was killed with 64.1 MiB free. It was not the one who asked."
    )
    assert "2! Refused. 20 times, the last time 0x80000: its tags belong in 0x84000" in text(told)
    assert "Slow path. 17 rounds of direct reclaim got 0 pages back." in text(told)
    assert "5. Served. Then the request got 0x80000." in text(told)


def test_an_oom_without_a_refusal_names_what_the_request_may_use() -> None:
    told = busy("oom", "2! No zone has enough that is open to it.")
    assert "of tag storage are closed to it" in text(told)


def test_an_oom_is_told_however_many_pages_it_freed() -> None:
    assert re.search(r"\d{3},\d{3} pages came back\.", text(busy("oom", "OOM.")))


def test_who_asked_may_be_the_one_who_is_killed() -> None:
    made = machine(ask("anon", 0, 17_000))
    found = made.history.find("oom", 0, "next", made.length)
    assert found is not None
    assert plain(story(made, found.op).title).endswith("It had asked itself.")


def test_a_process_that_leaves_takes_its_tags_along() -> None:
    told = story(machine(ask("tagged", 0, 40), {"do": "exit", "process": "p"}))
    assert "p (1) left;" in plain(told.title)
    assert "2 tag pages held tags for it alone and are free again." in text(told)


def test_a_steal_names_both_types() -> None:
    told = busy("steal", "An order-10 block of Movable")
    assert re.match(r"An? (unmovable|reclaimable) request stole an order-10 block from Movable", plain(told.title))
    assert "Metadata is never stolen from." in plain(told.title)


def test_a_pin_in_tag_storage_names_what_it_blocks() -> None:
    told = shipped("spurious-oom", 39)
    assert "2! Block. While it lasts, none of the 32 pages from 0x80000 on can be tagged." in text(told)


def test_a_pin_in_ordinary_memory_is_not_the_story() -> None:
    made = machine(ask("tagged"), ask("anon"), {"do": "pin", "pfn": 0x80001, "process": "p"})
    assert story(made).op == 1


def test_direct_reclaim_is_told_with_what_it_got() -> None:
    told = story(machine(ask("anon", 9, 33)))
    assert plain(told.title) == "p (1) had to reclaim by itself: 0 pages came back."
    assert text(told).endswith("3! Nothing. The request got nothing.")


def test_an_older_op_is_told_with_its_distance() -> None:
    told = shipped("sprawl", 1000)
    assert (told.what, told.op) == ("Last event of tag storage, 100 ops ago", 900)


@pytest.mark.parametrize(
    ("policy", "title"),
    [
        ("rfc-v1", "Free tag storage is lent, and taken back when a tag needs it."),
        ("static", "Nothing can be refused, and nothing is given back."),
        ("off", "There is no tag storage to manage."),
    ],
)
def test_before_anything_has_happened_the_policy_is_explained(policy: str, title: str) -> None:
    told = shipped("first-tagged-page", 0, policy=policy)
    assert (told.what, told.title, len(told.steps), told.stops) == ("So far", title, 3, ())


@pytest.mark.parametrize("policy", ["static", "off"])
def test_without_management_a_tagged_page_is_no_story(policy: str) -> None:
    assert shipped("first-tagged-page", 32, policy=policy).op == -1


def test_interleaved_tag_pages_are_taken_together() -> None:
    assert "2 tag pages from 0x84000 on are one block and were taken together." in text(shipped("interleave", 1))


def test_names_are_escaped() -> None:
    made = machine(ask("tagged", process="<b>"), processes=[{"name": "<b>", "pid": 1}])
    assert "&lt;b&gt; (1)" in story(made).title


def test_steps_are_numbered_and_every_stop_belongs_to_one() -> None:
    made = Machine(load_scenario("busy-phone"))
    for op in range(150_000, 150_200):
        told = story(made, op)
        assert [step.n for step in told.steps] == list(range(1, len(told.steps) + 1))
        assert {stop.n for stop in told.stops} <= {step.n for step in told.steps}
        assert all(made.layout.page_of(stop.pfn) >= 0 for stop in told.stops)


def test_data_that_has_nowhere_to_go_is_no_pin() -> None:
    layout = preset("mini") | {"min_free_kbytes": 0}
    told = story(machine(*only_block(0x84008), ask("tagged", 9), layout=layout))
    assert "Refused: -ENOMEM. An order-9 page needs 16 tag pages. None was taken, the data of the next one" in text(
        told
    )
