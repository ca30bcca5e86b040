"""For whoever operates the service: alive, ready, measured, documented."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.pages.views import ApiPage
from app.routes.api_docs import operations
from app.service import Service, service_of

router = APIRouter(tags=["service"])
Up = Annotated[Service, Depends(service_of)]


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """200 while the process answers at all."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(service: Up) -> Response:
    """200: runs can be made. `full_speed` is false while the core is compiled, or for good when it `failed` to be."""
    speed = service.warmup.speed
    return JSONResponse({"ready": True, "full_speed": speed.full, "seconds": speed.seconds, "failed": speed.failed})


@router.get("/metrics", response_class=Response)
async def metrics(service: Up) -> Response:
    """Prometheus' text format."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/static/{path:path}", include_in_schema=False)
def static(request: Request, service: Up, path: str) -> Response:
    """One static file."""
    return service.files.answer(request, path)


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> Response:
    """None: pages name their own icon."""
    return Response(status_code=204, headers={"cache-control": "public, max-age=86400"})


@router.get("/api/docs", include_in_schema=False)
def docs(request: Request, service: Up) -> Response:
    """The API as a page; the machine-readable description is /api/openapi.json."""
    return service.templating.page(request, "api.html", ApiPage(operations(request.app.openapi())))
