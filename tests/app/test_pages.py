import json
import re

import pytest

from app.pages.panels import PANELS
from tests.app.conftest import JSON, PAGE, Client, command, make_run


def made(client: Client) -> str:
    """How many runs were made so far."""
    return re.findall(r"carveout_runs_made_total [0-9.]+", client.get("/metrics").text)[0]


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


NONSENSE = [
    ("scenario=first-tagged-page&op=abc", "op: &#39;abc&#39;: not a whole number"),
    ("scenario=first-tagged-page&op=-5", "op: &#39;-5&#39;: must be at least 0"),
    ("scenario=first-tagged-page&op=65", "op: 65: first-tagged-page ends at op 64"),
    ("scenario=first-tagged-page&seed=0", "seed: 0: must be at least 1"),
    ("scenario=first-tagged-page&policy=zzz", "policy: zzz: must be"),
    ("scenario=first-tagged-page&set=colour=blue", "colour: blue: unknown key"),
    ("scenario=first-tagged-page&foo=bar", "foo: bar: unknown key (there are scenario, policy, seed, op, set, "),
    ("scenario=first-tagged-page&scenario=busy-phone", "scenario: first-tagged-page, busy-phone: given more than once"),
    ("foo=bar", "foo: bar: unknown key"),
]


@pytest.mark.parametrize("address", ["/open", "/runs/gone23456z", "living"])
@pytest.mark.parametrize(("query", "line"), NONSENSE)
def test_nonsense_in_a_query_is_one_line_and_starts_nothing(
    client: Client, address: str, query: str, line: str
) -> None:
    path = f"/runs/{make_run(client)}" if address == "living" else address
    before = made(client)

    answer = client.get(f"{path}?{query}", headers=PAGE)

    gone_without_a_scenario = address.startswith("/runs/") and "scenario" not in query
    assert answer.status_code == (404 if gone_without_a_scenario else 422)
    assert gone_without_a_scenario or line in answer.text
    assert made(client) == before


@pytest.mark.parametrize("query", ["op=abc", "op=-5", "op=65", "seed=x", "foo=bar"])
def test_nonsense_in_the_address_of_a_living_run_or_panel_is_refused(client: Client, query: str) -> None:
    run = make_run(client)

    answers = [client.get(f"/runs/{run}{path}?{query}", headers=PAGE) for path in ("", "/panels/oom")]

    assert [answer.status_code for answer in answers] == [422, 422]


def test_a_living_run_wins_over_what_its_address_says(client: Client) -> None:
    run = make_run(client, "first-tagged-page", seed=5)
    command(client, run, "step", n=9)

    html = client.get(f"/runs/{run}?scenario=busy-phone&seed=7&op=321", headers=PAGE).text

    meta = embedded(html, "run-meta")
    shown = (meta["scenario"], meta["seed"], embedded(html, "first-frame")["op"])
    assert shown == ("first-tagged-page", 5, 9)


def test_the_op_of_a_longer_run_is_measured_by_that_run(client: Client) -> None:
    run = make_run(client, set={"program.0.count": 500})

    assert client.get(f"/runs/{run}?op=400", headers=PAGE).status_code == 200


def test_a_theme_that_there_is_not_counts_as_left_out(client: Client) -> None:
    html = client.get("/?theme=zzz", headers=PAGE).text

    assert '<html lang="en">' in html


def test_the_browser_refuses_in_place_every_seed_that_there_is_not(client: Client) -> None:
    pages = ["/scenarios/busy-phone", f"/runs/{make_run(client)}"]

    for page in pages:
        html = client.get(page, headers=PAGE).text
        found = re.search(r'<input name="seed"[^>]* pattern="([^"]*)" [^>]*required', html)
        assert found is not None
        good = [1, 9, 10, 999999999, 1000000000, 1999999999, 2099999999, 2147483639, 2147483640, 2147483646]
        assert all(re.fullmatch(found[1], str(seed)) for seed in good)
        bad = [0, -1, 2147483647, 2147483650, 2200000000, 3000000000, 10000000000, "", "x", "1.5", "007"]
        assert not any(re.fullmatch(found[1], str(seed)) for seed in bad)


def refused_form(client: Client, referer: str) -> str:
    """The page that answers a form with a seed that cannot be, sent from a page."""
    form = {"scenario": "busy-phone", "seed": "0"}
    answer = client.post("/api/runs", data=form, headers=PAGE | {"referer": referer})
    assert answer.status_code == 422
    return answer.text


def test_a_form_that_is_refused_leads_back_to_its_page(client: Client) -> None:
    page = f"{client.base_url}/runs/{make_run(client)}?op=3&theme=projector"

    html = refused_form(client, page)

    assert f'href="{page.removeprefix(str(client.base_url)).replace("&", "&amp;")}">Back</a>' in html


@pytest.mark.parametrize("referer", ["", "http://evil.example/runs/x", "javascript:alert(1)", "/runs/x", "http://["])
def test_a_form_that_is_refused_leads_to_no_other_site(client: Client, referer: str) -> None:
    assert "Back</a>" not in refused_form(client, referer)


def test_a_path_that_looks_like_another_site_stays_here(client: Client) -> None:
    assert 'href="/evil.example/x">Back</a>' in refused_form(client, f"{client.base_url}//evil.example/x")


def test_a_lesson_starts_where_its_scenario_looks(client: Client) -> None:
    asked = {
        name: client.post("/api/runs", data=data, headers=PAGE).headers["location"] for name, data in FIRST.items()
    }

    assert {name: "level=pageblock&at=0x80000" in url for name, url in asked.items()} == {"new": True, "later": False}


FIRST = {"new": {"scenario": "first-tagged-page"}, "later": {"scenario": "first-tagged-page", "op": "5"}}


def test_a_run_looks_as_the_page_that_started_it(client: Client) -> None:
    sent = PAGE | {"referer": f"{client.base_url}/?theme=projector&part=tags"}

    answer = client.post("/api/runs", data={"scenario": "first-tagged-page"}, headers=sent)
    started = answer.headers["location"]
    page = client.get(started, headers=PAGE).text

    assert (started.endswith("&theme=projector"), 'data-theme="projector"' in page) == (True, True)


def test_a_command_without_javascript_keeps_the_theme(client: Client) -> None:
    run = make_run(client)
    sent = PAGE | {"referer": f"{client.base_url}/runs/{run}?op=0&theme=dark"}

    answer = client.post(f"/api/runs/{run}/commands", data={"command": "step"}, headers=sent)

    assert answer.headers["location"].endswith("&op=1&theme=dark")


def test_a_page_that_is_not_there_offers_no_way_back(client: Client) -> None:
    html = client.get("/runs/nonsense", headers=PAGE | {"referer": f"{client.base_url}/"}).text

    assert "Back</a>" not in html


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
