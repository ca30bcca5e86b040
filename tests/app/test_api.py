import re

import pytest

from app.routes.errors import STATUS
from app.runs.transport import MOST_SPEED
from app.settings import ROOT
from sim.cli.report import report
from sim.machine import Machine
from sim.scenario.scenario import load_scenario
from tests.app.conftest import JSON, PAGE, Client, command, make_run


def made(client: Client) -> str:
    """How many runs were made so far, as Prometheus reads it."""
    return next(
        line for line in client.get("/metrics").text.splitlines() if line.startswith("carveout_runs_made_total")
    )


def test_whoever_starts_a_run_presents_it(client: Client) -> None:
    run = make_run(client)

    assert client.get(f"/api/runs/{run}").json()["role"] == "presenter"


def test_everybody_else_watches(client: Client, stranger: Client) -> None:
    run = make_run(client)

    assert stranger.get(f"/api/runs/{run}").json()["role"] == "viewer"


def test_a_viewer_cannot_command(client: Client, stranger: Client) -> None:
    run = make_run(client)

    answer = stranger.post(f"/api/runs/{run}/commands", json={"command": "step"})

    assert (answer.status_code, client.get(f"/api/runs/{run}").json()["op"]) == (403, 0)


def test_the_secret_of_one_run_does_not_command_another(client: Client, stranger: Client) -> None:
    mine, theirs = make_run(client), make_run(stranger)
    secret = client.cookies.get(f"carveout_{mine}", path=f"/api/runs/{mine}")

    answer = client.post(
        f"/api/runs/{theirs}/commands", json={"command": "step"}, headers={"cookie": f"carveout_{theirs}={secret}"}
    )

    assert answer.status_code == 403


def test_the_secret_is_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    cookies = client.post("/api/runs", json={"scenario": "first-tagged-page"}).headers.get_list("set-cookie")

    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://["])
def test_a_form_of_another_site_is_refused(client: Client, origin: str) -> None:
    run = make_run(client)

    answer = client.post(f"/api/runs/{run}/commands", data={"command": "step"}, headers={"origin": origin})

    assert answer.status_code == 403


def test_a_copy_goes_its_own_way(client: Client, stranger: Client) -> None:
    run = make_run(client)
    command(client, run, "step", n=20)

    copy = stranger.post(f"/api/runs/{run}/copy", headers=JSON).json()["id"]
    command(stranger, copy, "step", n=5)

    assert (client.get(f"/api/runs/{run}").json()["op"], client.get(f"/api/runs/{copy}").json()["op"]) == (20, 25)


def test_a_copy_begins_with_the_same_bytes(client: Client, stranger: Client) -> None:
    run = make_run(client, "busy-phone", seed=7)
    original = command(client, run, "goto", op=3000)

    copy = stranger.post(f"/api/runs/{run}/copy", headers=JSON).json()["id"]

    assert stranger.get(f"/api/runs/{copy}").json()["digest"] == original["digest"]


def test_going_back_gives_the_digest_of_the_first_pass(client: Client) -> None:
    run = make_run(client, "busy-phone")
    first = command(client, run, "step", n=1500)

    command(client, run, "step", n=4000)
    again = command(client, run, "back", n=4000)

    assert (again["op"], again["digest"]) == (1500, first["digest"])


def test_resetting_and_playing_to_the_end_gives_the_same_digest(client: Client) -> None:
    run = make_run(client)
    end = command(client, run, "step", n=10**9)

    command(client, run, "reset")
    again = command(client, run, "goto", op=end["length"])

    assert (end["state"], again["digest"]) == ("ended", end["digest"])


def test_an_open_link_gives_the_same_op_and_digest(client: Client, stranger: Client) -> None:
    run = make_run(client, "busy-phone", policy="static", seed=11)
    shown = command(client, run, "goto", op=2222)

    answer = stranger.get(shown["url"].replace(f"/runs/{run}?", "/open?"), headers=PAGE)
    opened = stranger.get("/api" + answer.headers["location"].partition("?")[0]).json()

    assert (answer.status_code, opened["op"], opened["digest"], opened["role"]) == (
        303,
        2222,
        shown["digest"],
        "presenter",
    )


def test_the_address_of_a_run_that_is_gone_makes_it_again(client: Client) -> None:
    run = make_run(client, "busy-phone", seed=5)
    shown = command(client, run, "goto", op=321)

    answer = client.get(shown["url"].replace(run, "gone23456z") + "&theme=dark", headers=PAGE)
    again = client.get("/api" + answer.headers["location"].partition("?")[0]).json()

    assert (again["op"], again["digest"], "theme=dark" in answer.headers["location"]) == (321, shown["digest"], True)


