"""A real server in a thread of this process, on loopback, with the real core; clients with cookies of their own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from app.application import create_app
from app.http.protocol import PatientProtocol
from app.runs.engine import Engine
from app.runs.warmup import Warmup
from app.server import Server, listen, url_of
from app.settings import Settings

Client = httpx.Client
JSON = {"accept": "application/json"}
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="package")
def live_url() -> Iterator[str]:
    """One server for all tests of the service."""
    with serving(Settings(max_runs=8, runs_burst=10_000, ping_every=0.5)) as url:
        yield url


@pytest.fixture
def client(live_url: str) -> Iterator[httpx.Client]:
    """Somebody."""
    with httpx.Client(base_url=live_url, timeout=10) as opened:
        yield opened


@pytest.fixture
def stranger(live_url: str) -> Iterator[httpx.Client]:
    """Somebody else, without the cookies of `client`."""
    with httpx.Client(base_url=live_url, timeout=10) as opened:
        yield opened


@contextmanager
def serving(settings: Settings, engine: Engine | None = None, warmup: Warmup | None = None) -> Iterator[str]:
    """The address of a server of one's own, at full speed unless it has a warmup of its own."""
    with listen("127.0.0.1", 0) as listening:
        app = create_app(settings, engine, warmup)
        config = uvicorn.Config(
            app, http=PatientProtocol, log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        server = Server(app, config, url_of(listening))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        wait_for(lambda: server.started and (warmup is not None or is_fast(app.state.service.warmup)))
        yield url_of(listening).rstrip("/")
        server.handle_exit(15, None)
        thread.join(10)
        assert not thread.is_alive()


def is_fast(warmup: Warmup) -> bool:
    """Whether the core is bound; fails with the reason when it cannot be."""
    assert not warmup.speed.failed, warmup.speed.failed
    return warmup.speed.full


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return once it holds; fail when it does not in time."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)


def make_run(client: httpx.Client, scenario: str = "first-tagged-page", **more: Any) -> str:
    """A new run of `client`; its id."""
    answer = client.post("/api/runs", json={"scenario": scenario} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def command(client: httpx.Client, run_id: str, name: str, **more: Any) -> dict[str, Any]:
    """What a command answers."""
    answer = client.post(f"/api/runs/{run_id}/commands", json={"command": name} | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
