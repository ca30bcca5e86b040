"""axe-core finds nothing serious on any kind of page, in any theme."""

from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "vendor" / "axe.min.js"
FIND = """async () => (await axe.run()).violations.filter(v => ["serious", "critical"].includes(v.impact))
  .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join("; ")}`)"""


def violations(page: "Page") -> list[str]:
    """What axe-core calls serious or critical."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(FIND)
    return found


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
def test_the_run_page_has_no_serious_barrier(opened: "Opened", theme: str) -> None:
    page = opened("/open?scenario=spurious-oom&op=42")
    page.goto(f"{page.url}&theme={theme}")
    page.locator("time-line svg").wait_for()
    page.wait_for_timeout(1500)
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/", "/scenarios/spurious-oom"])
def test_the_other_pages_have_no_serious_barrier(opened: "Opened", path: str) -> None:
    assert violations(opened(path)) == []
