"""Nobody waits for the compiler: a run begins in Python, goes on compiled, and comes to the same state."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.machine.test_digests import TABLE, key
from tests.support import serving, speed_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
KILL = 42  # the op of spurious-oom that ends in the OOM kill, its last


@pytest.fixture(scope="module")
def cold_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on an empty cache, which has just begun to answer."""
    with serving(tmp_path_factory.mktemp("cold"), cold=True) as url:
        yield url


def digest_of(page: "Page", url: str) -> str:
    """The digest of the run on screen, as the API says it."""
    run = re.search(r"/runs/(\w+)", page.url)
    assert run
    return str(page.request.get(f"{url}/api/runs/{run[1]}").json()["digest"])


@pytest.mark.timeout(200)  # the core is compiled meanwhile
def test_a_run_stepped_to_its_kill_before_the_core_is_compiled_goes_on_after_it(
    browser: "Browser", cold_url: str
) -> None:
    page = browser.new_page()
    page.goto(f"{cold_url}/open?scenario=spurious-oom")
    page.locator("warming-note", has_text="warming up").wait_for()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.locator("#run-question h1", has_text="OOM").wait_for()
    in_python = digest_of(page, cold_url)
    assert not speed_of(cold_url)["full_speed"]

    page.locator("warming-note").wait_for(state="detached", timeout=150_000)
    page.keyboard.press("Home")
    page.locator("time-line text", has_text=re.compile(r"^op 0$")).wait_for()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.locator("#run-question h1", has_text="OOM").wait_for()

    wanted = json.loads(Path(TABLE).read_text())[key("spurious-oom", "rfc-v1", 0)][str(KILL)]
    assert (in_python, digest_of(page, cold_url)) == (wanted, wanted)
