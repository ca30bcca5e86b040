"""The sheet of states: what the screen says when it is not simply live, each photographed on the real page."""

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import busy_phone_oom, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = "/open?scenario=busy-phone&op=150000&theme=light&tour=0"
OOM = f"/open?scenario=busy-phone&op={busy_phone_oom()}&theme=light&tour=0"
SCREEN = {"width": 980, "height": 1300}
# each picture of the browser takes so long that the screen falls behind
SLOW = """() => {
  const slow = () => {
    const end = performance.now() + 450
    while (performance.now() < end);
    requestAnimationFrame(slow)
  }
  requestAnimationFrame(slow)
}"""
Shots = list[bytes]


def opened(browser: "Browser", address: str) -> "Page":
    """A page in a profile of its own, once it is drawn."""
    page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
    page.goto(address)
    page.locator("[data-conn]:not(:empty)").wait_for()
    page.locator("time-line svg").wait_for()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)
    return page


def top(page: "Page", down_to: str = "run-head") -> bytes:
    """The page from its top to the end of an element."""
    box = page.locator(down_to).bounding_box()
    assert box is not None
    return page.screenshot(clip={"x": 0, "y": 0, "width": SCREEN["width"], "height": box["y"] + box["height"]})


def live(browser: "Browser", url: str) -> Shots:
    """Playing, presented, watched by two."""
    page = opened(browser, url + RUN)
    others = [opened(browser, page.url) for _ in range(2)]
    page.keyboard.press("Space")
    page.locator("[data-conn]", has_text="live").wait_for()
    page.locator("[data-watching]", has_text="2 watch").wait_for()
    shots = [top(page)]
    page.keyboard.press("Space")
    for other in others:
        other.context.close()
    return shots


def viewer(browser: "Browser", url: str) -> Shots:
    """Somebody else's run."""
    return [top(opened(browser, opened(browser, url + RUN).url))]


def past(browser: "Browser", url: str) -> Shots:
    """Ten ops back, and the question before another policy is chosen."""
    page = opened(browser, url + RUN)
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("[data-note]", has_text="You look at the past").wait_for()
    shots = [top(page)]
    page.get_by_role("button", name="Drop").first.click()
    shots.append(page.locator("past-question dialog").screenshot())
    return shots


def paused(browser: "Browser", url: str) -> Shots:
    """Nothing moves."""
    return [top(opened(browser, url + RUN))]


def lost(browser: "Browser", _url: str) -> Shots:
    """The server has gone."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        page = opened(browser, url + RUN)
    page.locator("[data-note]", has_text="Connection lost").wait_for()
    page.wait_for_timeout(3000)
    return [top(page, "run-answer")]


def behind(browser: "Browser", url: str) -> Shots:
    """A screen that is slower than the run."""
    page = opened(browser, url + RUN.replace("150000", "1000"))
    page.keyboard.press("Space")
    page.locator("[data-conn]", has_text="live").wait_for()
    page.evaluate(SLOW)
    page.locator("[data-note]", has_text="Behind by").wait_for()
    return [top(page)]


def starting(browser: "Browser", _url: str) -> Shots:
    """The first start, while the core compiles."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), cold=True) as url:
        page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
        page.goto(f"{url}/?theme=light")
        page.locator("warming-note", has_text="full speed in").wait_for()
        return [page.screenshot(clip={"x": 0, "y": 0, "width": SCREEN["width"], "height": 420})]


def oom(browser: "Browser", url: str) -> Shots:
    """The moment at which memory was out."""
    page = opened(browser, url + OOM)
    return [top(page, "run-answer"), page.locator("run-story").screenshot()]


def verified(browser: "Browser", url: str) -> Shots:
    """A link whose digest is that of the state."""
    page = opened(browser, url + RUN)
    digest = page.evaluate("JSON.parse(document.getElementById('first-frame').textContent).digest")
    return [top(opened(browser, f"{url}{RUN}&digest={digest}"))]


