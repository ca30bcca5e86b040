import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from app.server import listen
from app.settings import Settings, validate_folder
from sim.errors import ScenarioError
from tests.app.conftest import make_run, wait_for
from tests.app.sse import next_of, watching

SERVE = "from app.server import serve; serve('127.0.0.1', 0, None)"


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and its address."""
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1].rstrip("/")
        wait_for(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield process, url
        process.kill()


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_at_once_with_streams_open(
    server: tuple[subprocess.Popen[str], str], sig: signal.Signals
) -> None:
    process, url = server
    with ExitStack() as stack, httpx.Client(base_url=url) as client:
        run = make_run(client, "busy-phone")
        client.post(f"/api/runs/{run}/commands", json={"command": "play"})
        viewers = [stack.enter_context(watching(url, run)) for _ in range(5)]
        for viewer in viewers:
            next_of(viewer, "frame")

        os.kill(process.pid, sig)
        told = time.monotonic()
        byes = [next_of(viewer, "bye").data for viewer in viewers]
        status = process.wait(10)
        took = time.monotonic() - told

    assert (byes, status) == (["{}"] * 5, 0)
    assert took < 2


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(ScenarioError, match=f"port: {taken.getsockname()[1]}: cannot listen on 127.0.0.1"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_does_not_exist_is_one_clear_line() -> None:
    with pytest.raises(ScenarioError, match=r"host: 999\.0\.0\.1"):
        listen("999.0.0.1", 0)


def test_a_port_out_of_range_is_one_clear_line() -> None:
    with pytest.raises(ScenarioError, match="port: 70000"):
        Settings(port=70000).validate()


def test_a_data_folder_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ScenarioError, match=r"data-dir: .*file"):
        validate_folder(tmp_path / "file" / "data")
