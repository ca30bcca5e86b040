"""axe-core finds nothing on any kind of page, in any theme, at two sizes."""

from typing import TYPE_CHECKING

import pytest

from app.pages.panels import PANELS
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

THEMES = ["light", "dark", "projector"]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
FIND = """async () => (await axe.run()).violations
  .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join("; ")}`)"""


def violations(page: "Page") -> list[str]:
    """What axe-core finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(FIND)
    return found


def run_at(opened: "Opened", theme: str, **options: object) -> "Page":
    """A run at its OOM, drawn, with its charts."""
    page = opened(f"/open?scenario=spurious-oom&op=42&theme={theme}&tour=0", **options)
    page.locator("time-line svg").wait_for()
    page.wait_for_timeout(1200)
    return page


@pytest.mark.parametrize("theme", THEMES)
def test_the_run_page_has_no_barrier(opened: "Opened", theme: str) -> None:
    assert violations(run_at(opened, theme)) == []


def test_nor_has_it_on_a_phone_with_its_menu(opened: "Opened") -> None:
    page = run_at(opened, "light", width=390, height=844)
    assert violations(page) == []
    page.get_by_role("button", name="Menu").click()
    assert violations(page) == []


def test_nor_with_everything_open(opened: "Opened") -> None:
    page = run_at(opened, "light")
    page.keyboard.press("h")
    page.evaluate("for (const it of document.querySelectorAll('main details')) it.open = true")
    page.wait_for_timeout(500)
    assert violations(page) == []
    page.keyboard.press("?")
    assert violations(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_tour_has_no_barrier(opened: "Opened", theme: str) -> None:
    page = run_at(opened, theme)
    page.keyboard.press("?")
    page.get_by_role("button", name="Show me round").click()
    page.locator(".tour").wait_for()
    assert violations(page) == []


def test_no_panel_on_a_page_of_its_own_has_a_barrier(opened: "Opened") -> None:
    page = run_at(opened, THEMES[0])
    address = page.url.split("?")[0]
    found = {}
    for panel in PANELS:
        page.goto(f"{address}/panels/{panel.slug}?theme={THEMES[0]}")
        page.locator("time-line svg").wait_for()
        page.wait_for_timeout(400)
        for _ in THEMES:
            found[panel.slug, page.locator("html").get_attribute("data-theme")] = violations(page)
            page.keyboard.press("d")
    assert found == {(panel.slug, theme): [] for panel in PANELS for theme in THEMES}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ["/", "/scenarios/spurious-oom", "/api/docs"])
def test_the_other_pages_have_no_barrier(opened: "Opened", path: str, theme: str) -> None:
    assert violations(opened(f"{path}?theme={theme}")) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_error_page_has_no_barrier(profile: object, server_url: str, theme: str) -> None:
    page = profile().new_page()  # type: ignore[operator]  (Chromium itself reports the 404 in the console)
    page.goto(f"{server_url}/nothing-here?theme={theme}")
    assert violations(page) == []