def differs(browser: "Browser", url: str) -> Shots:
    """A link of another engine whose digest is another, as three of those on the way are."""
    page = opened(browser, url + RUN)
    here = page.evaluate("fetch(location.pathname + '/trail').then(answer => answer.json())")
    trail = ".".join([*here["digests"][:5], "0ddba115", "c0ffee00", "01234567"])
    figures = ".".join(str(number + (name != "oom_kills")) for name, number in here["figures"].items())
    other = f"&digest=0123456789abcdef&engine=Carveout+0.0.9&trail={trail}&figures={figures}"
    page = opened(browser, f"{url}{RUN}{other}")
    page.locator("[data-note]", has_text="and differs at op").wait_for()
    shots = [top(page)]
    page.get_by_role("button", name="Show both").click()
    return [*shots, page.locator("link-trail dialog").screenshot()]


def bad_link(browser: "Browser", url: str) -> Shots:
    """A link that describes no machine."""
    page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
    page.goto(f"{url}/open?scenario=busy-phone&set=layout.regions.0.data_pages%3D524288&theme=light")
    return [page.locator("main").screenshot()]


def no_runs(browser: "Browser", _url: str) -> Shots:
    """A server on which nothing runs."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
        page.goto(f"{url}/?theme=light")
        return [page.locator(".open-runs").screenshot()]


STATES: tuple[tuple[str, str, Callable[["Browser", str], Shots]], ...] = (
    ("Presenter, live", "Every control works.", live),
    ("Viewer", "Transport, policy and seed are disabled; looking is free.", viewer),
    ("Looking at the past", "The playhead stands left of the newest op; what drops the rest asks first.", past),
    ("Paused", "Only the play button and the word change.", paused),
    ("Connection lost", "The last good picture stays, dimmed.", lost),
    ("Behind by n frames", "Said from 3 frames on; the newest frame wins, none is queued.", behind),
    ("First start", "The core is compiled once, beside the runs.", starting),
    ("An OOM", "Question, sentence and story change; nothing flashes.", oom),
    ("Link verified", "Same scenario, seed, op and engine gave the same digest.", verified),
    ("Link differs", "Both digests, and both states side by side.", differs),
    ("Bad link", "An error page is a page, in the words of the check.", bad_link),
    ("No runs", "An empty list says what would fill it.", no_runs),
)
SHEET = """<!doctype html><html lang="en" data-theme="light"><link rel="stylesheet" href="{styles}"><style>
  main {{ display: grid; grid-template-columns: 1fr 1fr; gap: 30px 48px; padding: 16px 48px }}
  h1 {{ grid-column: 1 / -1; font: 640 38px/1.2 var(--serif) }} h2 {{ font: 620 19px/1.4 var(--serif) }}
  section {{ border-top: 2px solid var(--ink); padding-top: 8px }} p {{ font-size: 14px; padding-bottom: 6px }}
  img {{ display: block; max-width: 100%; border: 1px solid var(--rule-2); margin-bottom: 6px }}
</style><body><main><h1>What the screen says when it is not simply live</h1>{body}</main></body></html>"""


def entry(title: str, about: str, shots: Shots) -> str:
    """One state on the sheet."""
    images = "".join(f'<img alt="" src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    return f"<section><h2>{title}</h2><p>{about}</p>{images}</section>"


def take_sheet(browser: "Browser", url: str, path: Path) -> None:
    """Photograph every state and lay them out on one sheet."""
    body = ""
    for title, about, of in STATES:
        body += entry(title, about, of(browser, url))
        for context in browser.contexts:
            context.close()
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.goto(f"{url}/?theme=light")
    styles = page.locator("link[rel=stylesheet]").get_attribute("href") or ""
    page.evaluate(
        "html => { document.open(); document.write(html); document.close() }", SHEET.format(styles=styles, body=body)
    )
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    page.screenshot(path=path, full_page=True)
    page.context.close()
