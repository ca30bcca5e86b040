"""Words: the question, the answer, the story, pages, pins, OOMs, packing. Numbers in, sentences out."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sim import words
from sim.cli.report import plain
from sim.core.state import consts as c
from sim.kernel.refusal import Refusal, ZoneTest
from sim.machine import Machine
from sim.policies import find_policy
from sim.run.snapshot import Ledger, OomView, PageView, PinView, Snapshot, Story
from sim.scenario.scenario import make_scenario
from sim.words.text import plural, size

Boot = Callable[..., Machine]
SCENARIO = make_scenario(
    {"name": "try", "question": "Is 1 < 2 & so on?", "layout": "mini", "program": [{"do": "drain"}]},
)
LEDGER = Ledger(total=31744, tags=7552, tagged=152000, anon=9000, file=4000, dirty=1000, free=10000, pcp=192, other=0)
OOM = OomView(
    op=99,
    requester="server",
    requester_pid=41,
    victim="<worker>",
    victim_pid=73,
    order=0,
    tagged=True,
    free=30208,
    free_metadata=15616,
    usable=14592,
    refused_pfn=0x80000,
    refusals=20,
    tag_pfn=0x84000,
    freed=481,
)
short = ZoneTest(0, "Normal", 0, "min", 900, 0, 0, 0, 1000, 1000, 0, ok=False, boost=0, closed_block=False)
closed = replace(short, free=2900, metadata=2000)


def refused(test: ZoneTest) -> Refusal:
    return Refusal(99, 0, 1, 0, (test,))


TOLD = Story("What has just happened", 99, "worker was killed.", bad=True)
PAGE = PageView(
    pfn=0x80003,
    kind=c.K_TAGGED,
    order=0,
    owner="server",
    pid=41,
    pinned=False,
    in_tag_storage=False,
    tag_pfn=0x84000,
    tag_kind=c.K_TAGS,
    tag_pinned=False,
    served=(0x80000, 0x8001F),
    tagged=5,
    migratetype=c.MOVABLE,
)


def snapshot(**changes: Any) -> Snapshot:
    """As much of a snapshot as the words look at."""
    values = {
        "op": 100,
        "length": 1000,
        "ledger": LEDGER,
        "ooms": (),
        "events": (),
        "packing": (0,) * 33,
        "costs": (),
        "story": TOLD,
    } | changes
    return cast("Snapshot", SimpleNamespace(**values))


def say(policy: str = "rfc-v1", **changes: Any) -> str:
    return plain(words.answer(snapshot(**changes), SCENARIO, find_policy(policy)))


@pytest.mark.parametrize(
    ("pages", "text"),
    [(0, "0 KiB"), (63, "252 KiB"), (64, "0.25 MiB"), (255, "1.00 MiB"), (256, "1.0 MiB"), (2_560_000, "10,000 MiB")],
)
def test_a_size_has_two_decimals_below_one_mebibyte_and_one_from_there(pages: int, text: str) -> None:
    assert size(pages).replace("\u00a0", " ") == text


@pytest.mark.parametrize(("n", "text"), [(0, "0 pages"), (1, "1 page"), (1234, "1,234 pages")])
def test_plurals(n: int, text: str) -> None:
    assert plural(n, "page") == text


def test_the_question_is_the_scenarios_with_its_signs_escaped() -> None:
    assert words.question(snapshot(), SCENARIO) == "Is 1 &lt; 2 &amp; so on?"


def test_an_oom_asks_its_own_question() -> None:
    question = words.question(snapshot(ooms=(OOM,)), SCENARIO)
    assert plain(question) == "Why is there an OOM with 118.0 MiB free?"


def test_an_oom_is_the_news_until_something_else_happens_to_tag_storage() -> None:
    later = replace(TOLD, op=100)
    assert words.oom_now(snapshot(ooms=(OOM,))) is OOM
    assert words.oom_now(snapshot(ooms=(OOM,), story=later)) is None


def test_an_oom_is_no_longer_the_news_after_100_ops() -> None:
    times = [words.oom_now(snapshot(op=op, ooms=(OOM,))) for op in (99, 199, 200)]
    assert times == [OOM, OOM, None]


def test_the_answer_says_what_tags_need_and_what_is_given_back() -> None:
    assert say() == (
        "Tag storage is 124 MiB, 1/32 of RAM. Tags need 29.5 MiB now, so 94.5 MiB is given back: "
        "54.7 MiB holds data, 39.8 MiB is free."
    )


def test_numbers_in_the_answer_are_controls() -> None:
    answer = words.answer(snapshot(), SCENARIO, find_policy("rfc-v1"))
    assert '<b class="k-tags" data-part="tags" data-size="tags" tabindex="0" role="button">29.5\u00a0MiB</b>' in answer
    assert re.findall('data-part="(.*?)"', answer) == ["tags", "back", "lent", "free"]


def test_before_anything_is_tagged_everything_is_given_back() -> None:
    empty = replace(LEDGER, tags=0, tagged=0, free=17552)
    assert say(ledger=empty) == (
        "Tag storage is 124 MiB, 1/32 of RAM. Nothing is tagged yet, so all of it is given back: 54.7 MiB holds data, "
        "69.3 MiB is free. The first tagged page will take one tag page for itself and its 31 neighbours."
    )


def test_the_carve_out_keeps_everything_always() -> None:
    assert say("static") == (
        "Tag storage is 124 MiB, 1/32 of RAM, and this policy keeps all of it, always. 593.8 MiB is tagged, "
        "which would fill 18.6 MiB. Nothing is given back."
    )


def test_without_mte_tag_storage_is_ordinary_memory() -> None:
    assert say("off") == (
        "MTE is off (arm64.nomte): the 124 MiB that would hold tags is ordinary memory, and nothing can be tagged. "
        "This is the most that any policy could give back."
    )


def test_a_machine_without_tag_storage_says_so() -> None:
    assert (
        say(ledger=Ledger(0, 0, 0, 0, 0, 0, 0, 0, 0)) == "This machine has no tag storage: nothing in it can be tagged."
    )


def test_an_oom_after_refusals_names_the_closed_memory_and_escapes_the_victim() -> None:
    answer = words.answer(snapshot(ooms=(OOM,)), SCENARIO, find_policy("rfc-v1"))
    assert "<worker>" not in answer
    assert plain(answer) == (
        "Out of memory, with 118.0 MiB free. The page on offer needed a tag page that could not be emptied, and "
        "61.0 MiB of what is free is tag storage, closed to this request. <worker> (73) was killed."
    )


@pytest.mark.parametrize(
    ("oom", "text"),
    [
        (replace(OOM, refusals=0, refusal=refused(closed)), "2,000 free pages of tag storage are closed to it, with "),
        (
            replace(OOM, refusals=0, refusal=refused(short)),
            "has 900 usable pages, not above its min watermark of 1,000.",
        ),
        (replace(OOM, refusals=0), "What it failed by is no longer known"),
        (
            replace(OOM, free_metadata=0, usable=OOM.free),
            "The page on offer needed a tag page that could not be emptied. <worker>",
        ),
    ],
)
def test_an_oom_is_explained_by_what_was_missing(oom: OomView, text: str) -> None:
    assert text in say(ooms=(oom,))


def test_a_kill_is_told_with_who_asked_and_how_often_it_was_refused() -> None:
    assert plain(words.describe_oom(OOM)) == (
        "server (41) asked for a tagged page. It was refused 20 times, the last time with 0x80000: its tags belong in "
        "0x84000, which cannot be emptied. <worker> (73) was killed with 118.0 MiB free, 61.0 MiB of it tag storage; "
        "481 pages came back. It was not the one who asked."
    )


def test_a_pin_in_tag_storage_names_the_pages_it_blocks() -> None:
    pin = PinView(0x84000, "worker (73)", 39, -1, in_tag_storage=True, blocks_pfn=0x80000, blocks_pages=32)
    assert plain(words.describe_pin(pin)) == (
        "worker (73) holds 0x84000 since op 39, until it is unpinned. While it lasts, none of 0x80000 to 0x8001f can "
        "be tagged."
    )


def test_a_pin_in_ordinary_memory_blocks_nothing() -> None:
    pin = PinView(0x80005, "", 1, 5000, in_tag_storage=False, blocks_pfn=-1, blocks_pages=0)
    assert plain(words.describe_pin(pin)).endswith("until op 5,000. It lies in ordinary memory and blocks nothing.")


def test_packing_stands_between_ideal_and_random() -> None:
    bins = [0] * 33
    bins[32], bins[16] = 4000, 1500
    assert plain(words.packing(snapshot(packing=tuple(bins)))) == (
        "5,500 tag pages hold tags, 27.6 of 32 each on average: 1.2 times ideal; random placement would be 6.6 times."
    )


def test_packing_of_nothing_says_so() -> None:
    assert words.packing(snapshot()) == "Nothing is tagged, so no tag page holds tags."


LENT = replace(PAGE, pfn=0x84000, kind=c.K_ANON, in_tag_storage=True, tag_pfn=-1, tag_kind=-1, tagged=0)


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (
            PAGE,
            "pfn 0x80003: tagged, server (41) / Tags: bytes 384 to 511 of tag page 0x84000, reserved, 5 of 32 tagged. ",
        ),
        (replace(PAGE, kind=c.K_SLAB), "Kernel memory, never tagged: it would have to be freed first."),
        (replace(PAGE, kind=c.K_ANON), "Its tag page is reserved already: a tagged page here costs nothing more."),
        (replace(PAGE, kind=c.K_ANON, tag_kind=c.K_FREE), "0x84000, free. / Tagging it would reserve that page first."),
        (replace(PAGE, kind=c.K_ANON, tag_kind=c.K_ANON), "0x84000, lent. / Tagging it would reserve that page first."),
        (
            replace(PAGE, kind=c.K_FREE, tag_kind=c.K_ANON, tag_pinned=True),
            "Cannot be tagged: the tag page cannot be emp",
        ),
        (replace(PAGE, tag_pfn=-1), "Outside every tag region: there is no storage for tags of this page."),
        (
            LENT,
            "Tag page 0x84000: lent, holds anonymous data, server (41) / Serves pfn 0x80000 to 0x8001f: 0 of 32",
        ),
        (replace(LENT, pinned=True), ", pinned / Serves"),
        (replace(LENT, pinned=True), "While the pin lasts, none of the 32 can be tagged."),
        (replace(LENT, kind=c.K_FREE), "free, can be lent"),
        (replace(LENT, kind=c.K_FILE), "its data would migrate or be dropped."),
        (replace(LENT, kind=c.K_TAGS, tagged=5), "When the last of them is freed, it is free again."),
    ],
)
def test_a_page_is_one_sentence_about_what_it_is_and_what_its_tags_cost(view: PageView, text: str) -> None:
    assert text in plain(words.describe(view).replace("<br>", " / ") + " ")


@pytest.mark.parametrize(
    ("policy", "text"), [("static", "kept for tags"), ("off", "MTE is off: tag storage is ordinary")]
)
def test_a_tag_page_is_described_as_its_policy_sees_it(policy: str, text: str) -> None:
    assert text in plain(words.describe(replace(LENT, kind=c.K_TAGS), find_policy(policy)))
