"""How long the page takes to decode and draw the map of 2,097,152 pages, and how many pictures a second it makes.

    python -m bench.page_map [--layout phone-8g] [--scenario quiet-mix] [--op 60000]

It starts a server of its own and a headless Chromium without a GPU (CARVEOUT_CHROMIUM names another one). "script" is
the time of our own code, "with pixels" includes that Chromium puts the picture into memory, which on a real screen
another thread does.
"""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import CHROMIUM_ARGS, find_chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

LEVELS = ("machine", "zone", "pageblock", "page")
ROUNDS = 60
READY = "() => document.querySelector('page-map')?.tally && document.querySelector('page-map').drawn().settled"
DECODE = """async rounds => {
  const base = document.querySelector("script[type=module]").src.replace(/app\\.js.*/, "")
  const [{ decode }, { run }, { World }] = await Promise.all(
    ["lib/wire.js", "page-run.js", "lib/world.js"].map(name => import(base + name)))
  const times = []
  for (let i = 0; i < rounds; i++) {
    const from = performance.now()
    new World(run.plates, await decode(run.frame.map, run.plates), run.frame, run.rules)
    times.push(performance.now() - from)
  }
  return times
}"""
# one picture: script alone, then with the pixels (reading one makes Chromium draw them all). Every pageblock changes
# from one to the next, since what stays as it is would not be drawn again: the worst frame there can be
DRAW = """async rounds => {
  const base = document.querySelector("script[type=module]").src.replace(/app\\.js.*/, "")
  const [{ run }, { KINDS }] = await Promise.all(["page-run.js", "lib/states.js"].map(name => import(base + name)))
  const map = document.querySelector("page-map"), script = [], pixels = []
  const real = run.world.blocks, other = real.map((_, i) => real[i - i % KINDS + (i + 1) % KINDS])
  const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  for (let i = 0; i < rounds; i++) {
    run.world.blocks = i % 2 ? real : other
    const from = performance.now()
    map.paint()
    script.push(performance.now() - from)
    copy.drawImage(map.land.canvas, 0, 0)
    copy.getImageData(0, 0, 1, 1)
    pixels.push(performance.now() - from)
  }
  run.world.blocks = real
  map.paint()
  return { script, pixels }
}"""
RATE = """seconds => new Promise(done => {
  const map = document.querySelector("page-map"), from = performance.now()
  let n = 0
  const next = () => {
    map.paint()
    n++
    const passed = performance.now() - from
    if (passed < seconds * 1000) requestAnimationFrame(next)
    else done(n / passed * 1000)
  }
  requestAnimationFrame(next)
})"""

# frames of the stream that were drawn in so many seconds, one after the other as on any screen; long tasks meanwhile
FRAMES = """async seconds => {
  window.long = 0
  let n = 0
  const count = () => n++
  document.addEventListener("run:frame", count)
  await new Promise(done => setTimeout(done, seconds * 1000))
  document.removeEventListener("run:frame", count)
  return n / seconds
}"""
# of the last seconds: what share of the time was taken by tasks of more than 50 ms
WATCH = """() => { window.long = 0
  new PerformanceObserver(list => { for (const e of list.getEntries()) window.long += e.duration })
    .observe({ type: "longtask" }) }"""
SECONDS = 5


def usual(times: list[float]) -> float:
    """The lower quartile: what else runs on the machine should not count."""
    return sorted(times)[len(times) // 4]


def measure(page: "Page", level: str) -> dict[str, Any]:
    """Milliseconds of one picture at a level, pictures a second."""
    page.locator(f"[data-level={level}]").click()
    page.wait_for_function(READY)
    page.wait_for_timeout(500)
    drawn = page.evaluate(DRAW, ROUNDS)
    return {
        "pages": sum(page.evaluate("() => document.querySelector('page-map').drawn().data")),
        "script": usual(drawn["script"]),
        "pixels": usual(drawn["pixels"]),
        "rate": page.evaluate(RATE, 3),
    }


def playing(page: "Page", slower: int) -> str:
    """Pictures a second while the run plays with every panel open, on a processor that is so many times slower."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.wait_for_timeout(1500)
    rate = page.evaluate(RATE, SECONDS)
    frames = page.evaluate(FRAMES, SECONDS)
    share = page.evaluate("() => window.long") / SECONDS / 10
    of_stream = f"{frames:.1f} frames/s of the stream, {share:.0f} % long tasks"
    return f"{slower}x slower: {rate:.1f} pictures/s at will, {of_stream}"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--layout", default="phone-8g")
    parser.add_argument("--scenario", default="quiet-mix")
    parser.add_argument("--op", type=int, default=60_000)
    return parser.parse_args()


def main() -> None:
    """Measure and print one table."""
    from playwright.sync_api import sync_playwright

    options, chromium = arguments(), find_chromium()
    if not chromium:
        raise SystemExit("no Chromium found: install Debian's chromium, or set CARVEOUT_CHROMIUM to its path")
    link = f"/open?scenario={options.scenario}&set=layout={options.layout}&op={options.op}"
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(url + link)
        page.wait_for_function(READY)
        page.wait_for_timeout(2000)
        report(options.layout, page)
        browser.close()


def report(layout: str, page: "Page") -> None:
    """The table."""
    decoded = usual(page.evaluate(DECODE, ROUNDS))
    print(f"{layout}, 1920 x 1080, Chromium without a GPU; quartile of {ROUNDS}")
    print(f"decode a frame{decoded:45.1f} ms")
    print(f"{'level':<12}{'data pages drawn':>18}{'script, ms':>14}{'with pixels, ms':>18}{'pictures/s':>13}")
    for level in LEVELS:
        found = measure(page, level)
        print(f"{level:<12}{found['pages']:>18,}{found['script']:>14.1f}{found['pixels']:>18.1f}{found['rate']:>13.1f}")
        if level == "machine":
            print(f"{'  decode and draw':<30}{decoded + found['script']:>14.1f}{decoded + found['pixels']:>18.1f}")
    page.locator("[data-level=machine]").click()
    page.evaluate(WATCH)
    page.get_by_title("Play or pause").first.click()
    for slower in (1, 4):
        print(f"playing, {playing(page, slower)}")


if __name__ == "__main__":
    main()
