"""`make pictures`: a twin of every picture of the drawing, from the running product, into build/pictures.

Those that README and docs show are copied to docs/pictures. ARGS="run-1920-light states": only these.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.picture_list import ABSENT, BUSY, MINI, PINNED, SIZES, TWINS, Picture
from tests.docs.picture_sheet import take_sheet
from tests.support import CHROMIUM_ARGS, ROOT, find_chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

DOCS = ROOT / "docs" / "pictures"
BUILD = ROOT / "build" / "pictures"
SHOWN = {"run-1920-light": "run", "states-1920-light": "states"}  # in docs, and under which name
LOST = "run-1366-light-lost"
GALLERY = "index-1920-light"
SETTLED = """() => {
  const map = document.querySelector("page-map")
  return map.tally && map.drawn().settled // drawn at all, and with all it has asked for
}"""
SHEET = "states-1920-light"


def context_of(browser: "Browser", picture: Picture) -> "BrowserContext":
    """A profile of its own, as large as the picture says; a phone has two pixels for one."""
    width, height = SIZES[picture.size]
    scale = 2 if picture.size == "390" else 1
    return browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale)


def settle(page: "Page") -> None:
    """Fonts are there, charts had their turn, the map has what it asked for."""
    page.evaluate("document.fonts.ready")
    if page.locator("page-map").count():
        page.wait_for_function(SETTLED)
    page.wait_for_timeout(1500)


def open_run(page: "Page", url: str) -> str:
    """Open the main run and say its id; the profile of the page presents it."""
    page.goto(f"{url}{BUSY}&tour=0")
    return page.url.split("/runs/")[1].split("?")[0]


def address(page: "Page", url: str, picture: Picture) -> str:
    """Where a picture is taken; what stands in braces is found out from the run it shows."""
    path = picture.path
    if "{run}" in path:
        path = path.format(run=open_run(page, url))
    if "{refused}" in path:
        open_run(page, url)
        path = path.format(refused=page.evaluate(REFUSED))
    return f"{url}{path}{'&' if '?' in path else '?'}theme={picture.theme}&tour=0"


# the page that the story says was refused
REFUSED = """() => {
  const { story } = JSON.parse(document.getElementById("first-frame").textContent)
  return (story.stops.find(stop => stop.link) ?? story.stops[0]).pfn
}"""


def take(browser: "Browser", url: str, picture: Picture) -> None:
    """One picture, after what is done on its page."""
    context = context_of(browser, picture)
    page = context.new_page()
    answer = page.goto(address(page, url, picture))
    if answer is None or not answer.ok:
        raise SystemExit(f"{picture.name}: {page.locator('main').inner_text()}")
    settle(page)
    if picture.act:
        picture.act(page)
        page.wait_for_timeout(700)
    save(page, picture)
    context.close()


def save(page: "Page", picture: Picture) -> None:
    """Write it down."""
    path = BUILD / f"{picture.name}.png"
    if picture.full:  # a screen as tall as the page: everything is in view and drawn, and the dock is at its foot
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": SIZES[picture.size][0], "height": height})
        page.wait_for_timeout(2500)
    page.screenshot(path=path)
    print(path.relative_to(ROOT), flush=True)


def take_lost(browser: "Browser") -> None:
    """A run whose server has ended."""
    picture = Picture(LOST, BUSY)
    context = context_of(browser, picture)
    page = context.new_page()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        page.goto(address(page, url, picture))
        settle(page)
    page.locator("[data-conn]", has_text="connection lost").wait_for()
    page.wait_for_timeout(4000)
    save(page, picture)
    context.close()


def take_gallery(browser: "Browser") -> None:
    """The gallery of a server with three runs open."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        _take_gallery(browser, url)


def _take_gallery(browser: "Browser", url: str) -> None:
    picture = Picture(GALLERY, "/")
    context = context_of(browser, picture)
    pages = [context.new_page() for _ in range(4)]
    for page, path in zip(pages, (BUSY, PINNED, MINI), strict=False):
        page.goto(f"{url}{path}&tour=0")
        page.locator("time-line svg").wait_for()
    pages[3].goto(f"{url}/?theme={picture.theme}")
    settle(pages[3])
    save(pages[3], picture)
    context.close()


def take_all(browser: "Browser", url: str, wanted: Sequence[str]) -> None:
    """Every picture that is wanted; without a wish all."""

    def is_wanted(name: str) -> bool:
        return not wanted or name in wanted

    for picture in TWINS:
        if is_wanted(picture.name):
            take(browser, url, picture)
    if is_wanted(GALLERY):
        take_gallery(browser)
    if is_wanted(LOST):
        take_lost(browser)
    if is_wanted(SHEET):
        take_sheet(browser, url, BUILD / f"{SHEET}.png")
        print(BUILD.relative_to(ROOT) / f"{SHEET}.png", flush=True)


def show(wanted: Sequence[str]) -> None:
    """Copy those that the documentation shows, and say which there are none of."""
    for name, shown in SHOWN.items():
        if not wanted or name in wanted:
            (DOCS / f"{shown}.png").write_bytes((BUILD / f"{name}.png").read_bytes())
    for name, why in ABSENT.items():
        print(f"no {name}: {why}")


def main() -> None:
    """Start a server and a browser, take the pictures, end both."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if not chromium:
        raise SystemExit("no Chromium found: install it, or set CARVEOUT_CHROMIUM to its path")
    BUILD.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        take_all(browser, url, wanted)
        browser.close()
    show(wanted)


if __name__ == "__main__":
    main()
