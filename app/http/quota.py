"""How many runs one address may make: a bucket of tokens an address, filled again as time goes."""

import time
from collections.abc import Callable
from math import ceil

from app.errors import TooMany

MOST_ADDRESSES = 10_000  # full buckets are forgotten beyond that


class Quota:
    """Takes one token for each run that is made."""

    def __init__(self, burst: int, per_minute: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._rate = per_minute / 60
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, and when they were counted

    def take(self, address: str) -> None:
        """Raises TooMany when the bucket of this address is empty."""
        now = self._now()
        tokens = self._tokens(address, now)
        if tokens < 1:
            wait = ceil((1 - tokens) / self._rate)
            raise TooMany(f"runs: this address made too many; try again in {wait} s", wait)
        if len(self._buckets) >= MOST_ADDRESSES:
            self._forget(now)
        self._buckets[address] = (tokens - 1, now)

    def _tokens(self, address: str, now: float) -> float:
        tokens, counted = self._buckets.get(address, (float(self._burst), now))
        return min(self._burst, tokens + (now - counted) * self._rate)

    def _forget(self, now: float) -> None:
        self._buckets = {
            address: bucket for address, bucket in self._buckets.items() if self._tokens(address, now) < self._burst
        }
