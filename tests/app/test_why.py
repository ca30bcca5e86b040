"""The page Why over HTTP."""

from urllib.parse import parse_qs, urlsplit

import pytest

from sim.policies import NAMES
from tests.app.conftest import JSON, PAGE, Client, command, make_run


@pytest.fixture
def run(client: Client) -> str:
    run_id = make_run(client, "spurious-oom")
    command(client, run_id, "goto", op=42)
    return run_id


def test_the_page_tells_the_path_without_a_script(client: Client, run: str) -> None:
    html = client.get(f"/runs/{run}/why?op=42", headers=PAGE).text
    assert "<h1>Why was worker (73) killed for one tagged page, with 64.1\xa0MiB free?</h1>" in html
    assert html.count('<li class="bad">') >= 5
    assert "What would have served it?" in html


def test_programs_get_the_same_without_html(client: Client, run: str) -> None:
    told = client.get(f"/runs/{run}/why?op=42", headers=JSON).json()
    assert (told["op"], told["asked"], told["steps"][0]["function"].split("(")[0]) == (42, True, "alloc_pages")
    assert not any("<" in step["text"] + step["not_taken"] for step in told["steps"])
    assert told["steps"][-1]["ns"] > told["steps"][0]["ns"] == 0


def test_by_default_it_tells_the_op_on_screen(client: Client, run: str) -> None:
    assert client.get(f"/runs/{run}/why", headers=JSON).json()["op"] == 42


def test_a_fork_opens_the_other_policy_just_before(client: Client, run: str) -> None:
    served = client.get(f"/runs/{run}/why?op=42&policy=static", headers=JSON).json()["served"]
    address = next(one["url"] for one in served if one["what"] == "static")
    query = parse_qs(urlsplit(address).query)
    assert (query["policy"], query["op"]) == (["static"], ["41"])
    assert client.get(address, headers=PAGE).status_code == 303


def test_another_policy_is_offered_and_run_when_it_is_asked_for(client: Client, run: str) -> None:
    told = client.get(f"/runs/{run}/why?op=42", headers=JSON).json()
    assert (told["policies"], len(told["served"])) == ([name for name in NAMES if name != "rfc-v1"], 3)
    asked = client.get(f"/runs/{run}/why?op=42&policy=off", headers=JSON).json()
    assert (asked["policies"], [one["what"] for one in asked["served"][3:]]) == (["static", "a0"], ["off"])
    assert asked["served"][3]["text"].startswith("Served with 0x")


def test_the_offer_is_a_link_that_works_without_a_script(client: Client, run: str) -> None:
    html = client.get(f"/runs/{run}/why?op=42", headers=PAGE).text
    assert f'href="/runs/{run}/why?op=42&amp;policy=static#under-static"' in html
    asked = client.get(f"/runs/{run}/why?op=42&policy=static", headers=PAGE).text
    assert '<li id="under-static"><h3><code>static</code></h3><p><b>Served</b>' in asked


@pytest.mark.parametrize("policy", ["rfc-v1", "no-such"])
def test_a_policy_that_is_not_another_one_is_refused(client: Client, run: str, policy: str) -> None:
    answer = client.get(f"/runs/{run}/why?op=42&policy={policy}", headers=JSON)
    assert (answer.status_code, answer.json()["detail"].split(":")[0]) == (422, "policy")


def test_a_fork_without_the_pin_is_served_at_once(client: Client, run: str) -> None:
    served = client.get(f"/runs/{run}/why?op=42", headers=JSON).json()["served"]
    address = next(one["url"] for one in served if one["what"].startswith("No pin"))
    forked = client.get(address, headers=PAGE).headers["location"].split("/runs/")[1].split("?")[0]
    told = client.get(f"/runs/{forked}/why?op=43", headers=JSON).json()
    assert "cmd=41:unpin,pfn=0x84000" in address
    assert told["title"].startswith("Why did one tagged page take")
    assert "held data: 1 page of data moved out first" in told["answer"]


def test_the_events_of_the_op_stand_in_a_file_as_ftrace(client: Client, run: str) -> None:
    lines = client.get(f"/runs/{run}/why.txt?op=42").text.splitlines()
    assert sum(line.startswith("metadata_return") for line in lines) == 20
    assert lines[-1].startswith(("mm_page_alloc", "sched_process_exit"))


@pytest.mark.parametrize(
    ("go", "op", "found"), [("next-refusal", 1, 42), ("previous-reserve", 42, None), ("previous-alloc", 42, 38)]
)
def test_a_link_leads_to_the_nearest_such_op(client: Client, run: str, go: str, op: int, found: int | None) -> None:
    answer = client.get(f"/runs/{run}/why?op={op}&go={go}", headers=PAGE)
    if found is None:
        assert answer.status_code == 404
        assert "there is none before op 42" in answer.text
    else:
        assert answer.headers["location"] == f"/runs/{run}/why?op={found}"


def test_an_op_without_a_request_says_what_it_did_and_offers_the_nearest(client: Client, run: str) -> None:
    html = client.get(f"/runs/{run}/why?op=39", headers=PAGE).text
    assert "Op 39 asked for no page. What did it do?" in html
    assert "worker (73) pinned pfn 0x84000" in html
    assert f"/runs/{run}/why?op=39&amp;go=previous-alloc" in html


@pytest.mark.parametrize("op", ["0", "43", "x"])
def test_an_op_that_is_not_there_is_refused(client: Client, run: str, op: str) -> None:
    assert client.get(f"/runs/{run}/why?op={op}", headers=JSON).status_code == 422


def test_the_story_of_a_run_links_to_it(client: Client, run: str) -> None:
    html = client.get(f"/runs/{run}", headers=PAGE).text
    assert f'href="/runs/{run}/why?op=42">Why?</a>' in html


def test_a_viewer_may_look(client: Client, stranger: Client, run: str) -> None:
    assert stranger.get(f"/runs/{run}/why?op=42", headers=PAGE).status_code == 200
