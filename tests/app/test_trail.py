"""The digests on the way to an op over HTTP."""

from app.routes.trail import stops
from tests.app.conftest import Client, command, make_run


def test_the_trail_ends_with_the_digest_of_the_op_that_was_asked_for(client: Client) -> None:
    run = make_run(client, "spurious-oom")
    command(client, run, "goto", op=32)

    trail = client.get(f"/runs/{run}/trail").json()

    assert trail["ops"] == [4, 8, 12, 16, 20, 24, 28, 32]
    assert trail["digests"][-1] == client.get(f"/api/runs/{run}").json()["digest"][:8]
    assert len(set(trail["digests"])) == 8


def test_the_trail_of_another_op_leaves_the_run_where_it_is(client: Client) -> None:
    run = make_run(client, "spurious-oom")
    command(client, run, "goto", op=32)

    trail = client.get(f"/runs/{run}/trail?op=10").json()

    assert (trail["op"], client.get(f"/api/runs/{run}").json()["op"]) == (10, 32)


def test_a_trail_past_the_end_is_refused(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client, 'spurious-oom')}/trail?op=43")

    assert answer.status_code == 422
    assert "op: 43: must be 0 to 42" in answer.text


def test_a_short_way_has_fewer_stops() -> None:
    assert (stops(0), stops(3)) == ((0,), (0, 1, 2, 3))
