"""Every page of the product: it draws, nothing is cut off, and its console is silent (the fixture sees to that)."""

from typing import TYPE_CHECKING

import pytest

from app.pages.panels import PANELS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (1366, 768), (390, 844)]
DRAWN = """() => {
  const land = document.querySelector("canvas.land")
  const picture = land.getContext("2d").getImageData(0, 0, land.width, land.height)
  return new Set(new Uint32Array(picture.data.buffer)).size
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def open_run(opened: "Opened", scenario: str, op: int, **options: object) -> "Page":
    """A run page, drawn."""
    page = opened(f"/open?scenario={scenario}&op={op}", **options)
    page.locator("time-line svg").wait_for()
    return page


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scenario", ["busy-phone", "spurious-oom"])
def test_the_run_page_draws_the_map_and_fits_the_screen(
    opened: "Opened", scenario: str, width: int, height: int
) -> None:
    page = open_run(opened, scenario, 30, width=width, height=height)
    assert page.evaluate(DRAWN) > 20
    assert page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
def test_the_theme_of_the_link_wins(opened: "Opened", theme: str) -> None:
    page = opened(f"/?theme={theme}")
    assert page.locator("html").get_attribute("data-theme") == theme


@pytest.mark.parametrize("path", ["/", "/scenarios/spurious-oom", "/scenarios/busy-phone"])
def test_the_gallery_and_the_scenarios_fit_a_phone(opened: "Opened", path: str) -> None:
    page = opened(path, width=390, height=844)
    assert page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.slug)
def test_each_panel_is_also_a_page_of_its_own(opened: "Opened", panel: object) -> None:
    page = open_run(opened, "spurious-oom", 42)
    slug, question = panel.slug, panel.question  # type: ignore[attr-defined]
    page.goto(page.url.split("?")[0] + f"/panels/{slug}")
    assert page.locator("h1").inner_text() == question
    body = page.locator(f"#panel-{slug}")
    body.locator("p, table, svg, canvas").first.wait_for(state="attached")
    assert page.evaluate(WIDER) <= 0


def test_charts_are_drawn_after_the_first_paint(opened: "Opened") -> None:
    page = open_run(opened, "spurious-oom", 42, width=1920, height=1080)
    page.locator("packing-figure [data-chart] svg").wait_for(state="attached")
    page.locator("tag-history").scroll_into_view_if_needed()
    page.locator("tag-history .js-plotly-plot").wait_for(state="attached")


def test_pointing_at_the_map_names_the_page_and_its_tag_page(opened: "Opened") -> None:
    page = open_run(opened, "spurious-oom", 30)
    page.locator("canvas.over").hover(position={"x": 60, "y": 80})
    tip = page.locator(".tip")
    tip.filter(has_text="pfn 0x80").wait_for()
    assert "tag page 0x84" in tip.inner_text()


def test_the_cursor_of_the_map_is_spoken(opened: "Opened") -> None:
    page = open_run(opened, "spurious-oom", 30)
    page.locator("canvas.over").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("t")
    page.locator("page-map [aria-live]", has_text="Tag page 0x84000").wait_for()


def test_help_lists_the_keys(opened: "Opened") -> None:
    page = open_run(opened, "first-tagged-page", 0)
    page.keyboard.press("?")
    assert page.locator("dialog[open] h2").inner_text() == "Keys"


def test_another_policy_is_a_run_of_ones_own_at_the_same_op(opened: "Opened") -> None:
    page = open_run(opened, "spurious-oom", 20)
    page.locator("run-head select").select_option("static")
    page.wait_for_url(lambda url: "policy=static" in url)
    page.locator("time-line svg").wait_for()
    assert "op 20" in page.locator("time-line").inner_text()
