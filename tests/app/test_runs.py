from collections.abc import Iterator

import httpx
import pytest

from app.settings import Settings
from tests.app.conftest import Client, command, make_run, serving
from tests.app.sse import next_of, watching


@pytest.fixture(scope="module")
def small_url() -> Iterator[str]:
    """A service with room for two runs and one viewer."""
    with serving(Settings(max_runs=2, max_viewers=1)) as url:
        yield url


@pytest.fixture
def small(small_url: str) -> Iterator[Client]:
    with httpx.Client(base_url=small_url, timeout=10) as client:
        yield client


def test_the_run_that_was_idle_longest_makes_room(small: Client) -> None:
    first, second = make_run(small), make_run(small)
    command(small, first, "step")

    make_run(small)

    assert [small.get(f"/api/runs/{run}").status_code for run in (first, second)] == [200, 404]


def test_machines_make_room_when_all_together_grow_too_large() -> None:
    with serving(Settings(max_pages_in_all=40_000)) as url, httpx.Client(base_url=url, timeout=10) as client:
        runs = [make_run(client, "first-tagged-page") for _ in range(3)]  # 17,408 pages each

        assert [client.get(f"/api/runs/{run}").status_code for run in runs] == [404, 200, 200]


def test_a_machine_that_is_too_large_is_refused_and_drops_nobody() -> None:
    with serving(Settings(max_pages=1_000_000)) as url, httpx.Client(base_url=url, timeout=10) as client:
        run = make_run(client)

        answer = client.post("/api/runs", json={"scenario": "busy-phone"})

        assert (answer.status_code, answer.json()["detail"].startswith("layout: ")) == (422, True)
        assert client.get(f"/api/runs/{run}").status_code == 200


def test_a_run_that_is_watched_is_not_dropped(small: Client, small_url: str) -> None:
    watched = make_run(small)
    with watching(small_url, watched) as events:
        next_of(events, "frame")

        for _ in range(3):
            make_run(small)

        assert small.get(f"/api/runs/{watched}").status_code == 200


def test_a_full_service_refuses_in_one_line(small: Client) -> None:
    runs = [make_run(small, "busy-phone"), make_run(small, "busy-phone")]
    for run in runs:
        command(small, run, "play")

    answer = small.post("/api/runs", json={"scenario": "busy-phone"})

    for run in runs:
        command(small, run, "pause")
    assert (answer.status_code, answer.json()["detail"].startswith("runs: 2 are open")) == (503, True)


def test_one_viewer_too_many_is_refused(small: Client, small_url: str) -> None:
    run = make_run(small)
    with watching(small_url, run) as events:
        next_of(events, "frame")

        answer = small.get(f"/runs/{run}/stream")

    assert answer.status_code == 503
