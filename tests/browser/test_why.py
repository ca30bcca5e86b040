"""From the run to the page Why and back, and on from there."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_accessibility import THEMES, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser


def why(opened: "Opened", **options: object) -> "Page":
    """The page of the OOM of spurious-oom, opened from its run."""
    page = opened("/open?scenario=spurious-oom&op=42&tour=0", **options)
    page.locator("run-story a", has_text="Why?").click()
    page.wait_for_url(re.compile(r"/why\?op=42"))
    return page


def test_it_opens_from_the_story_and_esc_leads_back(opened: "Opened") -> None:
    page = why(opened)
    page.locator(".path > li").nth(5).wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/runs/\w+\?"))
    page.locator("time-line svg").wait_for()


def test_a_fork_is_a_run_of_ones_own_under_the_other_policy(opened: "Opened") -> None:
    page = why(opened)
    before = page.url
    there = page.locator("#under-static")
    there.locator("a", has_text="Run it").click()
    there.locator("b", has_text="Served").wait_for()
    assert page.url == before
    assert page.locator("#under-off").inner_text().endswith("Run it")
    there.locator("a", has_text="Fork here").click()
    page.wait_for_url(re.compile(r"policy=static.*op=41"))
    page.locator("time-line svg").wait_for()
    assert before.split("/why")[0] not in page.url


def test_j_and_k_walk_the_steps(opened: "Opened") -> None:
    page = why(opened)
    page.locator("why-path .path").wait_for()
    for key in "jjk":
        page.keyboard.press(key)
    at = "() => [...document.querySelectorAll('.path > li')].indexOf(document.activeElement)"
    page.wait_for_function(f"() => ({at})() === 0")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1366, 390])
def test_it_has_no_barrier_and_nothing_sticks_out(opened: "Opened", theme: str, width: int) -> None:
    page = why(opened, width=width, height=844)
    page.goto(f"{page.url}&theme={theme}")
    page.locator(".served").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_all_there_without_a_script(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=42", java_script_enabled=False)
    page.locator("run-story a", has_text="Why?").click()
    assert page.locator(".path > li").count() > 15
    assert page.locator(".path svg").count() > 5
