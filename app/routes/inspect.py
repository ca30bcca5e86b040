"""The inspector and the search of a run."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.pages.inspect import fragment, inspect, one_of, search
from app.routes.stream import ask, etag, whole
from app.runs.presenter import is_presenter
from app.service import Service, service_of
from sim.errors import ScenarioError
from sim.run.touched import Direction, Kind
from sim.words.inspect import with_history

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]
Number = Annotated[str | None, Query(max_length=20)]


@router.get("/runs/{run_id}/inspect", response_class=HTMLResponse)
async def inspector(
    request: Request,
    service: Ready,
    run_id: Id,
    pfn: Number = None,
    pid: Number = None,
    block: Number = None,
    since: Annotated[bool, Query(description="look for what touched the page: up to 0.1 s")] = True,
) -> Response:
    """What a page, a process or a pageblock is, as HTML. 404 where there is none; `ETag` is the op."""
    run = service.runs.get(run_id)
    kind, text = one_of(pfn, pid, block)
    number, head = whole(kind, text), run.worker.moment.recorded.op
    rules = run.scenario.rules
    op, history, it = await _found(
        ask(run, lambda machine: (machine.op, machine.history, inspect(machine, kind, number, rules)))
    )
    headers = {"etag": etag(op), "x-op": str(op), "cache-control": "no-cache"}
    touched = None
    if since and kind == "pfn":
        touched = await asyncio.to_thread(history.touched, number, op, max(op, head))
        it = with_history(it, touched)
    role = "presenter" if is_presenter(request, run.id, run.secret) else "viewer"
    html = service.templating.fragment("partials/inspector.html", **fragment(it, op, touched, role, run.id))
    return HTMLResponse(html, headers=headers)


@router.get("/runs/{run_id}/find")
async def find(service: Ready, run_id: Id, q: Annotated[str, Query(max_length=80)]) -> dict[str, Any]:
    """Where a pfn, a process or a recent event is: `{"kind", "pfn", "level", "what", "pid", "op"}`. 404: nowhere."""
    run = service.runs.get(run_id)
    return asdict(await _found(ask(run, lambda machine: search(machine, q, run.scenario.rules))))


@router.get("/runs/{run_id}/event")
async def event(
    service: Ready,
    run_id: Id,
    kind: Kind = "any",
    direction: Direction = "next",
    start: Annotated[int | None, Query(alias="from", ge=0, description="op to start at, by default this one")] = None,
    pfn: Number = None,
) -> dict[str, Any]:
    """The nearest op with an event of a kind: `{"op", "kind", "what"}`. 404 when the run recorded none."""
    run = service.runs.get(run_id)
    op, history = await ask(run, lambda machine: (machine.op, machine.history))
    at, page = op if start is None else start, None if pfn is None else whole("pfn", pfn)
    head = max(op, run.worker.moment.recorded.op)
    found = await asyncio.to_thread(history.find, kind, min(at, head), direction, head, page)
    if found is None:
        raise HTTPException(
            404, f"kind: {kind!r}: no such event {'after' if direction == 'next' else 'before'} op {at}"
        )
    told = [event.sentence for event in found.events if event.name != "mm_page_free"]
    return {"op": found.op, "kind": kind, "what": told[-1] if told else ""}


async def _found(question: Any) -> Any:
    """The answer; 404 where the question is about something that is not there."""
    try:
        return await question
    except ScenarioError as error:
        raise HTTPException(404, str(error)) from None
