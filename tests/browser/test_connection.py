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
