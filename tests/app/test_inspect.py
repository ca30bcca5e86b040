"""The inspector and the search over HTTP: what they say of a real run."""

import json
import re
from html import unescape
from typing import Any

import pytest

from sim.policies import NAMES
from tests.app.conftest import JSON, PAGE, Client, command, make_run


def inspect(client: Client, run: str, query: str) -> str:
    answer = client.get(f"/runs/{run}/inspect?{query}")
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", answer.text))


def at(client: Client, scenario: str, op: int, **more: Any) -> str:
    run = make_run(client, scenario, **more)
    command(client, run, "goto", op=op)
    return run


def picture(html: str, name: str) -> dict[str, Any]:
    found = re.search(rf"data-{name}=\"(.*?)\"></inspect", html)
    assert found is not None, html
    value: dict[str, Any] = json.loads(found[1])
    return value


def test_a_tagged_page_is_shown_with_its_31_neighbours_and_their_tag_page(client: Client) -> None:
    run = at(client, "first-tagged-page", 5)
    html = inspect(client, run, "pfn=0x80002")
    shown = picture(html, "pair")
    assert (shown["self"], shown["first"], shown["kinds"][:6]) == (0x80002, 0x80000, [9, 9, 9, 9, 9, 2])
    assert (shown["tag"], shown["tags"], shown["tagged"]) == (0x84000, [11], [5])
    assert 'data-kind="page"' in html
    assert "Tagged: its neighbours can be tagged for nothing." in html
    assert "<dd>server (41)</dd>" in html


def test_a_page_says_since_when_and_leads_to_the_events_before_and_after(client: Client) -> None:
    run = at(client, "first-tagged-page", 64)
    command(client, run, "goto", op=5)
    html = inspect(client, run, "pfn=0x80002")
    assert "<dd>op 3</dd>" in html
    assert re.search(r'data-do="goto" data-op="3">previous event', html)
    assert re.search(r'data-do="goto" data-op="35">next event', html)


def test_the_future_that_was_never_recorded_is_not_told(client: Client) -> None:
    assert "no next event recorded" in inspect(client, at(client, "first-tagged-page", 5), "pfn=0x80002")


def test_history_can_be_left_out(client: Client) -> None:
    assert 'class="touch"' not in inspect(client, at(client, "first-tagged-page", 5), "pfn=0x80002&since=0")


def test_a_viewer_cannot_move_the_run(client: Client, stranger: Client) -> None:
    run = at(client, "first-tagged-page", 5)
    assert "disabled" in inspect(stranger, run, "pfn=0x80002")
    assert "disabled" not in inspect(client, run, "pfn=0x80002")


def test_a_pinned_tag_page_is_crimson_and_so_are_the_pages_it_serves(client: Client) -> None:
    run = at(client, "spurious-oom", 41)
    for pfn in ("0x84000", "0x80000"):
        assert 'class="verdict bad"' in inspect(client, run, f"pfn={pfn}")
    assert picture(inspect(client, run, "pfn=0x84000"), "pair")["tags"] == [0x86]


def test_interleaved_tag_pages_are_shown_together(client: Client) -> None:
    shown = picture(inspect(client, at(client, "interleave", 1), "pfn=0x84001"), "pair")
    assert (len(shown["kinds"]), shown["tags"], shown["tagged"]) == (64, [11, 11], [1, 0])


def test_memory_outside_every_region_has_no_picture(client: Client) -> None:
    run = make_run(client, "quiet-mix", set={"layout": "qemu-512m"})
    html = inspect(client, run, "pfn=0x51000")
    assert "<inspect-pair" not in html
    assert "there is no storage for its tags" in html


def test_a_pageblock_counts_its_pages(client: Client) -> None:
    html = inspect(client, at(client, "first-tagged-page", 5), "block=0x800ff")
    shown = picture(html, "block")
    assert (shown["pfn"], shown["counts"][9], sum(shown["counts"])) == (0x80000, 5, 512)
    assert (shown["tag"], len(shown["tags"]), shown["tagged"][0]) == (0x84000, 16, 5)
    assert "Pageblock of DMA32, Movable" in html


def test_a_process_says_how_many_tag_pages_it_keeps(client: Client) -> None:
    html = inspect(client, at(client, "first-tagged-page", 32), "pid=41")
    assert f'data-first-pfn="{0x80000}"' in html
    assert "1 tag page" in html
    assert picture(html, "spread")["bins"][0] == [32, 32]


def test_a_process_that_has_left_is_no_longer_there(client: Client) -> None:
    assert "It is no longer there." in inspect(client, at(client, "spurious-oom", 40), "pid=58")


@pytest.mark.parametrize("query", ["pfn=0x10", "pid=99", "block=0x10"])
def test_what_is_not_there_is_404_with_one_line(client: Client, query: str) -> None:
    answer = client.get(f"/runs/{make_run(client)}/inspect?{query}", headers=JSON)
    assert (answer.status_code, "\n" in answer.json()["detail"]) == (404, False)


@pytest.mark.parametrize("query", ["", "pfn=1&pid=2", "pfn=x"])
def test_a_question_about_nothing_or_too_much_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/runs/{make_run(client)}/inspect?{query}").status_code == 422


@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("query", ["pfn=0x80000", "pfn=0x84000", "block=0x80000", "block=0x84000", "pid=41"])
def test_everything_can_be_inspected_under_every_policy(client: Client, policy: str, query: str) -> None:
    run = at(client, "first-tagged-page", 20, policy=policy)
    assert 'class="verdict"' in inspect(client, run, query)


FINDS = [
    ("0x80010", "pfn", 0x80010),
    ("80010", "pfn", 0x80010),
    (str(0x80010), "pfn", 0x80010),
    ("server", "process", 0x80000),
    ("serv", "process", 0x80000),
    ("41", "process", 0x80000),
    ("holds tags already", "event", 0x80013),
]


@pytest.mark.parametrize(("query", "kind", "pfn"), FINDS)
def test_a_search_leads_to_a_pfn_a_process_or_an_event(client: Client, query: str, kind: str, pfn: int) -> None:
    run = at(client, "first-tagged-page", 20)
    found = client.get(f"/runs/{run}/find", params={"q": query}).json()
    assert (found["kind"], found["pfn"]) == (kind, pfn)
    assert found["what"]
    assert "<" not in found["what"]


def test_a_search_for_nothing_is_404(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client)}/find", params={"q": "<nothing>"}, headers=JSON)
    assert (answer.status_code, answer.json()["detail"].startswith("find: '<nothing>'")) == (404, True)


def test_events_are_found_by_kind_in_both_directions(client: Client) -> None:
    run = at(client, "spurious-oom", 42)
    first = client.get(f"/runs/{run}/event?kind=pin&from=0").json()
    last = client.get(f"/runs/{run}/event?kind=exit&direction=previous&from=42").json()
    assert (first["op"], last["op"]) == (39, 40)
    assert first["what"].startswith("worker (73) pinned pfn 0x84000")


def test_an_event_that_never_was_is_404(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client)}/event?kind=oom", headers=JSON)
    assert (answer.status_code, "no such event after op 0" in answer.json()["detail"]) == (404, True)


def test_the_fragment_carries_its_op(client: Client) -> None:
    answer = client.get(f"/runs/{at(client, 'first-tagged-page', 7)}/inspect?pfn=0x80000", headers=PAGE)
    assert (answer.headers["etag"], answer.headers["x-op"]) == ('"7"', "7")
