"""The inspector's numbers and sentences, without a browser or a server."""

import re
from collections.abc import Callable

import pytest

from sim.core.state import consts as c
from sim.machine import Machine
from sim.policies import DEFAULT
from sim.words.inspect import Inspection, inspect_block, inspect_page, inspect_process, with_history

Boot = Callable[..., Machine]


def page(machine: Machine, pfn: int) -> Inspection:
    view = machine.page(pfn)
    return inspect_page(view, machine.pair(view), machine.scenario.rules)


def process(machine: Machine, pid: int) -> Inspection:
    view = next(view for view in machine.snapshot().processes if view.pid == pid)
    return inspect_process(view, machine.process(pid), machine.scenario.rules)


def plain(text: str) -> str:
    return re.sub("<[^>]+>", "", text).replace("\u00a0", " ")


def test_a_lent_tag_page_says_what_it_holds_until_when(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(38)
    it = page(machine, 0x84000)
    assert (it.kind, it.what, it.bad) == ("tag-page", "Tag page, lent", False)
    assert it.verdict == "Lent: it holds anonymous data until a tag needs it."


def test_a_pin_makes_the_verdict_crimson_on_both_sides(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(39)
    assert page(machine, 0x84000).verdict == "Cannot be emptied: none of its 32 pages can be tagged."
    assert page(machine, 0x8001F).verdict == "Refused: its tag page is pinned and cannot be emptied."
    assert [page(machine, pfn).bad for pfn in (0x84000, 0x8001F, 0x80020)] == [True, True, False]


def test_a_reserved_tag_page_counts_the_pages_it_serves(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.seek(7)
    it = page(machine, 0x84000)
    assert it.verdict == "Holds the tags of 7 of 32 pages."
    assert plain(it.sentences[0]) == "It serves 0x80000 to 0x8001f: 7 of 32 tagged."


def test_a_page_knows_which_bytes_are_its_tags(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.seek(7)
    said = plain(page(machine, 0x80003).sentences[0])
    assert said == "Its tags are bytes 384 to 511 of tag page 0x84000, shared with 31 neighbours: 7 of 32 tagged."


def test_since_is_said_with_its_op_or_boot(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.seek(7)
    facts = [dict(with_history(page(machine, pfn), machine.touched(pfn)).facts) for pfn in (0x80003, 0x83000)]
    assert [fact["since"] for fact in facts] == ["op 4", "boot"]


def test_a_pageblock_names_what_is_in_it(boot: Boot) -> None:
    machine = boot("first-tagged-page")
    machine.seek(7)
    it = inspect_block(machine.block(0x80123), DEFAULT)
    assert dict(it.facts) == {"free": "505", "tagged": "7"}
    assert plain(it.sentences[0]) == "Its 16 tag pages are 0x84000 to 0x8400f: 1 of them hold tags, of 7 tagged pages."


def test_a_pageblock_that_is_free_is_whole(boot: Boot) -> None:
    assert inspect_block(boot("first-tagged-page").block(0x82000), DEFAULT).verdict == "Whole: all of it is free."


def test_a_process_keeps_the_tag_pages_of_its_rows(boot: Boot) -> None:
    machine = boot("sprawl")
    machine.seek(machine.length)
    pages = machine.process(41)
    assert (pages.needs, pages.alone, pages.lent) == (450, 450, 0)
    assert "need 450 tag pages, 1.0 of 32 each; 450 of them serve nobody else." in plain(
        process(machine, 41).sentences[0]
    )


def test_interleaved_tag_pages_are_kept_two_by_two(boot: Boot) -> None:
    machine = boot("interleave")
    machine.seek(1)
    assert machine.process(41).needs == 2


@pytest.mark.parametrize("layout", ["mini", "fvp-v3", "qemu-512m"])
def test_what_the_processes_keep_covers_what_is_reserved(boot: Boot, layout: str) -> None:
    machine = boot("quiet-mix", layout=layout)
    machine.seek(30_000)
    shown = machine.snapshot()
    zero = 1 if machine.layout.zero_page else 0
    assert machine.process(420).needs == shown.ledger.tags - zero


def test_rfc_v1_reserves_more_interleaved_tag_pages_than_are_needed(boot: Boot) -> None:
    machine = boot("interleave")
    machine.seek(9)
    assert (machine.process(41).needs, machine.snapshot().ledger.tags) == (16, 32)


@pytest.mark.parametrize("layout", ["mini", "fvp-v3", "qemu-512m"])
def test_the_spread_of_a_process_has_all_its_data_pages(boot: Boot, layout: str) -> None:
    machine = boot("quiet-mix", layout=layout)
    machine.seek(30_000)
    view = next(view for view in machine.snapshot().processes if view.pid == 420)
    spread = machine.process(420).spread
    assert sum(tagged for _, tagged in spread) == view.tagged
    assert sum(pages for pages, _ in spread) + machine.process(420).lent == view.anon + view.tagged + view.pagetable


def test_a_pair_shows_what_the_page_view_counts(boot: Boot) -> None:
    machine = boot("quiet-mix")
    machine.seek(50_000)
    for pfn in range(0x80000, 0x84200, 97):
        view = machine.page(pfn)
        pair = machine.pair(view)
        assert pair is not None
        assert sum(pair.tagged) == view.tagged
        shown = pair.tags[pfn - pair.tag] if view.in_tag_storage else pair.kinds[pfn - pair.first]
        assert shown & 0x7F == view.kind
        assert view.kind < c.KINDS


@pytest.mark.parametrize("policy", ["rfc-v1", "a0"])
def test_the_packing_counts_tagged_pages_whatever_a_reference_counts(boot: Boot, policy: str) -> None:
    machine = boot("busy-phone", policy=policy)
    for op in (20_000, 60_000):
        machine.seek(op)
        snapshot = machine.snapshot()
        served = sum(pages * tag_pages for pages, tag_pages in enumerate(snapshot.packing))
        assert served == snapshot.ledger.tagged + 1  # the zero page
        assert sum(snapshot.packing) == snapshot.ledger.tags
