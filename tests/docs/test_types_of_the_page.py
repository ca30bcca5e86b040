"""The scripts of the page agree with what they say about their types: `tsc --noEmit --checkJs`."""

import pytest

from tests.node_tools import node, require_npm
from tests.support import ROOT


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_tsc_finds_nothing_in_the_scripts_of_the_page() -> None:
    require_npm()
    said = node("node_modules/typescript/bin/tsc", "-p", str(ROOT / "jsconfig.json"))
    assert said.returncode == 0, said.stdout + said.stderr
