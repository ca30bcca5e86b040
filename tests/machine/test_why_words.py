"""What the page Why says, from the shipped scenarios."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from sim.machine import Machine
from sim.policies import POLICIES
from sim.words.why import WhySaid, say
from sim.words.why_text import Telling, micro
from sim.words.why_what_if import say_what_if, say_what_ifs
from tests.support import busy_phone_oom

Boot = Callable[..., Machine]


def telling(machine: Machine, op: int) -> Telling:
    explained = machine.explanations.of(op)
    assert explained.main is not None
    names = machine.explanations.names
    return Telling(explained, explained.main, machine.layout, names, machine.scenario.rules)


def said(machine: Machine, op: int) -> WhySaid:
    return say(telling(machine, op))


def plain(html: str) -> str:
    return unescape(re.sub("<[^>]+>", "", html))


def lines(told: WhySaid) -> list[str]:
    return [plain(f"{step.zone} {step.fn} {step.html}") for step in told.path]


def test_a_tagged_page_is_asked_for_its_price(boot: Boot) -> None:
    told = said(boot("first-tagged-page"), 2)
    assert re.fullmatch(r"Why did one tagged page take \d+\sns\?", told.title)
    assert "was reserved already: it cost nothing more" in plain(told.answer)


def test_the_first_one_says_how_its_tag_page_is_found(boot: Boot) -> None:
    last = lines(said(boot("first-tagged-page"), 1))[-1]
    assert "Tag page 0x84000 + (0x80000 - 0x80000) / 32 = 0x84000." in last
    assert "No: it is free. Reserved at the first try." in last


def test_a_kill_is_asked_for_with_what_was_free(boot: Boot) -> None:
    told = said(boot("spurious-oom"), 42)
    assert told.title == "Why was worker (73) killed for one tagged page, with 64.1\xa0MiB free?"
    assert told.bad
    assert "worker (73) has pinned. 100 tries cost" in plain(told.answer)


def test_the_path_counts_its_passes_over_what_is_folded(boot: Boot) -> None:
    told = lines(said(boot("spurious-oom"), 42))
    assert sum("five times -EBUSY, back to the tail" in line for line in told) == 3
    assert any("The same 16 times more, each time with the same page." in line for line in told)
    assert any(line.startswith("Zone DMA32, pass 20") for line in told)


def test_the_branch_not_taken_is_what_a_run_gave(boot: Boot) -> None:
    told = said(boot("spurious-oom"), 42)
    not_pinned = next(plain(step.other) for step in told.path if "Not pinned" in step.other)
    assert re.fullmatch(r"Not pinned: 1 page moves, served from DMA32, \d+\sµs in all\.", not_pinned)


def test_a_zone_that_is_short_says_what_counting_tag_storage_would_have_changed(boot: Boot) -> None:
    told = said(boot("busy-phone"), busy_phone_oom())
    short = [plain(step.other) for step in told.path if step.look == "short"]
    assert re.match(r"Had tag storage counted, [\d,]+ would be above [\d,]+: for an untagged movable request", short[0])


def test_what_would_have_served_it_names_its_price(boot: Boot) -> None:
    served = {plain(one.head): plain(one.html) for one in say_what_ifs(telling(boot("spurious-oom"), 42))}
    assert list(served) == [
        "No pin on 0x84000",
        "Tag page 0x84000 free",
        "Not 0x80000: another block of DMA32",
    ]
    assert re.match(
        r"Served with 0x80000 of DMA32: \d+\sµs instead of [\d.]+\sms\. 1 page of data", served["No pin on 0x84000"]
    )


def test_another_policy_is_honest_about_an_op_that_is_not_this_request(boot: Boot) -> None:
    machine = boot("busy-phone")
    on = telling(machine, busy_phone_oom())
    assert plain(say_what_if(on, machine.explanations.under(on.explained, "static")).html).startswith(
        "There the scenario goes another way"
    )


def test_a_huge_page_that_could_not_be_had_is_asked_for_not_the_page_that_came_instead(boot: Boot) -> None:
    machine = boot("busy-phone")
    op = 0
    while True:  # a refusal that ended in a fallback
        found = machine.history.find("refusal", op, "next", machine.length)
        assert found is not None
        op = found.op
        explained = machine.explanations.of(op, what_ifs=False)
        if explained.given_up:
            break
    told = said(machine, op)
    assert told.title == "Why could a tagged huge page not be had, and one tagged page came instead?"
    assert sum(line.startswith("Instead, order 0 alloc_pages") for line in lines(told)) == 1
    assert next(plain(one.head) for one in say_what_ifs(telling(machine, op))).startswith("No pin on 0x")


@pytest.mark.parametrize("policy", [policy.name for policy in POLICIES if not policy.lends])
def test_the_other_policies_have_a_path_too(boot: Boot, policy: str) -> None:
    told = said(boot("spurious-oom", policy=policy), 42)
    assert "tag storage" in lines(told)[0].lower()
    assert told.path[-1].look == "done"


def test_an_untagged_page_off_the_per_cpu_list_is_one_step(boot: Boot) -> None:
    machine = boot("spurious-oom")
    told = said(machine, 38)
    assert "Yes: movable and not tagged, ALLOC_FROM_METADATA." in lines(told)[0]
    assert any("Tag storage gives one" in line for line in lines(told))


def test_the_bar_is_as_long_as_the_request(boot: Boot) -> None:
    told = said(boot("spurious-oom"), 42)
    assert sum(part.cost for part in told.bar) == told.path[-1].cost


@pytest.mark.parametrize(
    ("ns", "text"), [(0, "0"), (30, "0.03"), (1900, "1.9"), (60_100, "60.1"), (1_204_000, "1,204")]
)
def test_microseconds_are_as_exact_as_a_reader_needs(ns: int, text: str) -> None:
    assert micro(ns) == text