def test_changes_are_part_of_the_address(client: Client) -> None:
    run = make_run(client, "busy-phone", set={"layout.cpus": 4})
    shown = client.get(f"/api/runs/{run}").json()

    answer = client.get(shown["url"].replace(run, "gone23456z"), headers=PAGE)

    assert "set=layout.cpus%3D4" in answer.headers["location"]


def test_a_form_is_answered_with_the_page_of_the_run(client: Client) -> None:
    answer = client.post("/api/runs", data={"scenario": "first-tagged-page", "seed": ""}, headers=PAGE)

    assert (answer.status_code, answer.headers["location"].startswith("/runs/")) == (303, True)


def test_a_form_commands_without_javascript(client: Client) -> None:
    run = make_run(client)

    answer = client.post(f"/api/runs/{run}/commands", data={"command": "goto", "n": "9"}, headers=PAGE)

    assert (answer.status_code, client.get(f"/api/runs/{run}").json()["op"]) == (303, 9)


def test_the_report_has_the_fields_of_the_command_line(client: Client) -> None:
    told = client.get(f"/api/runs/{make_run(client)}").json()

    wanted = {"scenario", "policy", "seed", "op", "digest", "engine", "counters", "tag_storage", "oom_kills", "ok"}

    assert wanted <= told.keys()


BAD = [
    ({"scenario": "nope"}, "nope"),
    ({"scenario": "../../etc/passwd"}, "scenario: '../../etc/passwd'"),
    ({"scenario": "busy-phone", "seed": 0}, "seed: 0"),
    ({"scenario": "busy-phone", "seed": 2147483647}, "seed: 2147483647"),
    ({"scenario": "busy-phone", "seed": "x"}, "seed: 'x'"),
    ({"scenario": "busy-phone", "policy": "magic"}, "policy: magic"),
    ({"scenario": "busy-phone", "colour": "blue"}, "colour: 'blue': unknown key"),
    ({"scenario": "busy-phone", "op": -1}, "op: -1"),
    ({"scenario": "busy-phone", "op": 10**9}, "op: 1000000000"),
    ({"scenario": "busy-phone", "set": {"layout.cpus": 99}}, "layout.cpus: 99"),
    ({"scenario": "busy-phone", "set": {"nothing": 1}}, "nothing: 1"),
    ({}, "scenario: missing"),
]


@pytest.mark.parametrize(("body", "line"), BAD)
def test_bad_input_is_one_line_naming_field_and_value(client: Client, body: dict[str, object], line: str) -> None:
    answer = client.post("/api/runs", json=body)

    assert answer.status_code == 422
    assert line in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]


WRONG_TYPES = [
    ({"seed": True}, "seed: true: not a whole number"),
    ({"seed": "7"}, "seed: '7': not a whole number"),
    ({"seed": 7.5}, "seed: 7.5: not a whole number"),
    ({"op": "3"}, "op: '3': not a whole number"),
    ({"policy": 1}, "policy: 1: not a text"),
    ({"set": []}, "set: []: not a mapping"),
]


@pytest.mark.parametrize(("wrong", "line"), WRONG_TYPES)
def test_json_of_a_wrong_type_is_refused(client: Client, wrong: dict[str, object], line: str) -> None:
    answer = client.post("/api/runs", json={"scenario": "busy-phone"} | wrong)

    assert (answer.status_code, answer.json()["detail"]) == (422, line)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("null", "body: null: not a mapping"),
        ("[1]", "body: [1]: not a mapping"),
        ('{"scenario": "busy-phone", "set": {"\\ud800": 1}}', "'\\ud800': not a key that can be written"),
        ('{"scenario": "busy-phone", "policy": "\\ud800"}', "policy: '\\ud800': not a text that can be written"),
    ],
)
def test_json_that_makes_no_sense_as_a_run_is_refused(client: Client, body: str, line: str) -> None:
    answer = client.post("/api/runs", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["detail"]) == (422, line)


def test_json_that_is_nested_too_deeply_is_refused(client: Client) -> None:
    answer = client.post("/api/runs", content=b"[" * 60_000, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["detail"]) == (422, "body: nested too deeply")


def test_a_form_may_write_numbers_as_text_for_it_has_nothing_else(client: Client) -> None:
    answer = client.post("/api/runs", data={"scenario": "busy-phone", "seed": "7", "op": "3"})

    told = client.get(f"/api/runs/{answer.json()['id']}").json()
    assert (told["seed"], told["op"]) == (7, 3)


