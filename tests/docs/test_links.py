"""Every link of the documentation leads somewhere."""

from pathlib import Path

import pytest

from tests.docs.markdown import anchors, links, pages
from tests.support import ROOT


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    lost = [target for target in links(page) if not leads_somewhere(page, target)]
    assert lost == []


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve()
    return found.exists() and (not anchor or anchor in anchors(found))
