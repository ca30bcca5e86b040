"""The service put together: one function from settings to an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app.http.guard import Guard
from app.http.hosts import Hosts, allowed_hosts
from app.routes import api, downloads, health, inspect, memory, pages, stream, trail, why
from app.routes import open as open_link
from app.routes.errors import add_handlers
from app.runs.engine import CoreEngine, Engine
from app.runs.warmup import Warmup
from app.service import Service
from app.settings import Settings
from sim import __version__


def create_app(settings: Settings | None = None, engine: Engine | None = None, warmup: Warmup | None = None) -> FastAPI:
    """The application. It answers at once, and is fast as soon as the core is compiled."""
    service = Service(settings or Settings(), engine or CoreEngine(), warmup or Warmup())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    app = FastAPI(
        title="Carveout",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    for module in (health, api, stream, memory, inspect, downloads, open_link, trail, why, pages):
        app.include_router(module.router)
    add_handlers(app, service.templating)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, thread_minimum_size=16 * 1024)
    app.add_middleware(Hosts, allowed=allowed_hosts(service.settings.host, service.settings.hosts))
    app.add_middleware(Guard)
    return app
