"""How late the event loop wakes while a run plays at full speed in front of a viewer. Exits with 1 over 15 ms (p99)."""

import argparse
import asyncio
import json
import sys
import threading
import time
from typing import Any

import httpx
import uvicorn

from app.application import create_app
from app.server import Server, listen, url_of
from app.settings import Settings

MOST = 0.015
EVERY = 0.002
IDLE = 2.0  # seconds before it plays: what the machine itself is worth just now
LONG = {"scenario": "busy-phone", "set": {"program": [{"do": "work", "ops": 100_000_000}]}}


class Measured(Server):
    """A server whose loop also measures itself."""

    lags: list[float]

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.lags = []
        self._task = asyncio.create_task(self._measure())

    def announce(self) -> None:
        """Stdout is for the result."""

    async def _measure(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(EVERY)
            self.lags.append(time.perf_counter() - start - EVERY)


def play(server: Measured, url: str, seconds: float, result: dict[str, Any]) -> None:
    """Play at full speed with one viewer, then stop the server."""
    with httpx.Client(base_url=url, timeout=60) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.1)
        time.sleep(IDLE)
        idle = summary(server.lags[-int(IDLE / EVERY / 2) :], IDLE)
        run = client.post("/api/runs", json=LONG).raise_for_status().json()["id"]
        for body in ({"command": "speed", "speed": 0}, {"command": "play"}):
            client.post(f"/api/runs/{run}/commands", json=body)
        with client.stream("GET", f"/runs/{run}/stream") as answer:
            first, give_up = len(server.lags), time.monotonic() + seconds
            begin = client.get(f"/api/runs/{run}").json()["op"]
            for _ in answer.iter_raw():
                if time.monotonic() > give_up:
                    break
        result |= summary(server.lags[first:], seconds) | {"idle_p99_ms": idle["lag_p99_ms"]}
        result["mops_per_s"] = round((client.get(f"/api/runs/{run}").json()["op"] - begin) / seconds / 1e6, 2)
    server.handle_exit(15, None)


def summary(lags: list[float], seconds: float) -> dict[str, Any]:
    """The lag in milliseconds."""
    ordered = sorted(lags)
    return {
        "seconds": seconds,
        "lag_p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "lag_p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)], 2),
        "lag_max_ms": round(1000 * ordered[-1], 2),
    }


def main() -> int:
    """Run it, print it, judge it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    with listen("127.0.0.1", 0) as listening:
        app = create_app(Settings())
        server = Measured(app, uvicorn.Config(app, log_level="warning", access_log=False), url_of(listening))
        url = url_of(listening).rstrip("/")
        threading.Thread(target=play, args=(server, url, options.seconds, result), daemon=True).start()
        server.run([listening])
    result["ok"] = result["lag_p99_ms"] <= 1000 * MOST
    print(json.dumps(result) if options.json else "\n".join(f"{name:12} {value}" for name, value in result.items()))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
