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
