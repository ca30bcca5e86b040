"""Poke and fork: what a presenter may do to a running machine, and that the link says so."""

from typing import Any

import httpx
import pytest

from tests.app.conftest import JSON, PAGE, command, make_run

OPEN = "spurious-oom"


def poke(client: httpx.Client, run_id: str, do: str, **fields: Any) -> dict[str, Any]:
    """What a poke answers."""
    return command(client, run_id, "poke", do=do, **fields)


def test_a_poke_happens_at_the_op_on_screen_and_says_what_it_did(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)

    told = poke(client, run_id, "pin", pfn="0x80010")

    assert told["op"] == 21
    assert told["did"] == {
        "op": 20,
        "ops": 1,
        "done": True,
        "words": "0x80010 is pinned until it is unpinned",
        "command": "20:pin,pfn=0x80010",
        "dropped": 0,
    }
    assert told["url"].endswith("op=21&cmd=20:pin,pfn=0x80010")


def test_what_changes_nothing_is_a_result_and_no_error(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    poke(client, run_id, "pin", pfn=0x80010)

    again = poke(client, run_id, "pin", pfn=0x80010)["did"]

    assert (again["done"], again["words"]) == (False, "0x80010 is pinned already")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "do: missing"),
        ({"do": "mlock"}, "do: mlock: must be one of alloc, free, pin"),
        ({"do": "pin"}, "pfn: missing"),
        ({"do": "pin", "pfn": "0x5"}, "pfn: 0x5: there is no memory here"),
        ({"do": "pin", "pfn": "much"}, "pfn: much: not a whole number"),
        ({"do": "kill", "process": "nobody"}, "process: nobody: no such process"),
        ({"do": "alloc", "process": "server", "what": "tagged", "count": 20000}, "count: 20000: must be at most 10000"),
        ({"do": "knob", "name": "reserve_tries", "value": 0}, "value: 0: must be 1 to 1000 tries"),
        ({"do": "drain", "colour": "red"}, 'colour: "red": unknown key'),
    ],
)
def test_a_poke_that_cannot_be_is_refused_in_one_line(client: httpx.Client, fields: dict[str, Any], line: str) -> None:
    run_id = make_run(client, OPEN, op=20)

    answer = client.post(f"/api/runs/{run_id}/commands", json={"command": "poke"} | fields)

    assert answer.status_code == 422, answer.text
    assert line.replace('"', "'") in answer.json()["detail"].replace('"', "'")
    assert client.get(f"/api/runs/{run_id}").json()["op"] == 20


def test_a_viewer_cannot_poke(client: httpx.Client, stranger: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)

    answer = stranger.post(f"/api/runs/{run_id}/commands", json={"command": "poke", "do": "drain"})

    assert answer.status_code == 403
    assert "only whoever started this run" in answer.json()["detail"]


