"""What browser tests, documentation tests and the pictures share: a real server and a real browser, ended after use."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sim.policies import NAMES

ONE_OF = "'" + "', '".join(NAMES[:-1]) + f"' or '{NAMES[-1]}'"  # as the policies are listed in a refusal
ROOT = Path(__file__).parent.parent
CARVEOUT = str(Path(sys.executable).with_name("carveout"))
READY_WITHIN = 120.0  # seconds; a cold core is compiled first

CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The browser to drive: the one that CARVEOUT_CHROMIUM names, else the first of the usual names that exists."""
    wanted = os.environ.get("CARVEOUT_CHROMIUM")
    names = [wanted] if wanted else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


def run_carveout(*arguments: str, together: bool = False) -> subprocess.CompletedProcess[str]:
    """One `carveout` command, run as a reader would; `together`: stderr in stdout, as on a screen.

    The exit status is the caller's to judge.
    """
    errors = subprocess.STDOUT if together else subprocess.PIPE
    command = [CARVEOUT, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, timeout=100, check=False)


def busy_phone_oom() -> int:
    """The op of busy-phone's first OOM, as its answer says (which tests/machine/test_busy_phone.py checks)."""
    said = re.search(r"rfc-v1 at op ([\d,]+)", (ROOT / "sim/scenario/scenarios/busy-phone.yaml").read_text())
    assert said
    return int(said[1].replace(",", ""))


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(url: str) -> bool:
    """Whether the server at this address answers."""
    return "full_speed" in speed_of(url)


def is_fast(url: str) -> bool:
    """Whether it says that it runs at full speed."""
    return bool(speed_of(url).get("full_speed"))


def speed_of(url: str) -> dict[str, Any]:
    """What it says of its speed; nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return dict(json.load(answer))
    except (urllib.error.URLError, OSError):
        return {}


def wait_until(ready: Callable[[str], bool], server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Returns when the server is so far; raises RuntimeError with the end of its log when it dies or takes too long."""
    give_up = time.monotonic() + READY_WITHIN
    while not ready(url):
        if server.poll() is not None or time.monotonic() > give_up:
            said = log.read_text(errors="replace")[-3000:]
            raise RuntimeError(f"carveout serve is not ready (exit status {server.poll()}); it said:\n{said}")
        time.sleep(0.1)


def end(server: subprocess.Popen[bytes]) -> None:
    """Asks the server to stop, and insists after ten seconds."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _start(port: int, data: Path, log: IO[bytes], cache: Path | None) -> subprocess.Popen[bytes]:
    command = [CARVEOUT, "serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(data)]
    own = os.environ | ({"CARVEOUT_CACHE_DIR": str(cache)} if cache else {})
    return subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=subprocess.STDOUT)


@contextmanager
def serving(folder: Path, cold: bool = False) -> Iterator[str]:
    """The address of a `carveout serve` of one's own, with its data and its log in this folder.

    `cold`: it has a cache of its own, which is empty, and its address comes while it compiles.
    """
    port, log = free_port(), folder / "server.log"
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = _start(port, folder / "data", output, folder / "cache" if cold else None)
        try:
            wait_until(is_up if cold else is_fast, server, url, log)
            yield url
        finally:
            end(server)
