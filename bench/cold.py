"""A cold start, by the clock of whoever waits: `python -m bench.cold [--against COMMIT] [--rounds N]`.

Every round starts `carveout serve` on an empty cache and waits for the gallery, for a scenario's page, for busy-phone
playing at 2,000 ops/s, and for full speed; then the core is compiled once more alone, for its processor time. With
`--against` a checkout of that commit takes turns with this one, and the ratios of the medians are printed.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import free_port

ROOT = Path(__file__).parent.parent
PLAYING = 1900  # ops a second that count as 2,000
GIVE_UP = 180.0  # seconds
Times = dict[str, float]


@contextmanager
def server(tree: Path, cache: Path) -> Iterator[str]:
    """`carveout serve` of a checkout on an empty cache; the address at once."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    own = os.environ | {"CARVEOUT_CACHE_DIR": str(cache)}
    process = subprocess.Popen(command, cwd=tree, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def ask(url: str, body: dict[str, Any] | None = None, cookie: str = "") -> tuple[int, str, str]:
    """Status, text and cookie of one answer; status 0 while nobody answers."""
    data = json.dumps(body).encode() if body is not None else None
    kind = "application/json" if body is not None else "text/html"
    request = urllib.request.Request(url, data, {"content-type": kind, "accept": kind, "cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=GIVE_UP) as answer:
            said = answer.headers.get("set-cookie") or ""
            return answer.status, answer.read().decode(), said.partition(";")[0]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), ""
    except OSError:
        return 0, "", ""


def until(done: Any) -> Any:
    """Ask again and again until there is an answer."""
    give_up = time.monotonic() + GIVE_UP
    while time.monotonic() < give_up:
        if found := done():
            return found
        time.sleep(0.02)
    raise TimeoutError("the server did not get so far")


def play(url: str) -> None:
    """Open busy-phone, play it, and wait until it goes at its own speed."""
    made, text, cookie = until(lambda: (it := ask(f"{url}/api/runs", {"scenario": "busy-phone"}))[0] == 201 and it)
    assert made == 201
    run = f"{url}/api/runs/{json.loads(text)['id']}"
    ask(f"{run}/commands", {"command": "play"}, cookie)
    op = lambda: json.loads(ask(run)[1])["op"]  # noqa: E731

    def fast() -> bool:
        before, start = op(), time.monotonic()
        time.sleep(0.5)
        return bool((op() - before) / (time.monotonic() - start) >= PLAYING)

    until(fast)


def waits(tree: Path) -> Times:
    """Seconds from the command to each of the four."""
    with tempfile.TemporaryDirectory() as cache, server(tree, Path(cache)) as url:
        start = time.monotonic()
        times = {}
        until(lambda: ask(url)[0] == 200)
        times["gallery"] = time.monotonic() - start
        until(lambda: re.search(r"<h1", ask(f"{url}/open?scenario=first-tagged-page")[1]) and ask(url)[0] == 200)
        times["first picture"] = time.monotonic() - start
        play(url)
        times["busy-phone plays"] = time.monotonic() - start
        until(lambda: is_full(ask(f"{url}/readyz")))
        times["full speed"] = time.monotonic() - start
        return times


def is_full(answer: tuple[int, str, str]) -> bool:
    """Whether the core is compiled; before there was `full_speed`, /readyz was 503 until then."""
    return answer[0] == 200 and bool(json.loads(answer[1]).get("full_speed", True))


def compiling(tree: Path) -> float:
    """Processor time of compiling what a simulation needs, s."""
    module = "sim.core.jit.warm" if (tree / "sim/core/jit").is_dir() else "sim.core.warm"
    with tempfile.TemporaryDirectory() as cache:
        own = os.environ | {"CARVEOUT_CACHE_DIR": cache}
        before = os.times()
        subprocess.run([sys.executable, "-m", module], cwd=tree, env=own, check=True, capture_output=True)
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def measure(tree: Path) -> Times:
    """One round of one checkout."""
    return waits(tree) | {"compiling, processor time": compiling(tree)}


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Another commit of this repository, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", str(ROOT), folder], check=True)
        subprocess.run(["git", "-C", folder, "checkout", "-q", commit], check=True)
        yield Path(folder)


def table(trees: dict[str, Path], rounds: int) -> None:
    """The medians of each checkout, and the ratio of the first to the second."""
    rows: dict[str, list[Times]] = {name: [] for name in trees}
    for _ in range(rounds):
        for name, tree in trees.items():
            rows[name].append(measure(tree))
    for what in next(iter(rows.values()))[0]:
        medians = [statistics.median(times[what] for times in rows[name]) for name in trees]
        ratio = f"   ratio {medians[0] / medians[1]:.2f}" if len(medians) == 2 else ""
        print(f"{what:<28}" + "".join(f"{median:8.1f} s" for median in medians) + ratio)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a newcomer waits.")
    parser.add_argument("--against", metavar="COMMIT")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.against is None:
        table({"here": ROOT}, options.rounds)
        return
    with checkout(options.against) as other:
        print(f"{'':<28}      here{options.against:>10}")
        table({"here": ROOT, options.against: other}, options.rounds)


if __name__ == "__main__":
    main()
