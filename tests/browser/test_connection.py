"""What the screen says when the server is gone: the last good picture stays."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import serving

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_the_last_picture_stays_when_the_connection_is_lost(
    profile: "Callable[..., BrowserContext]", tmp_path: Path
) -> None:
    page = profile().new_page()  # the browser itself reports the lost connection in the console
    with serving(tmp_path) as url:
        page.goto(f"{url}/open?scenario=first-tagged-page&op=9")
        page.locator("[data-conn]", has_text="paused").wait_for()
        page.locator("time-line svg").wait_for()
    page.locator("[data-conn]", has_text="connection lost").wait_for()
    assert "This is the last good picture, op 9" in page.locator("[data-note]").inner_text()
    assert "op 9" in page.locator("time-line").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('.page')).opacity") == "0.62"


def test_a_command_without_an_answer_is_told_and_breaks_nothing(
    profile: "Callable[..., BrowserContext]", server_url: str
) -> None:
    page = profile().new_page()  # the browser itself reports the request in the console
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{server_url}/open?scenario=first-tagged-page&op=9&tour=0")
    page.locator("time-line svg").wait_for()
    page.route("**/commands", lambda route: route.abort())
    page.keyboard.press("ArrowRight")
    page.locator("[data-note]", has_text="the server does not answer").wait_for()
    page.unroute("**/commands")
    page.keyboard.press("ArrowRight")
    page.locator("time-line [data-head] text", has_text="op 10").wait_for()
    assert broken == []
