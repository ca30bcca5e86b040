"""If it can be fetched or opened, it is explained: docs/http.md is compared with the routes, metrics and panels."""

import re

from fastapi.routing import iter_route_contexts

from app.main import create_app
from app.pages.panels import PANELS
from tests.support import ROOT

TEXT = (ROOT / "docs" / "http.md").read_text()
UNEXPLAINED = {"/static/{path:path}", "/favicon.ico"}  # parts of a page


def explained() -> set[str]:
    return set(re.findall(r"^\| `((?:GET|POST) [^`]+)` \|", TEXT, re.MULTILINE))


def routed() -> set[str]:
    contexts = [context for context in iter_route_contexts(create_app().routes) if context.path not in UNEXPLAINED]
    return {f"{method} {context.path}" for context in contexts for method in context.methods - {"HEAD"}}


def test_every_address_is_explained_and_no_other() -> None:
    assert explained() == routed()


def test_every_panel_is_explained_with_its_question() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", TEXT.partition("## Panels")[2], re.MULTILINE)
    assert rows == [(panel.slug, panel.question) for panel in PANELS]


def test_every_metric_is_explained() -> None:
    text = create_app().state.service.metrics.text().decode()
    exposed = {
        name for name in re.findall(r"^# HELP (carveout_\w+)", text, re.MULTILINE) if not name.endswith("_created")
    }
    assert exposed == set(re.findall(r"^\| `(carveout_\w+)`", TEXT, re.MULTILINE))
