"""Pictures a second, long tasks and memory of the run page with every panel open, while the run plays.

    python -m bench.page_run [--minutes 10] [--seconds 10] [--scenario busy-phone] [--speed 20000] [--see SLUG]

It starts a server of its own and a headless Chromium without a GPU (CARVEOUT_CHROMIUM names another one), 1920x1080.
The server sends at most 10 frames a second; to see what the page can do, it is handed its newest frame again 30 times a
second, and "pictures/s" counts those that it drew: the newest wins, none waits. Long tasks hold the page's thread for
more than 50 ms; their share is of all time. "ms a picture" is the processor time of that thread, which other work on
the machine changes little; it is not measured where the processor is made slower, since waiting counts there. Heap is
JavaScript's, after garbage collection, before and after playing.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import CHROMIUM_ARGS, find_chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

WISHED = 30  # pictures a second
PROGRAM = [{"do": "work", "ops": 100_000_000}]
OPEN = """() => {
  for (const it of document.querySelectorAll("main details")) it.open = true
  document.querySelector("[data-do=tracks]").click()
}"""
MEASURE = """async ([seconds, wished]) => {
  const base = document.querySelector("script[type=module]").src.replace(/app\\.js.*/, "")
  const { run, take } = await import(base + "page-run.js")
  let long = 0
  const watch = new PerformanceObserver(list => { for (const task of list.getEntries()) long += task.duration })
  watch.observe({ type: "longtask" })
  const from = performance.now(), drawn = run.drawn
  const feed = setInterval(() => take({ ...run.frame, seq: run.received + 1 }), 1000 / wished)
  await new Promise(done => setTimeout(done, seconds * 1000))
  clearInterval(feed)
  watch.disconnect()
  const passed = performance.now() - from
  return { rate: (run.drawn - drawn) / passed * 1000, long: long / passed * 100 }
}"""


def open_run(page: "Page", url: str, scenario: str, speed: float) -> None:
    """A run that lasts that this browser presents, playing, with everything open."""
    made = page.request.post(f"{url}/api/runs", data={"scenario": scenario, "set": {"program": PROGRAM}})
    run = made.json()
    page.goto(url + run["url"] + "&tour=0")
    page.locator("time-line svg").wait_for()
    for body in ({"command": "speed", "n": speed}, {"command": "play"}):
        page.request.post(f"{url}/api/runs/{run['id']}/commands", data=body)
    page.evaluate(OPEN)
    page.wait_for_timeout(4000)


def heap(cdp: "CDPSession") -> float:
    """MiB of JavaScript that is still in use."""
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    return float(cdp.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def busy(cdp: "CDPSession") -> float:
    """Seconds of processor time that the page's thread has used."""
    metrics = {it["name"]: it["value"] for it in cdp.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ThreadTime"])


def throttled(page: "Page", cdp: "CDPSession", rate: int, seconds: float) -> dict[str, Any]:
    """Pictures a second and long tasks with the processor so many times slower."""
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.wait_for_timeout(1500)
    before = busy(cdp)
    found: dict[str, Any] = page.evaluate(MEASURE, [seconds, WISHED])
    found["cost"] = (busy(cdp) - before) * 1000 / max(1, found["rate"] * seconds)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return found


def play(page: "Page", cdp: "CDPSession", minutes: float) -> list[float]:
    """Heap now, then ten times while the run plays on."""
    found, began = [heap(cdp)], time.monotonic()
    for n in range(1, 11):
        page.wait_for_timeout(max(0.0, minutes * 6000 * n - (time.monotonic() - began) * 1000))
        found.append(heap(cdp))
    return found


def measure(page: "Page", arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, in the order of the table."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    rates = {rate: throttled(page, cdp, rate, arguments.seconds) for rate in (1, 4)}
    return {"rates": rates, "heap": play(page, cdp, arguments.minutes)}


def table(found: dict[str, Any], minutes: float) -> str:
    """What was found, as lines."""
    lines = ["processor   pictures/s   long tasks   ms a picture"]
    for rate, it in found["rates"].items():
        cost = f"{it['cost']:.1f}" if rate == 1 else "-"
        name = "as it is" if rate == 1 else f"{rate} x slower"
        lines.append(f"{name:<11} {it['rate']:10.1f} {it['long']:11.1f} % {cost:>13}")
    first, *rest = found["heap"]
    change = (rest[-1] / first - 1) * 100
    series = " ".join(f"{value:.1f}" for value in found["heap"])
    return "\n".join([*lines, f"heap after GC over {minutes:g} minutes, MiB: {series} ({change:+.1f} %)"])


def main() -> None:
    """Start a server and a browser, measure, end both."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.5, help="of play for the memory (default 0.5)")
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement of pictures (default 10)")
    parser.add_argument("--scenario", default="busy-phone")
    parser.add_argument("--speed", type=float, default=20_000, help="ops a second (default 20000)")
    parser.add_argument("--see", metavar="SLUG", help="scroll to this panel (tag-storage: the chart that costs most)")
    parser.add_argument("--json", action="store_true", help="as JSON instead of a table")
    arguments = parser.parse_args()
    chromium = find_chromium()
    if not chromium:
        raise SystemExit("no Chromium found: install it, or set CARVEOUT_CHROMIUM to its path")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        open_run(page, url, arguments.scenario, arguments.speed)
        if arguments.see:
            page.locator(f"#panel-{arguments.see}").scroll_into_view_if_needed()
        found = measure(page, arguments)
        print(json.dumps(found) if arguments.json else table(found, arguments.minutes))
        browser.close()


if __name__ == "__main__":
    main()
