"""Each panel says its number, explains itself, and hands out its data and its picture."""

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.pages.panels import PANELS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

PICTURES = [
    ("page-map", "png"),
    *((slug, kind) for slug in ("costs", "free-lists", "tag-storage", "pinned", "oom") for kind in ("png", "svg")),
]
# the share of 120 pictures of the browser on which sentence and ledger say different things
DISAGREE = """async () => {
  const of = selector => document.querySelector(selector).textContent
  let differs = 0
  for (let i = 0; i < 120; i++) {
    if (of("run-answer [data-size=tags]") !== of("tag-ledger .ink-tags-text")) differs++
    await new Promise(done => requestAnimationFrame(done))
  }
  return differs / 120
}"""


@pytest.fixture
def run(opened: "Opened") -> "Page":
    """A run at its OOM."""
    page = opened("/open?scenario=spurious-oom&op=42")
    page.locator("time-line svg").wait_for()
    return page


def alone(page: "Page", slug: str) -> "Page":
    """A panel of this run on its own page."""
    page.goto(re.split(r"/panels/|\?", page.url)[0] + f"/panels/{slug}")
    page.locator("time-line svg").wait_for()
    return page


def downloaded(page: "Page", selector: str) -> tuple[str, bytes]:
    """Name and bytes of the file behind a control."""
    with page.expect_download() as waiting:
        page.locator(selector).first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_every_panel_says_its_number_and_explains_itself(run: "Page") -> None:
    for panel in PANELS:
        alone(run, panel.slug)
        assert re.search(r"\d|Nothing|nothing|No ", run.locator("main .ans").first.inner_text())
        run.locator("panel-tools .help summary").first.click()
        assert panel.help in run.locator("panel-tools .help p").first.inner_text()


def test_every_panel_has_its_data_as_csv(run: "Page") -> None:
    for panel in PANELS:
        name, data = downloaded(alone(run, panel.slug), "panel-tools a[download]")
        rows = list(csv.reader(io.StringIO(data.decode())))
        assert name == f"carveout-spurious-oom-{panel.slug}-op42.csv"
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(("slug", "kind"), PICTURES)
def test_a_picture_leaves_the_page_as_a_file(run: "Page", slug: str, kind: str) -> None:
    alone(run, slug)
    if slug == "tag-storage":
        run.locator("tag-history .js-plotly-plot").wait_for()
    name, data = downloaded(run, f"panel-tools[data-name$='{slug}'] [data-save={kind}]")
    assert name == f"carveout-spurious-oom-{slug}-op42.{kind}"
    assert data.startswith(b"\x89PNG" if kind == "png" else b"<svg")
    assert len(data) > 3_000


def test_the_packing_figure_leads_to_its_table(run: "Page") -> None:
    run.set_viewport_size({"width": 1366, "height": 768})
    run.locator("packing-figure .twin").click()
    table = run.locator("#table-packing")
    table.locator("summary").click()
    assert table.locator("tbody tr").count() == 33
    reserved = sum(int(text.replace(",", "")) for text in table.locator("[data-n]").all_inner_texts())
    assert reserved == run.evaluate("JSON.parse(document.getElementById('first-frame').textContent).ledger.tags")
    name, data = downloaded(run, "#table-packing [data-save=csv]")
    assert name == "carveout-spurious-oom-packing-op42.csv"
    assert len(data.splitlines()) == 34


def test_the_map_alone_has_its_inspector(run: "Page") -> None:
    alone(run, "page-map")
    run.locator("canvas.over").click(position={"x": 60, "y": 90})
    run.locator("page-inspector .verdict").wait_for()
    land, inspector = run.locator("canvas.land").bounding_box(), run.locator("page-inspector").bounding_box()
    assert land is not None
    assert inspector is not None
    assert land["x"] + land["width"] <= inspector["x"]
    run.keyboard.press("Escape")
    run.locator("page-inspector").wait_for(state="hidden")


def test_the_sentence_has_the_numbers_of_the_ledger_while_the_run_plays(opened: "Opened") -> None:
    page = opened("/open?scenario=busy-phone&op=2000")
    page.locator("time-line svg").wait_for()
    page.keyboard.press("Space")
    page.locator("[data-conn]", has_text="live").wait_for()
    assert page.evaluate(DISAGREE) < 0.1


def test_the_keys_work_on_the_page_of_a_panel(run: "Page") -> None:
    alone(run, "free-lists")
    run.keyboard.press("ArrowLeft")
    run.locator("[data-op]", has_text="41").wait_for()
    run.keyboard.press("?")
    assert run.locator("dialog[open] h2").inner_text() == "Keys"
