"""Nobody waits for the compiler: the service answers and runs at once, and says quietly what it is doing."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import pytest

from app.runs.warmup import Speed, Warmup
from app.settings import Settings
from sim.core.jit import builds
from tests.app.conftest import PAGE, command, make_run, serving, wait_for

SLOW = "import sys, time; print('3/12 rmqueue', file=sys.stderr, flush=True); time.sleep(60)"
BROKEN = "import sys; sys.exit('numba: no space left on device')"


def warmup(program: str, bind: Callable[[], None] = lambda: None) -> Warmup:
    """A core that looks as if it had never been compiled, and a compiler that does what `program` does."""
    return Warmup([sys.executable, "-c", program], lambda: False, bind)


@pytest.fixture
def cold() -> Iterator[httpx.Client]:
    """A service whose core is being compiled for as long as anybody asks."""
    with (
        builds.using("python"),
        serving(Settings(), None, warmup(SLOW)) as url,
        httpx.Client(base_url=url, timeout=10) as client,
    ):
        yield client


def test_a_cold_service_shows_its_gallery_and_says_how_long_until_full_speed(cold: httpx.Client) -> None:
    wait_for(lambda: cold.get("/readyz").json()["seconds"] > 0)

    answer = cold.get("/", headers=PAGE)

    assert (answer.status_code, "warming up: full speed in " in answer.text) == (200, True)


def test_a_run_plays_before_the_core_is_compiled(cold: httpx.Client) -> None:
    run = make_run(cold, "first-tagged-page")

    assert command(cold, run, "step", n=3)["op"] == 3
    assert cold.get("/readyz").json() == {"ready": True, "full_speed": False} | {
        key: cold.get("/readyz").json()[key] for key in ("seconds", "failed")
    }


def test_the_service_starts_without_the_compiler() -> None:
    """Else its import alone would keep the first page waiting."""
    asked = "import app.application, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_the_note_goes_once_the_core_is_bound() -> None:
    bound: list[bool] = []
    quick = "import sys; print('1/1 run', file=sys.stderr)"
    with serving(Settings(), None, warmup(quick, lambda: bound.append(True))) as url:
        wait_for(lambda: httpx.get(f"{url}/readyz").json()["full_speed"])

        page = httpx.get(url, headers=PAGE)

    assert (bound, "warming" in page.text) == ([True], False)


def test_a_core_that_cannot_be_compiled_leaves_a_slow_service_that_says_why() -> None:
    with serving(Settings(), None, warmup(BROKEN)) as url:
        wait_for(lambda: bool(httpx.get(f"{url}/readyz").json()["failed"]))

        page = httpx.get(url, headers=PAGE)

    assert (page.status_code, "slow: the core could not be compiled" in page.text) == (200, True)
    assert "no space left on device" in page.text


def test_a_compiled_core_is_not_compiled_again() -> None:
    with serving(Settings(), None, Warmup(["/nonexistent/compiler"], lambda: True, lambda: None)) as url:
        wait_for(lambda: httpx.get(f"{url}/readyz").json()["full_speed"])


def test_the_seconds_left_follow_the_progress() -> None:
    assert Speed(full=False, seconds=12).words == "warming up: full speed in 12 s"
    assert Speed(full=False).words == "warming up"
