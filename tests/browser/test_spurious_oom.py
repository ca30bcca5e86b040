"""A person opens a scenario, plays it, and reads the answer off the screen."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser


def play_to_the_end(page: "Page") -> None:
    """Press play, go three notches faster, and wait until the run says that it has ended."""
    page.get_by_title(re.compile("^Play or pause")).click()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
        page.wait_for_timeout(200)
    page.locator("[data-conn]", has_text="ended").wait_for(timeout=60_000)


def start_from_gallery(page: "Page") -> None:
    """Gallery, scenario, start."""
    page.locator(".toc").get_by_role("link", name=re.compile("Can one pinned page end in an OOM")).click()
    page.get_by_role("button", name="Start").click()
    page.locator("time-line svg").wait_for()


def test_a_run_from_the_gallery_ends_in_an_oom_with_at_least_half_of_memory_free(opened: "Opened") -> None:
    page = opened("/")
    start_from_gallery(page)
    play_to_the_end(page)
    row = page.locator("#panel-oom tbody tr").first
    row.wait_for()
    share = row.locator("[data-free-share]").inner_text()
    assert int(share.rstrip("%")) >= 50
    page.locator("#run-question h1", has_text="OOM").wait_for()


def test_one_and_the_same_page_was_refused_again_and_again(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom")
    page.locator("time-line svg").wait_for()
    play_to_the_end(page)
    page.locator("#panel-oom tbody tr").first.wait_for()
    refused = set(page.locator("#panel-oom [data-refused]").all_inner_texts())
    times = page.locator("#panel-oom [data-refusals]").first.inner_text()
    assert len(refused) == 1
    assert int(times.replace(",", "")) > 1


def test_the_address_bar_reopens_what_is_on_screen(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom")
    page.locator("time-line svg").wait_for()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(re.compile(r"op=10\b"))
    page.reload()
    page.locator("time-line text", has_text="op 10").wait_for()
