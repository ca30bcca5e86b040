"""Thirty students on one link cannot touch the teacher's run; each has a copy with one click."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

COMMAND = """async ([id, command]) => (await fetch(`/api/runs/${id}/commands`, {
  method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({command, n: 1}),
})).status"""


def path_of(page: "Page") -> str:
    """Path and query of the address bar."""
    return "/" + page.url.split("/", 3)[3]


def run_id(page: "Page") -> str:
    """The run in the address bar."""
    found = re.search(r"/runs/(\w+)", page.url)
    assert found
    return found.group(1)


@pytest.fixture
def presenter(opened: "Opened") -> "Page":
    """A page whose run is at op 3."""
    page = opened("/open?scenario=spurious-oom&op=3")
    page.locator("time-line svg").wait_for()
    return page


@pytest.fixture
def viewer(opened: "Opened", presenter: "Page") -> "Page":
    """The same address in a second profile."""
    page = opened(path_of(presenter))
    page.locator("time-line svg").wait_for()
    return page


def test_a_viewer_is_told_that_he_watches_and_finds_the_controls_disabled(viewer: "Page") -> None:
    assert "You watch. The presenter moves this run." in viewer.locator(".note.viewer").inner_text()
    assert viewer.locator("run-transport button:enabled, run-transport input:enabled:not([type=hidden])").count() == 0
    assert viewer.locator("run-head select:enabled, run-head input[name=seed]:enabled").count() == 0


def test_a_viewer_sees_what_the_presenter_does(presenter: "Page", viewer: "Page") -> None:
    presenter.keyboard.press("ArrowRight")
    viewer.locator("time-line text", has_text="op 4").wait_for()


def test_keys_of_a_viewer_do_nothing(presenter: "Page", viewer: "Page") -> None:
    viewer.keyboard.press("ArrowRight")
    viewer.wait_for_timeout(500)
    assert "op 3" in presenter.locator("time-line").inner_text()


def test_a_copy_goes_its_own_way(presenter: "Page", viewer: "Page") -> None:
    first = run_id(viewer)
    viewer.get_by_role("button", name="Open your own copy").click()
    viewer.wait_for_url(lambda url: first not in url)
    viewer.locator("time-line svg").wait_for()
    viewer.keyboard.press("Shift+ArrowRight")
    viewer.locator("time-line text", has_text="op 13").wait_for()
    assert "op 3" in presenter.locator("time-line").inner_text()


@pytest.mark.parametrize("command", ["step", "play", "reset"])
def test_a_command_of_a_viewer_is_refused_with_403(presenter: "Page", profile: object, command: str) -> None:
    page = profile().new_page()  # type: ignore[operator]  (Chromium itself reports the 403 in the console)
    page.goto(presenter.url)
    assert page.evaluate(COMMAND, [run_id(presenter), command]) == 403
    assert "op 3" in presenter.locator("time-line").inner_text()
