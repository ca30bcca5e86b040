"""Takes the pictures of docs/pictures from the running product: `make pictures`.

`--all` also takes gallery and run page in every theme and size, into build/pictures, for looking at.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import CHROMIUM_ARGS, ROOT, find_chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS = ROOT / "docs" / "pictures"
BUILD = ROOT / "build" / "pictures"
SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
THEMES = ("light", "dark", "projector")
RUN = "open?scenario=busy-phone&policy=rfc-v1&op={op}&theme={theme}&tour=0"
OP = 150_000


def settle(page: "Page") -> None:
    """Fonts are there, and charts had their turn."""
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(2500)


def take(browser: "Browser", address: str, size: str, path: Path) -> None:
    """One picture of the first screen at an address, in a profile of its own."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(address)
    settle(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    context.close()
    print(path.relative_to(ROOT))


def take_all(browser: "Browser", url: str) -> None:
    """Every theme at every size."""
    for theme in THEMES:
        for size in SIZES:
            take(browser, f"{url}/?theme={theme}", size, BUILD / f"gallery-{size}-{theme}.png")
            take(browser, f"{url}/{RUN.format(op=OP, theme=theme)}", size, BUILD / f"run-{size}-{theme}.png")


def main() -> None:
    """Start a server and a browser, take the pictures, end both."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if not chromium:
        raise SystemExit("no Chromium found: install it, or set CARVEOUT_CHROMIUM to its path")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        take(browser, f"{url}/{RUN.format(op=OP, theme='light')}", "1920", DOCS / "run.png")
        if "--all" in sys.argv:
            take_all(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
