"""What an allocation costs, on the screen."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser


def test_the_first_answer_at_the_right_is_what_an_allocation_costs(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=42&tour=0")
    figure = page.locator(".side > :first-child")
    figure.locator("[data-path=retried] text", has_text="30\u00a0ms").wait_for()
    assert figure.locator("[data-none]").count() == 5
    assert figure.locator("svg").get_attribute("aria-label").startswith("Cost of an allocation: ")
    page.locator("#run-story .cost", has_text="of it on one pinned page").wait_for()


def test_a_step_moves_the_figure_and_its_table(opened: "Opened") -> None:
    page = opened("/open?scenario=first-tagged-page&tour=0")
    page.locator("costs-figure [data-none]").first.wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("costs-figure [data-path=taken]").wait_for()
    page.locator("#panel-costs tr", has_text="tagged, tag page free").locator(
        "td", has_text="280\u00a0µs"
    ).first.wait_for()


def test_a_refused_request_is_a_crimson_cross(opened: "Opened") -> None:
    page = opened("/open?scenario=busy-phone&op=160000&tour=0")
    page.locator("costs-figure [data-path=refused] path.refused").wait_for()


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(1920, 1080, "light"), (1366, 768, "light"), (1366, 768, "projector")]
)
def test_no_row_of_the_figure_reaches_beyond_it(opened: "Opened", width: int, height: int, theme: str) -> None:
    page = opened(f"/open?scenario=busy-phone&op=160000&tour=0&theme={theme}", width=width, height=height)
    page.locator("costs-figure [data-path=refused]").wait_for()
    beyond = page.evaluate(
        """() => { const edge = document.querySelector("costs-figure svg").getBoundingClientRect()
          return [...document.querySelectorAll("costs-figure svg text")].filter(text => {
            const { left, right } = text.getBoundingClientRect()
            return left < edge.left - 1 || right > edge.right + 1 }).map(text => text.textContent) }"""
    )
    assert beyond == []
