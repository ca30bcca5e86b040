"""Pages for people: gallery, scenario, run, panel."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.errors import UnknownRun
from app.pages.panels import PANELS, Panel, find_panel
from app.pages.run_page import run_page
from app.pages.views import GalleryPage, Role, RunRow, ScenarioPage
from app.routes.open import open_run, validate_address
from app.runs import shipped
from app.runs.presenter import is_presenter
from app.runs.run import Run
from app.service import Service, service_of

router = APIRouter(include_in_schema=False)
Ready = Annotated[Service, Depends(service_of)]
Slug = Annotated[str, Path(max_length=64)]


@router.get("/")
def gallery(request: Request, service: Ready) -> Response:
    """The scenarios, and what runs now."""
    scenarios = tuple(shipped.load(name) for name in shipped.names())
    rows = tuple(_row(run) for run in service.runs.all())
    return service.templating.page(request, "gallery.html", GalleryPage(scenarios, rows))


@router.get("/scenarios/{name}")
def scenario(request: Request, service: Ready, name: Slug) -> Response:
    """One scenario: its question, what was observed, its file."""
    if name not in shipped.names():
        raise HTTPException(404, f"scenario: {name!r} is not one of {', '.join(shipped.names())}")
    page = ScenarioPage(shipped.load(name), shipped.text(name))
    return service.templating.page(request, "scenario.html", page)


@router.get("/runs/{run_id}")
async def run(request: Request, service: Ready, run_id: Slug) -> Response:
    """The run page; made again at its op when the run is gone and the address says how."""
    try:
        found = service.runs.get(run_id)
    except UnknownRun:
        if not request.query_params.get("scenario"):
            raise
        return await open_run(request, service)
    validate_address(request, found)
    return await asyncio.to_thread(_paint, request, service, found, "run.html", None)


@router.get("/runs/{run_id}/panels/{slug}")
async def panel(request: Request, service: Ready, run_id: Slug, slug: Slug) -> Response:
    """One panel alone."""
    found = service.runs.get(run_id)
    shown = find_panel(slug)
    if shown is None:
        raise HTTPException(404, f"panel: {slug!r} is not one of {', '.join(panel.slug for panel in PANELS)}")
    validate_address(request, found)
    return await asyncio.to_thread(_paint, request, service, found, "panel.html", shown)


def role_of(request: Request, run: Run) -> Role:
    """Presenter or viewer."""
    return "presenter" if is_presenter(request, run.id, run.secret) else "viewer"


def _paint(request: Request, service: Service, run: Run, template: str, panel: Panel | None) -> Response:
    run.touch()
    page = run_page(run, run.worker.moment, role_of(request, run), panel)
    return service.templating.page(request, template, page)


def _row(run: Run) -> RunRow:
    moment = run.worker.moment
    return RunRow(
        id=run.id,
        scenario=run.scenario.name,
        question=run.scenario.question,
        policy=run.scenario.policy,
        seed=run.scenario.seed,
        op=moment.snapshot.op,
        length=moment.snapshot.length,
        state=moment.state,
        watching=run.hub.watching,
    )
