"""Why a request got what it got: the page, the same for programs, and the events of the op as a trace prints them."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.pages.run_page import run_view
from app.pages.views import WhyPage
from app.pages.why import as_json, why_view
from app.routes.errors import wants_page
from app.routes.stream import ask
from app.runs.presenter import is_presenter
from app.runs.run import Run
from app.service import Service, service_of
from sim.machine import Machine

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]
Op = Annotated[int | None, Query(ge=1, description="by default this one")]
Go = Literal["previous-alloc", "next-alloc", "previous-reserve", "next-refusal"]
WAYS: dict[Go, tuple[str, str]] = {  # direction and kind of sim.run.history
    "previous-alloc": ("previous", "alloc"),
    "next-alloc": ("next", "alloc"),
    "previous-reserve": ("previous", "reserve"),
    "next-refusal": ("next", "refusal"),
}


@router.get("/runs/{run_id}/why")
async def why(
    request: Request,
    service: Ready,
    run_id: Id,
    op: Op = None,
    policy: Annotated[str | None, Query(max_length=80, description="also under this policy, run from boot")] = None,
    go: Annotated[Go | None, Query(description="303 to the nearest such op")] = None,
) -> Response:
    """The decision path of the allocation of an op: a page, or JSON. 422 for an op that the scenario does not have."""
    run = service.runs.get(run_id)
    machine, here = await _machine(run)
    at = max(here, 1) if op is None else op
    if go is not None:
        return await _gone(run, machine, max(at, here), at, go)
    view = await asyncio.to_thread(why_view, run, machine, at, policy)
    if not wants_page(request):
        return JSONResponse(as_json(view))
    digest = (await asyncio.to_thread(machine.history.digests, (at,)))[0]
    role = is_presenter(request, run.id, run.secret)
    shown = run_view(run, run.worker.moment, "presenter" if role else "viewer")
    return service.templating.page(request, "why.html", WhyPage(shown, view, digest[:16]))


@router.get("/runs/{run_id}/why.txt", response_class=PlainTextResponse)
async def trace(service: Ready, run_id: Id, op: Op = None) -> Response:
    """The events of an op as the kernel's trace prints them, oldest first."""
    run = service.runs.get(run_id)
    machine, here = await _machine(run)
    explained = await asyncio.to_thread(machine.explanations.of, max(here, 1) if op is None else op, False)
    return PlainTextResponse("".join(f"{event.line}\n" for event in explained.events))


async def _machine(run: Run) -> tuple[Any, int]:
    """What may be asked in another thread, its history and explanations, and the op on screen."""
    found: tuple[Machine, int] = await ask(run, lambda machine: (machine, machine.op))
    return found


async def _gone(run: Run, machine: Any, here: int, at: int, go: Go) -> Response:
    direction, kind = WAYS[go]
    head = max(here, run.worker.moment.recorded.op)
    found = await asyncio.to_thread(machine.history.find, kind, at, direction, head)
    if found is None:
        raise HTTPException(404, f"go: {go}: there is none {'after' if direction == 'next' else 'before'} op {at:,}")
    return RedirectResponse(f"/runs/{run.id}/why?op={found.op}", 303)
