"""Every key of the help does what it says, and the tour leads round the real elements."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def run(opened: "Opened") -> "Page":
    """A run at op 20."""
    page = opened("/open?scenario=spurious-oom&op=20&tour=0")
    page.locator("time-line svg").wait_for()
    return page


def at(page: "Page", op: int) -> None:
    """Wait until the timeline stands at this op."""
    page.locator("time-line [data-head] text", has_text=re.compile(rf"^op {op}$")).wait_for()


def test_the_transport_keys(run: "Page") -> None:
    for key, op in (
        ("ArrowRight", 21),
        ("ArrowLeft", 20),
        ("Shift+ArrowRight", 30),
        ("Shift+ArrowLeft", 20),
        ("Home", 0),
        ("End", 30),
        ("r", 0),
    ):
        if key == "End":  # how far was recorded comes with the series, once a second
            run.locator("[data-conn]", has_text="30 ops behind live").wait_for()
        run.keyboard.press(key)
        at(run, op)


def test_live_is_the_furthest_op_even_if_no_picture_of_it_was_drawn(run: "Page") -> None:
    commands = re.sub(r"/runs/(\w+).*", r"/api/runs/\1/commands", run.url)
    for op in (30, 0):
        assert run.request.post(commands, data={"command": "goto", "n": op}).ok
    run.locator("[data-conn]", has_text="30 ops behind live").wait_for()
    run.keyboard.press("End")
    at(run, 30)


@pytest.mark.parametrize("key", [".", " "])
def test_a_presenter_remote_and_the_space_bar_play_and_pause(run: "Page", key: str) -> None:
    run.keyboard.press(key)
    run.locator("[data-conn]", has_text="live").wait_for()
    run.keyboard.press(key)
    run.locator("[data-conn]", has_text="paused").wait_for()


def test_up_and_down_change_the_speed(run: "Page") -> None:
    said = run.locator("[data-speed]")
    assert said.inner_text() == "4"
    run.keyboard.press("ArrowUp")
    run.locator("[data-speed]", has_text=re.compile("^10$")).wait_for()
    run.keyboard.press("ArrowDown")
    run.locator("[data-speed]", has_text=re.compile("^5$")).wait_for()


def test_d_changes_the_theme_and_it_is_remembered(run: "Page") -> None:
    before = run.locator("html").get_attribute("data-theme")
    run.keyboard.press("d")
    after = run.locator("html").get_attribute("data-theme")
    assert after != before
    run.goto(run.url.split("/runs")[0] + "/")
    assert run.locator("html").get_attribute("data-theme") == after


def test_h_opens_the_timeline_and_slash_finds(run: "Page") -> None:
    run.keyboard.press("h")
    run.locator("time-line text", has_text="metadata_reserve_fail").wait_for()
    run.keyboard.press("/")
    assert run.evaluate("document.activeElement.name") == "q"
    run.keyboard.press("r")
    at(run, 20)


def test_every_key_of_the_help_is_also_a_visible_control(run: "Page") -> None:
    titles = run.evaluate("""[...document.querySelectorAll("[title]")].filter(e => e.getClientRects().length)
      .map(e => e.title).join(" ")""")
    for key in ("r, Home", "left", "space, .", "right", "End", "up, down", "(c)", "(g)", "(d)", "(f)", "(?)", "(h)"):
        assert key in titles


def test_a_theme_by_url_stays_in_the_address_and_on_the_next_page(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=20&theme=projector")
    page.locator("time-line svg").wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "op=21" in url and "theme=projector" in url)
    page.locator("h2 .twin").last.click()
    page.locator("panel-tools").first.wait_for()
    assert page.locator("html").get_attribute("data-theme") == "projector"


def test_the_tour_goes_round_by_keyboard_and_is_not_shown_again(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=20&tour=1")
    card = page.locator(".tour")
    card.wait_for()
    for n in range(1, 6):
        assert f"{n} of 6" in card.inner_text()
        assert page.locator(".pointed").count() == 1
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Done").click()
    card.wait_for(state="hidden")
    assert page.evaluate("localStorage.getItem('tour')") == "seen"
    assert "op 20" in page.locator("time-line").inner_text()


def test_the_tour_can_be_skipped_and_found_again(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=20&tour=1")
    page.locator(".tour").wait_for()
    page.keyboard.press("Escape")
    page.locator(".tour").wait_for(state="hidden")
    page.keyboard.press("?")
    page.get_by_role("button", name="Show me round").click()
    page.locator(".tour").wait_for()