def test_bad_input_starts_nothing(client: Client) -> None:
    before = made(client)

    client.post("/api/runs", json={"scenario": "busy-phone", "seed": 0})

    assert made(client) == before


def test_a_machine_that_is_too_large_is_refused(client: Client) -> None:
    banks = [{"zone": "Normal", "start_pfn": 0x80000, "pages": 1 << 25}]
    layout = {"name": "huge", "banks": banks}

    answer = client.post(
        "/api/runs", json={"scenario": "first-tagged-page", "policy": "off", "set": {"layout": layout}}
    )

    assert (answer.status_code, "more than 16777216 pages in all" in answer.text) == (422, True)


BAD_COMMANDS = [
    ({"command": "fly"}, "command: 'fly'"),
    ({"command": "step", "n": -3}, "n: -3"),
    ({"command": "step", "n": "many"}, "n: 'many': not a number"),
    ({"command": "step", "n": "3"}, "n: '3': not a number"),
    ({"command": "step", "n": True}, "n: true: not a number"),
    ({"command": "step", "n": 1.5}, "n: 1.5: not a whole number"),
    ({"command": "back", "n": 0.5}, "n: 0.5: not a whole number"),
    ({"command": "goto", "n": 1.5}, "n: 1.5: not a whole number"),
    ({"command": "goto", "op": 1.5}, "op: 1.5: not a whole number"),
    ({"command": "speed", "speed": True}, "speed: true: not a number"),
    ({"command": "goto"}, "op: missing"),
    ({"command": "speed"}, "speed: missing"),
    ({"command": "goto", "op": 65}, "op: 65: must be 0 to 64, the end of the scenario"),
    ({"command": "goto", "n": 65}, "n: 65: must be 0 to 64, the end of the scenario"),
    ({"command": "speed", "speed": 99999999999}, "speed: 99999999999: must be 0 to 100000000, ops a second"),
    ({"command": "speed", "n": 100000001}, "n: 100000001: must be 0 to 100000000, ops a second"),
    ({"comand": "step"}, "comand: 'step': unknown key"),
]


@pytest.mark.parametrize(("body", "line"), BAD_COMMANDS)
def test_a_bad_command_changes_nothing(client: Client, body: dict[str, object], line: str) -> None:
    run = make_run(client)

    answer = client.post(f"/api/runs/{run}/commands", json=body)

    assert (answer.status_code, line in answer.text, client.get(f"/api/runs/{run}").json()["op"]) == (422, True, 0)


def test_steps_past_the_end_stop_at_the_end(client: Client) -> None:
    told = command(client, make_run(client), "step", n=1000)

    assert (told["op"], told["state"]) == (64, "ended")


def test_a_run_may_be_as_fast_as_a_scenario_may_begin(client: Client) -> None:
    speeds = {"speed": MOST_SPEED}

    told = command(client, make_run(client, set=speeds), "speed", speed=MOST_SPEED)

    answer = client.post("/api/runs", json={"scenario": "busy-phone", "set": {"speed": MOST_SPEED + 1}})
    assert (told["speed"], answer.status_code) == (MOST_SPEED, 422)


def test_a_body_that_is_not_json_is_refused(client: Client) -> None:
    answer = client.post("/api/runs", content=b"{scenario", headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["detail"].startswith("body: not JSON")) == (422, True)


def test_a_body_that_is_too_long_is_refused(client: Client) -> None:
    answer = client.post("/api/runs", content=b" " * 70_000 + b"{}", headers={"content-type": "application/json"})

    assert answer.status_code == 413


def test_another_content_type_is_refused(client: Client) -> None:
    answer = client.post("/api/runs", content=b"<run/>", headers={"content-type": "text/xml"})

    assert answer.status_code == 415


def test_a_method_that_an_address_does_not_take_is_one_line(client: Client) -> None:
    answer = client.delete("/api/runs")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["detail"] == "method: DELETE: '/api/runs' does not take it"


def test_every_status_that_is_answered_is_explained() -> None:
    text = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([0-9, ]+) \|", text, re.MULTILINE)
    explained = {int(number) for row in rows for number in row.split(", ")}

    assert {200, 201, 202, 303, 304, 405, 413, 415} | set(STATUS.values()) <= explained


def test_the_report_is_that_of_the_command_line(client: Client) -> None:
    machine = Machine(load_scenario("first-tagged-page"))
    machine.step(33)

    told = command(client, make_run(client), "step", n=33)

    expected = report(machine)
    assert {name: told[name] for name in expected} == expected
