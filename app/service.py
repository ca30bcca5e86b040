"""Everything one running service holds, reachable from every request."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from starlette.requests import Request

from app.http.errors import NotReady
from app.http.files import StaticFiles
from app.http.metrics import Metrics
from app.pages.partials import Partials
from app.pages.templating import Templating
from app.runs.engine import Engine
from app.runs.runs import Runs
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
        """Begin to answer; the core may take longer."""
        self._spawn(self.warmup.run(self.engine.is_warm, self._load, self._on_ready))
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

    def _load(self) -> None:
        self.engine.load()
        self.templating.load()

    def _on_ready(self) -> None:
        self.metrics.ready.set(1)
        tune_gc()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self.settings.ping_every)
            self.runs.ping()


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def ready_service(request: Request) -> Service:
    """The same, once the core is loaded. Raises NotReady."""
    service = service_of(request)
    if service.warmup.starting is not None:
        raise NotReady(service.warmup.starting)
    return service
