"""Fixtures for every test: light ones only. Playwright is imported when a browser is asked for."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support import CHROMIUM_ARGS, find_chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `carveout serve`, the same one for the whole session."""
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the browser is. Without one: skipped with the reason, or failed where CARVEOUT_REQUIRE_BROWSER=1."""
    path = find_chromium()
    if path:
        return path
    reason = "no Chromium found: install Debian's chromium, or set CARVEOUT_CHROMIUM to its path"
    if os.environ.get("CARVEOUT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator["Browser"]:
    """A Chromium with an empty profile; each `browser.new_context()` is a further profile of its own.

    One per module, not per session: while Playwright is open its event loop occupies the main thread, and tests that
    run a loop of their own would fail.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGS)
        yield opened
        opened.close()
