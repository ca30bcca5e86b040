"""What an operator wants to see, in Prometheus' text format."""

import asyncio
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

LAG_EVERY = 0.25
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """The counters of one service; a registry of its own, so that two services in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.runs = self._gauge("runs", "Live runs.")
        self.viewers = self._gauge("viewers", "Open streams.")
        self.ready = self._gauge("ready", "1 once the compiled core is loaded.")
        self.made = self._counter("runs_made", "Runs made.")
        self.refused = self._counter("runs_refused", "Runs refused because the service is full.")
        self.commands = self._counter("commands", "Commands taken.", "command")
        self.frames = self._counter("frames", "Frames encoded, each once for all viewers.")
        self.frame_bytes = self._counter("frame_bytes", "Bytes of frames encoded.")
        self.encoding = self._seconds("encode_seconds", "Time to encode what one moment sends.")
        self.lag = self._seconds("loop_lag_seconds", "How late the event loop wakes.")

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"carveout_{name}", about, registry=self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"carveout_{name}", about, labels, registry=self.registry)

    def _seconds(self, name: str, about: str) -> Histogram:
        return Histogram(f"carveout_{name}", about, buckets=SECONDS, registry=self.registry)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)

    async def watch_lag(self) -> None:
        """Measure the event loop for ever."""
        while True:
            start = time.perf_counter()
            await asyncio.sleep(LAG_EVERY)
            self.lag.observe(max(0.0, time.perf_counter() - start - LAG_EVERY))
