"""From the whole machine to its pages and back, on five layouts: what is drawn is what the engine has."""

import re
import urllib.request
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.routes.memory import MOST, Level

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

LAYOUTS = {
    "mini": 4000,
    "mini-b2": 4000,
    "fvp-v1": 60_000,
    "fvp-v3": 60_000,
    "server-64g": 60_000,
}  # and the op to look at
LEVELS = ["machine", "zone", "pageblock", "page"]
POUR = [9, 6, 8, 7, 12, 5, 10, 4, 1, 3, 2, 0]  # static/lib/states.js
DRAWN = "() => document.querySelector('page-map').drawn()"
SETTLED = "() => document.querySelector('page-map').drawn().settled"
POINTS = (Path(__file__).parent / "points.js").read_text().split("\n", 2)[2]  # without the comment on top


class Engine:
    """What the server's machine says of a range of pfns."""

    def __init__(self, url: str) -> None:
        self.url = re.sub(r"\?.*", "", url)

    def counts(self, pfns: list[list[int]]) -> list[int]:
        """Pages by kind of several ranges."""
        sums = [0] * 13
        for start, end in pfns:
            rows = start % 32 == 0 and end % 32 == 0
            for kind, pages in self._rows(start, end) if rows else self._pages(start, end):
                sums[kind] += pages
        return sums

    def _rows(self, start: int, end: int) -> list[tuple[int, int]]:
        body = self._get(start, end, "row")
        return [(i % 13, pages) for i, pages in enumerate(body)]

    def _pages(self, start: int, end: int) -> list[tuple[int, int]]:
        return [(kind & 0x7F, 1) for kind in self._get(start, end, "page")]

    def _get(self, start: int, end: int, level: Level) -> bytes:
        """A zone may be larger than one answer."""
        cuts = [*range(start, end, MOST[level]), end]
        return b"".join(self._part(a, b, level) for a, b in pairwise(cuts))

    def _part(self, start: int, end: int, level: Level) -> bytes:
        with urllib.request.urlopen(f"{self.url}/map?start={start}&end={end}&level={level}") as answer:
            body: bytes = answer.read()
            return body[: end - start] if level == "page" else body  # pids follow the pages


def settle(page: "Page") -> dict[str, Any]:
    """What the map drew, once it has all that is in view."""
    page.wait_for_function(SETTLED)
    drawn: dict[str, Any] = page.evaluate(DRAWN)
    return drawn


def compare(page: "Page", engine: Engine) -> None:
    """Totals on screen and ten points with the engine."""
    drawn = settle(page)
    data, tags = engine.counts(drawn["dataPfns"]), engine.counts(drawn["tagsPfns"])
    assert drawn["data"] == data, drawn["level"]
    if drawn["tagsPfns"]:
        assert drawn["tags"] == tags, drawn["level"]
    label = page.locator("canvas.land").get_attribute("aria-label") or ""
    assert f"{data[9]:,} tagged" in label
    assert f"{data[6]:,} anon" in label
    if drawn["level"] != "machine":
        assert page.locator("[data-where]").inner_text() == f"{sum(data):,} data pages in view"
    told = page.evaluate(POINTS)
    assert len(told["found"]) == 10
    for point in told["found"]:
        check_point(point, told["colours"], engine)


def check_point(point: dict[str, Any], colours: list[list[list[int]]], engine: Engine) -> None:
    """The colour at a point is that of a page, or of the part of the mixture, that the engine has there."""
    pfn, level = point["pfn"], point["level"]
    if level >= 2:
        expected = [k for k, n in enumerate(engine.counts([[pfn, pfn + 1]])) if n]
    else:
        firsts = [pfn // 32 * 32] if level == 1 else [point["start"] + block * 512 for block in point["blocks"]]
        counts = engine.counts([[first, first + (32 if level == 1 else 512)] for first in firsts])
        expected = kinds_at(counts, point["share"], 1.5 / point["size"])
    if len(expected) > 1:
        return  # on the edge of two parts of a mixture
    near = [all(abs(a - b) <= 2 for a, b in zip(c, point["pixel"], strict=True)) for c in colours[expected[0]]]
    assert any(near), (point, expected)


def kinds_at(counts: list[int], share: float, slack: float) -> list[int]:
    """Kinds that are poured at this share of a mixture, give or take a pixel."""
    at, total, found = 0.0, sum(counts), []
    for kind in POUR:
        end = at + counts[kind] / total
        if counts[kind] and at - slack <= share <= end + slack:
            found.append(kind)
        at = end
    return found


def point_at(page: "Page") -> dict[str, Any]:
    """Hover over ten points; the sentence of the server names the page that the map says is there."""
    told: dict[str, Any] = page.evaluate(POINTS)
    box = page.locator("canvas.over").bounding_box()
    assert box
    for point in told["found"]:
        page.mouse.move(box["x"] + point["x"], box["y"] + point["y"])
        page.locator(".tip", has_text=f"pfn {point['pfn']:#x}").wait_for()
    return told


def wheel_to(page: "Page", level: str, inwards: bool) -> None:
    """Turn the wheel over the map until it says that this is its level."""
    box = page.locator("canvas.over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    wanted = page.locator(f"[data-level={level}][aria-pressed=true]")
    for _ in range(60):
        if wanted.count():
            return
        page.mouse.wheel(0, -120 if inwards else 120)
        page.wait_for_timeout(30)
    raise AssertionError(f"the wheel never came to {level}")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_map_is_the_engine_at_every_level_and_back(opened: "Opened", layout: str) -> None:
    # four zones in two bands: on a laptop a pageblock is lower than two pixels, too low to read a colour from one
    screen = {"width": 1920, "height": 1080} if layout == "server-64g" else {}
    page = opened(f"/open?scenario=quiet-mix&set=layout={layout}&op={LAYOUTS[layout]}", **screen)
    page.locator("time-line svg").wait_for()
    engine = Engine(page.url)
    for level in LEVELS:
        page.locator(f"[data-level={level}]").click()
        compare(page, engine)
        point_at(page)
        assert page.evaluate(DRAWN)["level"] == level
    for level in reversed(LEVELS[:-1]):
        wheel_to(page, level, inwards=False)
        compare(page, engine)


def test_the_wheel_goes_all_the_way_in(opened: "Opened") -> None:
    page = opened("/open?scenario=quiet-mix&set=layout=fvp-v1&op=20000")
    page.locator("time-line svg").wait_for()
    for level in LEVELS[1:]:
        wheel_to(page, level, inwards=True)
        compare(page, Engine(page.url))
