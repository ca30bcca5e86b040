"""Without JavaScript the page is a still with the real numbers, and its forms still work."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser


def test_the_numbers_are_there(opened: "Opened") -> None:
    page = opened("/open?scenario=first-tagged-page&op=1", java_script_enabled=False)
    assert "Tags need 4\u00a0KiB now" in page.locator("#run-answer").inner_text()
    assert "4\u00a0KiB kept for tags" in page.locator("tag-ledger").inner_text()
    assert "metadata_reserve_success" in page.locator("#panel-vmstat").inner_text()
    assert page.locator("noscript .kinds, .map .kinds").count() > 0


def test_the_step_button_steps(opened: "Opened") -> None:
    page = opened("/open?scenario=first-tagged-page&op=1", java_script_enabled=False)
    page.get_by_title(re.compile("^One op .right")).click()
    assert "op 2 of" in page.locator("time-line").inner_text()


def test_the_back_button_goes_back(opened: "Opened") -> None:
    page = opened("/open?scenario=first-tagged-page&op=5", java_script_enabled=False)
    page.get_by_title(re.compile("^One op back")).click()
    assert "op 4 of" in page.locator("time-line").inner_text()
