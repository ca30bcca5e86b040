"""Two maps of two runs stand on one page, each with its own machine."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

# a second run beside that of the page: a root with a map in it, from what its own page embeds
BESIDE = """async url => {
  const html = await (await fetch(url, { headers: { accept: "text/html" } })).text()
  const other = new DOMParser().parseFromString(html, "text/html")
  const embedded = id => JSON.parse(other.getElementById(id).textContent)
  const base = document.querySelector("script[type=module]").src.replace(/app\\.js.*/, "")
  const { createRun } = await import(base + "run.js")
  const root = document.createElement("div")
  root.id = "beside"
  const run = createRun(root, { meta: embedded("run-meta"), frame: embedded("first-frame"),
    series: embedded("first-series") })
  document.querySelector("section.map").prepend(root) // above the map of the page, in view
  root.append(document.importNode(other.querySelector("page-map"), true))
  await run.begin()
}"""
DRAWN = """() => [...document.querySelectorAll("page-map")].map(map => {
  const { op, data } = map.drawn()
  return { op, pages: data.reduce((a, b) => a + b, 0), where: map.querySelector("[data-where]").textContent }
})"""
READY = "() => [...document.querySelectorAll('page-map')].every(map => map.tally && map.drawn().settled)"


def test_two_maps_of_two_runs_stand_side_by_side(opened: "Opened") -> None:
    page = opened("/open?scenario=spurious-oom&op=42&tour=0")
    page.wait_for_function(READY)
    (alone,) = page.evaluate(DRAWN)
    page.evaluate(BESIDE, "/open?scenario=first-tagged-page&op=2&tour=0")
    page.wait_for_function("() => document.querySelectorAll('page-map').length === 2")
    page.wait_for_function(READY)
    beside, own = page.evaluate(DRAWN)
    assert own == alone
    assert (beside["op"], own["op"]) == (2, 42)
    page.locator("#beside [data-level=pageblock]").click()
    levels = "() => [...document.querySelectorAll('page-map')].map(map => map.drawn().level)"
    assert page.evaluate(levels) == ["pageblock", "machine"]
