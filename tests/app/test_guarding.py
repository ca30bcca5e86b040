"""Strangers: how many runs they may make, whose they push out, which names they ask for, and how long we wait."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from app.cli import LIMITS, limit_of
from app.errors import TooMany
from app.http.hosts import allowed_hosts, name_of
from app.http.protocol import PatientProtocol
from app.http.quota import Quota
from app.settings import Settings
from sim.errors import ScenarioError
from tests.app.conftest import PAGE, command, make_run, serving
from tests.app.sse import next_of, watching


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "head_within", 0.5)
    monkeypatch.setattr(PatientProtocol, "body_within", 0.5)


@pytest.fixture
def impatient_url(impatient: None) -> Iterator[str]:
    with serving(Settings()) as url:
        yield url


def somebody(url: str, address: str) -> httpx.Client:
    """A client whose connections come from another loopback address."""
    return httpx.Client(base_url=url, timeout=10, transport=httpx.HTTPTransport(local_address=address))


def opened(url: str, sent: bytes) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=5)
    connection.sendall(sent)
    return connection


def all_of(connection: socket.socket) -> bytes:
    answer = b""
    while got := connection.recv(4096):
        answer += got
    return answer


def test_a_paused_run_that_was_stepped_is_never_pushed_out_by_strangers() -> None:
    settings = Settings(max_runs=4, recent=0.0)
    with serving(settings) as url, somebody(url, "127.0.0.2") as teacher, somebody(url, "127.0.0.3") as stranger:
        run = make_run(teacher)
        command(teacher, run, "step")

        answers = [stranger.post("/api/runs", json={"scenario": "first-tagged-page"}) for _ in range(20)]

        assert {answer.status_code for answer in answers} == {201}
        assert teacher.get(f"/api/runs/{run}").status_code == 200


def test_a_server_full_of_others_runs_says_503_to_programs_and_people() -> None:
    with (
        serving(Settings(max_runs=1)) as url,
        somebody(url, "127.0.0.2") as teacher,
        httpx.Client(base_url=url) as other,
    ):
        run = make_run(teacher)

        answer = other.post("/api/runs", json={"scenario": "first-tagged-page"})
        page = other.get("/open?scenario=first-tagged-page", headers=PAGE)

        assert (answer.status_code, page.status_code) == (503, 503)
        assert answer.json()["detail"] in page.text
        assert teacher.get(f"/api/runs/{run}").status_code == 200


def test_an_address_that_makes_too_many_runs_is_told_when_to_ask_again() -> None:
    with serving(Settings(runs_burst=2, runs_per_minute=6)) as url, httpx.Client(base_url=url) as client:
        make_run(client), make_run(client)

        answer = client.post("/api/runs", json={"scenario": "first-tagged-page"})

        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        assert answer.json()["detail"].startswith("runs: this address made too many")


def test_an_address_with_as_many_open_as_it_may_have_loses_its_own_oldest() -> None:
    settings = Settings(runs_per_address=1)
    with serving(settings) as url, httpx.Client(base_url=url) as client, somebody(url, "127.0.0.2") as other:
        kept, first, second = make_run(other), make_run(client), make_run(client)

        assert [client.get(f"/api/runs/{run}").status_code for run in (kept, first, second)] == [200, 404, 200]
        with watching(url, second) as events:
            next_of(events, "frame")
            assert client.post("/api/runs", json={"scenario": "first-tagged-page"}).status_code == 429


def test_three_hundred_people_behind_one_address_may_open_a_copy_at_once() -> None:
    quota = Quota(Settings().runs_burst, Settings().runs_per_minute, lambda: 0.0)

    for _ in range(300):
        quota.take("192.0.2.1")


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    quota = Quota(1, 60, lambda: now[0])
    quota.take("a")
    with pytest.raises(TooMany):
        quota.take("a")
    now[0] = 1.0

    quota.take("a")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", ""])
def test_a_host_that_is_not_ours_is_refused_with_one_line(live_url: str, host: str) -> None:
    answer = httpx.get(f"{live_url}/", headers={"host": host})

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"host: {host!r} is not served here")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_names_are_served(live_url: str, host: str) -> None:
    assert httpx.get(f"{live_url}/healthz", headers={"host": host}).status_code != 400
    assert name_of(host) in allowed_hosts("0.0.0.0", ())


def test_hosts_that_the_operator_names_and_the_address_of_the_socket_are_served() -> None:
    assert {"192.0.2.7", "room.example"} <= allowed_hosts("192.0.2.7", ("Room.example",))
    assert "0.0.0.0" not in allowed_hosts("0.0.0.0", ())


def test_requests_that_never_end_are_closed(impatient_url: str) -> None:
    body = (
        b"POST /api/runs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"
    )
    with ExitStack() as stack:
        halves = [b"", b"GET / HTTP/1.1\r\nhost: local", body] * 12
        connections = [stack.enter_context(opened(impatient_url, half)) for half in halves]
        start = time.monotonic()

        answers = [all_of(connection) for connection in connections]

        assert time.monotonic() - start < 4
        assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)


def test_a_stream_outlives_the_patience_for_requests(impatient_url: str) -> None:
    with httpx.Client(base_url=impatient_url) as client:
        run = make_run(client)
        with watching(impatient_url, run) as events:
            next_of(events, "frame")
            time.sleep(1.2)
            command(client, run, "step")

            next_of(events, "frame")


def test_a_body_that_is_announced_too_long_is_refused_before_it_comes(live_url: str) -> None:
    head = b"POST /api/runs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    head += b"content-length: 999000000\r\n\r\n"
    with opened(live_url, head) as connection:
        start = time.monotonic()

        assert all_of(connection).startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - start < 2


@pytest.mark.parametrize("text", ["0", "10001", "many", "-1", ""])
def test_a_limit_that_is_none_is_one_clear_line(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        limit_of("max-runs", text)
    assert str(caught.value) == f"max-runs: {text!r}: must be 1 to 10000"


def test_the_limits_of_the_command_line_are_settings_with_the_same_defaults() -> None:
    settings = Settings()
    assert [(name, getattr(settings, name.replace("-", "_"))) for name, *_ in LIMITS] == [
        (name, default) for name, default, _ in LIMITS
    ]
