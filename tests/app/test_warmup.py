import asyncio
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from app.pages.views import Starting
from app.runs.engine import CompiledEngine
from app.runs.warmup import Warmup
from app.settings import Settings
from tests.app.conftest import PAGE, make_run, serving, wait_for

SLOW = "import sys, time; print('3/12 rmqueue', file=sys.stderr, flush=True); time.sleep(1.5)"
BROKEN = "import sys; sys.exit('numba: no space left on device')"


class ColdEngine(CompiledEngine):
    """A core that looks as if it had never been compiled."""

    def is_warm(self) -> bool:
        return False


class WarmEngine(CompiledEngine):
    """A core that is there."""

    def is_warm(self) -> bool:
        return True

    def load(self) -> object:
        return None


@pytest.fixture
def cold() -> Iterator[httpx.Client]:
    """A service whose core is being compiled, for a second and a half."""
    with (
        serving(Settings(), ColdEngine(), Warmup([sys.executable, "-c", SLOW])) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


def test_a_cold_core_shows_the_starting_page_with_progress(cold: httpx.Client) -> None:
    wait_for(lambda: cold.get("/readyz").json().get("name") == "rmqueue")

    answer = cold.get("/", headers=PAGE)

    assert (answer.status_code, "3 of 12" in answer.text, "refresh" in answer.text) == (503, True, True)


def test_the_service_starts_without_the_core() -> None:
    """Else it would be compiled before the first page is answered, with nobody told."""
    asked = "import app.application, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_cold_service_is_alive_but_not_ready(cold: httpx.Client) -> None:
    assert [cold.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 503]


def test_a_program_that_asks_too_early_is_told_to_wait(cold: httpx.Client) -> None:
    answer = cold.post("/api/runs", json={"scenario": "busy-phone"})

    assert (answer.status_code, answer.json()["detail"].startswith("core: being compiled")) == (503, True)


def test_the_service_goes_on_by_itself_once_the_core_is_compiled(cold: httpx.Client) -> None:
    wait_for(lambda: cold.get("/readyz").status_code == 200)

    assert make_run(cold)


def test_a_core_that_cannot_be_compiled_says_why() -> None:
    with serving(Settings(), ColdEngine(), Warmup([sys.executable, "-c", BROKEN])) as url:
        wait_for(lambda: bool(httpx.get(f"{url}/readyz").json()["failed"]))

        page = httpx.get(url, headers=PAGE)

    assert (page.status_code, "no space left on device" in page.text) == (503, True)


def test_a_warm_core_is_not_compiled_again() -> None:
    never = Warmup(["/nonexistent/compiler"])

    asyncio.run(never.run(WarmEngine().is_warm, WarmEngine().load, lambda: None))

    assert never.ready


def test_progress_is_a_whole_percentage() -> None:
    assert [Starting(done, 12, "", "").percent for done in (0, 5, 12)] == [0, 41, 100]
