import json
import re

import pytest

from app.panels import PANELS
from tests.app.conftest import JSON, PAGE, Client, command, make_run

SCENARIOS = ("first-tagged-page", "interleave", "sprawl", "spurious-oom", "busy-phone", "quiet-mix")


def embedded(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    value: dict[str, object] = json.loads(found[1])
    return value


def test_the_gallery_asks_the_question_of_every_scenario(client: Client) -> None:
    html = client.get("/", headers=PAGE).text

    assert all(f"/scenarios/{name}" in html for name in SCENARIOS)


def test_the_gallery_lists_what_runs(client: Client) -> None:
    run = make_run(client)

    assert f"/runs/{run}" in client.get("/", headers=PAGE).text


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_has_a_page_with_its_file(client: Client, name: str) -> None:
    html = client.get(f"/scenarios/{name}", headers=PAGE).text

    assert f"name: {name}" in html


def test_the_run_page_embeds_the_frame_of_its_op(client: Client) -> None:
    run = make_run(client)
    shown = command(client, run, "step", n=9)

    frame = embedded(client.get(shown["url"], headers=PAGE).text, "first-frame")

    assert (frame["op"], shown["digest"].startswith(frame["digest"])) == (9, True)


def test_the_run_page_says_who_is_looking(client: Client, stranger: Client) -> None:
    run = make_run(client)

    roles = [embedded(who.get(f"/runs/{run}", headers=PAGE).text, "run-meta")["role"] for who in (client, stranger)]

    assert roles == ["presenter", "viewer"]


def test_the_recorded_future_stays_on_the_timeline_after_going_back(client: Client) -> None:
    run = make_run(client)
    command(client, run, "step", n=40)
    command(client, run, "reset")

    series = embedded(client.get(f"/runs/{run}", headers=PAGE).text, "first-series")

    assert series["head"] == 40


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_panel_is_a_page_at_the_end_of_every_scenario(client: Client, name: str) -> None:
    run = make_run(client, name)
    command(client, run, "step", n=10**9)

    answers = [client.get(f"/runs/{run}/panels/{panel.slug}", headers=PAGE).status_code for panel in PANELS]

    assert answers == [200] * len(PANELS)


NOT_HERE = [
    "/runs/nonsense",
    "/runs/%2e%2e",
    "/runs/x/panels/oom",
    "/scenarios/nope",
    "/nonsense",
    "/runs/",
    "/static/no.js",
]


@pytest.mark.parametrize("address", NOT_HERE)
def test_nonsense_in_the_address_is_a_page_that_says_so(client: Client, address: str) -> None:
    answer = client.get(address, headers=PAGE)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_an_unknown_panel_is_not_here(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client)}/panels/nope", headers=PAGE)

    assert (answer.status_code, "panel: &#39;nope&#39;" in answer.text) == (404, True)


@pytest.mark.parametrize("query", ["scenario=nope", "seed=1", "scenario=busy-phone&seed=0", "scenario=busy-phone&op=x"])
def test_a_bad_link_is_a_page_that_says_what_is_wrong(client: Client, query: str) -> None:
    answer = client.get(f"/open?{query}", headers=PAGE)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")


def test_a_page_loads_nothing_from_anywhere_else(client: Client) -> None:
    pages = ["/", "/scenarios/busy-phone", f"/runs/{make_run(client)}", "/api/docs"]

    loads = [re.findall(r'(?:src|href)="(https?:|//)', client.get(page, headers=PAGE).text) for page in pages]

    assert loads == [[], [], [], []]


def test_a_page_may_run_no_script_but_ours(client: Client) -> None:
    policy = client.get("/", headers=PAGE).headers["content-security-policy"]

    assert ("script-src 'self' 'nonce-" in policy, "unsafe-eval" in policy, "script-src 'unsafe" in policy) == (
        True,
        False,
        False,
    )


def test_the_api_has_a_page_of_its_own(client: Client) -> None:
    html = client.get("/api/docs", headers=PAGE).text

    assert "POST /api/runs/{run_id}/commands" in html


def test_a_program_gets_json_for_a_page_that_is_not_there(client: Client) -> None:
    assert client.get("/runs/nonsense", headers=JSON).json()["detail"].startswith("run: 'nonsense' is not here")


def test_pages_are_packed(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client)}", headers=PAGE | {"accept-encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("layout", ["fvp-v3", "mini-b2", "phone-8g", "qemu-512m"])
def test_a_link_can_choose_the_machine(client: Client, layout: str) -> None:
    html = client.get(f"/open?scenario=quiet-mix&set=layout={layout}", headers=PAGE, follow_redirects=True).text

    assert embedded(html, "run-meta")["layout"] == layout
