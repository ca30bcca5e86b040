"""The stream of a run, and the questions that a page asks about its memory."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import Full
from app.runs.run import Run
from app.service import Service, service_of
from sim.errors import ScenarioError
from sim.words import describe

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventStream(StreamingResponse):
    """A stream that is closed with its connection, not some time later."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.body_iterator.aclose()  # type: ignore[attr-defined]


@router.get("/runs/{run_id}/stream", response_class=EventStream)
async def stream(service: Ready, run_id: Id) -> Response:
    """Server-sent events: `frame`, `series`, unnamed HTML partials, `bye`; `id` is the op.

    A frame is whole, so a viewer that comes back (with `Last-Event-ID`) gets the newest one and has missed nothing.
    """
    run = service.runs.get(run_id)
    if service.runs.watching >= service.settings.max_viewers:
        raise Full(f"viewers: {service.settings.max_viewers} are watching, there is no room for another")
    run.touch()
    return EventStream(run.hub.stream(), headers=HEADERS)


@router.get("/runs/{run_id}/page/{pfn}", response_class=HTMLResponse)
async def page(service: Ready, run_id: Id, pfn: Annotated[str, Path(max_length=20)]) -> Response:
    """What one page is, as a sentence; `pfn` decimal or 0x."""
    run = service.runs.get(run_id)
    wanted = whole("pfn", pfn)
    op, view = await ask(run, lambda machine: (machine.op, machine.page(wanted)))
    return HTMLResponse(describe(view, run.scenario.rules), headers={"x-op": str(op), "cache-control": "no-cache"})


async def ask(run: Run, question: Any) -> Any:
    """What the machine of a run answers between two chunks."""
    return await asyncio.wrap_future(run.worker.ask(question))


def etag(op: int) -> str:
    """A run has the same bytes at the same op."""
    return f'"{op}"'


def whole(field: str, text: str) -> int:
    """A whole number, decimal or hexadecimal. Raises ScenarioError."""
    try:
        return int(text, 0)
    except ValueError:
        raise ScenarioError(f"{field}: {text!r}: not a whole number (decimal, or 0x...)") from None
