"""What is out of view costs nothing while the run plays, and is right as soon as it is seen or the run stops."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

# the newest op that the panel of events knows, far below the fold: "The last 48 events, up to op 1,234"
OP = r"""() => Number(document.querySelector("#says-events").textContent.match(/op ([\d,]+)/)[1].replaceAll(",", ""))"""
RUN = """async wanted => {
  const { run } = await import(document.querySelector("script[type=module]").src.replace(/app\\.js.*/, "page-run.js"))
  return wanted === "drawn" ? run.drawn : run.frame.op
}"""


def wait_for_frames(page: "Page", n: int) -> None:
    """So many more frames of the stream are drawn."""
    drawn = page.evaluate(RUN, "drawn")
    while page.evaluate(RUN, "drawn") < drawn + n:
        page.wait_for_timeout(50)


@pytest.fixture
def playing(opened: "Opened") -> "Page":
    """A busy run that plays; its events are below the fold."""
    page = opened("/open?scenario=busy-phone&op=1000&tour=0")
    page.locator("time-line svg").wait_for()
    page.locator("[data-conn]", has_text="paused").wait_for()
    page.keyboard.press("Space")
    page.locator("[data-conn]", has_text="live").wait_for()
    return page


def test_a_panel_out_of_view_waits_and_has_its_numbers_when_the_run_stops(playing: "Page") -> None:
    page = playing
    wait_for_frames(page, 3)
    before = page.evaluate(OP)
    wait_for_frames(page, 10)
    assert page.evaluate(OP) == before
    page.keyboard.press("Space")
    page.locator("[data-conn]", has_text="paused").wait_for()
    page.wait_for_function(f"before => ({OP})() > before", arg=before)


def test_a_panel_that_comes_into_view_has_its_numbers_at_once(playing: "Page") -> None:
    page, before = playing, playing.evaluate(OP)
    page.locator("#panel-events").scroll_into_view_if_needed()
    page.wait_for_function(f"before => ({OP})() > before", arg=before)


def test_a_row_of_the_oom_table_fits_a_phone(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=42&tour=0", width=390, height=844)
    page.locator("time-line svg").wait_for()
    cells = page.locator(".ooms tbody td")
    assert cells.count() == 9
    assert all(box["x"] + box["width"] <= 390 for cell in cells.all() if (box := cell.bounding_box()))