def test_a_poke_in_the_past_drops_the_recorded_future(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    command(client, run_id, "goto", n=36)
    command(client, run_id, "goto", n=22)

    told = poke(client, run_id, "kill", process="worker")

    assert told["did"]["dropped"] == 14
    page = client.get(f"/runs/{run_id}", headers=PAGE).text
    assert '"head":23' in page.replace(" ", "")
    assert '"words":"you: kill worker"' in page


def test_the_link_of_a_poked_run_opens_at_the_same_state(client: httpx.Client, stranger: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    poke(client, run_id, "pin", pfn="0x80010")
    poke(client, run_id, "alloc", process="server", what="tagged", count=3)
    here = command(client, run_id, "step", n=7)
    trail = client.get(f"/runs/{run_id}/trail").json()

    shared = here["url"].replace(f"/runs/{run_id}", "/open")
    opened = stranger.get(shared, follow_redirects=True)
    other = str(opened.url.path).rpartition("/")[2]

    assert stranger.get(f"/api/runs/{other}").json()["digest"] == here["digest"]
    assert stranger.get(f"/runs/{other}/trail").json() == trail
    assert trail["digests"][-1] == here["digest"][:8]


def test_a_copy_takes_the_commands_along(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    here = poke(client, run_id, "pin", pfn="0x80010")

    copied = client.post(f"/api/runs/{run_id}/copy").json()

    assert "cmd=20:pin,pfn=0x80010" in copied["url"]
    assert client.get(f"/api/runs/{copied['id']}").json()["digest"] == here["digest"]


def test_what_is_dropped_takes_the_commands_to_come_with_it(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    poke(client, run_id, "pin", pfn="0x80010")
    poke(client, run_id, "drain")
    command(client, run_id, "goto", n=21)

    told = command(client, run_id, "drop")

    assert told["url"].endswith("cmd=20:pin,pfn=0x80010")
    assert told["length"] == client.get(f"/api/runs/{run_id}").json()["length"]


def test_a_fork_shares_the_past_and_has_one_command_more(client: httpx.Client, stranger: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    poke(client, run_id, "pin", pfn="0x80010")
    poke(client, run_id, "drain")
    here = command(client, run_id, "goto", n=21)

    answer = stranger.post(f"/api/runs/{run_id}/fork", json={"do": "unpin", "pfn": "0x80010"})

    assert answer.status_code == 201, answer.text
    assert answer.json()["url"].endswith("op=22&cmd=20:pin,pfn=0x80010&cmd=21:unpin,pfn=0x80010")
    forked = stranger.get(f"/api/runs/{answer.json()['id']}").json()
    assert (forked["role"], forked["op"]) == ("presenter", 22)
    back = stranger.post(f"/api/runs/{answer.json()['id']}/commands", json={"command": "goto", "n": 21}).json()
    assert back["digest"] == here["digest"]
    assert client.get(f"/api/runs/{run_id}").json()["digest"] == here["digest"]


def test_a_fork_may_change_policy_and_seed(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)

    forked = client.post(f"/api/runs/{run_id}/fork", json={"policy": "static", "seed": 9, "op": 12}).json()

    assert (
        client.get(f"/api/runs/{forked['id']}").json() | {"policy": "static", "seed": 9, "op": 12}
        == client.get(f"/api/runs/{forked['id']}").json()
    )


def test_another_policy_of_a_poked_run_keeps_the_commands(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    poke(client, run_id, "pin", pfn="0x80010")
    page = client.get(f"/runs/{run_id}", headers=PAGE).text
    assert '<input type="hidden" name="cmd" value="20:pin,pfn=0x80010">' in page
    form = {"scenario": OPEN, "policy": "static", "op": "21", "cmd": "20:pin,pfn=0x80010"}

    answer = client.post("/api/runs", data=form, headers=PAGE)

    assert answer.headers["location"].endswith("policy=static&seed=7&op=21&cmd=20:pin,pfn=0x80010")


@pytest.mark.parametrize("order", [0, 9])
def test_the_inspector_offers_to_free_the_whole_block(client: httpx.Client, order: int) -> None:
    program = [{"do": "alloc", "process": "server", "what": "anon", "order": order}]
    run_id = make_run(client, OPEN, set={"program": program})
    told = command(client, run_id, "goto", n=1)
    view = client.get(f"/runs/{run_id}/find?q=server").json()
    pfn = view["pfn"] + (1 << order) - 1

    html = client.get(f"/runs/{run_id}/inspect?pfn={pfn}").text

    label = "Free its block" if order else "Free it"
    assert (f'data-poke="free_page" data-pfn="{view["pfn"]}"' in html, f">{label}<" in html) == (True, True)
    freed = poke(client, run_id, "free_page", pfn=view["pfn"])["did"]
    assert (told["op"], freed["words"]) == (1, f"1 of 1 block freed, from {view['pfn']:#x} on")


def test_a_poke_works_as_a_form(client: httpx.Client) -> None:
    run_id = make_run(client, OPEN, op=20)
    form = {"command": "poke", "do": "pin", "pfn": "0x80010", "ops": ""}

    answer = client.post(f"/api/runs/{run_id}/commands", data=form, headers=PAGE)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith("op=21&cmd=20:pin,pfn=0x80010")


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("cmd=5", "must read <op>:<command>,key=value"),
        ("cmd=5:explode", "cmd.do: explode: must be one of"),
        ("cmd=900:drain", "commands[0].at: 900: the run ends at op 42"),
        ("cmd=9:drain&cmd=5:drain", "commands[1].at: 5: the command before it ends at op 10"),
        ("set=commands%3D[]", "set.commands: commands are given as cmd="),
    ],
)
def test_a_link_with_a_bad_command_is_refused(client: httpx.Client, query: str, line: str) -> None:
    answer = client.get(f"/open?scenario={OPEN}&op=3&{query}", headers=JSON)

    assert answer.status_code == 422
    assert line in answer.json()["detail"]


def test_a_command_beside_a_playing_run_does_not_stop_it(client: httpx.Client) -> None:
    run_id = make_run(client, "busy-phone", op=1000)
    command(client, run_id, "speed", n=1000)
    command(client, run_id, "play")

    told = poke(client, run_id, "drain")

    assert told["state"] == "playing"
    assert told["did"]["op"] >= 1000
    command(client, run_id, "pause")
