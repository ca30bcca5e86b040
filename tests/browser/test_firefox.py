"""The main flows in a stock Firefox: gallery, run, OOM, viewer, panel. Playwright cannot start one; Puppeteer can."""

import os
import shutil

import pytest

from tests.node_tools import give_up, node, require_npm

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


def find_firefox() -> str:
    """The browser that CARVEOUT_FIREFOX names, else the first of the usual names that exists; else the test ends."""
    wanted = os.environ.get("CARVEOUT_FIREFOX")
    for name in [wanted] if wanted else ["firefox-esr", "firefox"]:
        if found := shutil.which(name):
            return found
    give_up("no Firefox found: install Debian's firefox-esr, or set CARVEOUT_FIREFOX to its path")
    raise AssertionError


def test_the_main_flows_work_in_firefox_and_its_console_is_silent(server_url: str) -> None:
    require_npm()
    said = node("firefox.mjs", find_firefox(), server_url)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.splitlines()[-1] == "a panel on its own page, help by key"
