"""Everything one running service holds, reachable from every request."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from starlette.requests import Request

from app.http.files import StaticFiles
from app.http.metrics import Metrics
from app.live.runs import Runs
from app.pages.partials import Partials
from app.pages.templating import Templating
from app.runs.engine import Engine
from app.runs.warmup import Warmup
from app.settings import Settings


def tune_gc() -> None:
    """Frames make much garbage without cycles; full collections were what made the slowest frames late."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)


class Service:
    """Composed once; started and stopped with the event loop."""

    def __init__(self, settings: Settings, engine: Engine, warmup: Warmup) -> None:
        self.settings = settings
        self.engine = engine
        self.warmup = warmup
        self.metrics = Metrics()
        self.files = StaticFiles(settings.static)
        self.templating = Templating(settings, self.files)
        self.runs = Runs(settings, engine, Partials(self.templating), self.metrics)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to answer; full speed may take longer."""
        self._spawn(self._get_ready())
        self._spawn(self.metrics.watch_lag())
        self._spawn(self._ping())

    async def stop(self) -> None:
        """End every stream, worker and task."""
        await self.runs.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.warmup.stop()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _get_ready(self) -> None:
        await asyncio.to_thread(self.templating.load)
        self.metrics.ready.set(1)
        await self.warmup.run()
        tune_gc()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self.settings.ping_every)
            self.runs.ping()


def address_of(request: Request) -> str:
    """Who asks: the peer, or what uvicorn made of a trusted proxy's word."""
    return request.client.host if request.client else ""


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
