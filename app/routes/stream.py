"""The stream of a run, and the questions that a page asks about its memory."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import Full
from app.run import Run
from app.service import Service, ready_service
from sim.core.consts import PAGEBLOCK_PAGES, PAGES_PER_TAG_PAGE
from sim.errors import ScenarioError
from sim.words import describe

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(ready_service)]
Id = Annotated[str, Path(max_length=64)]
Level = Literal["block", "row", "page"]
STEPS: dict[Level, int] = {"block": PAGEBLOCK_PAGES, "row": PAGES_PER_TAG_PAGE, "page": 1}
MOST: dict[Level, int] = {"block": 1 << 24, "row": 1 << 22, "page": 1 << 18}  # pages in one answer
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


@router.get("/runs/{run_id}/map", response_class=Response)
async def memory_map(
    request: Request,
    service: Ready,
    run_id: Id,
    start: Annotated[str, Query(max_length=20, description="first pfn, decimal or 0x")],
    end: Annotated[str, Query(max_length=20, description="first pfn past the range")],
    level: Annotated[Level, Query(description="counts a pageblock, counts a row of 32 pages, or the pages")] = "row",
) -> Response:
    """Bytes, little endian: `block` uint16[n, 13], `row` uint8[n, 13], `page` uint8[n] kinds then int32[n] pids."""
    run = service.runs.get(run_id)
    first, last = whole("start", start), whole("end", end)
    validate_range(first, last, level)
    known = request.headers.get("if-none-match")
    op, body = await _ask(run, lambda machine: (machine.op, _read(machine, first, last, level, known)))
    headers = {"etag": etag(op), "x-op": str(op), "cache-control": "no-cache"}
    if body is None:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/octet-stream", headers=headers)


@router.get("/runs/{run_id}/page/{pfn}", response_class=HTMLResponse)
async def page(service: Ready, run_id: Id, pfn: Annotated[str, Path(max_length=20)]) -> Response:
    """What one page is, as a sentence; `pfn` decimal or 0x."""
    run = service.runs.get(run_id)
    wanted = whole("pfn", pfn)
    op, view = await _ask(run, lambda machine: (machine.op, machine.page(wanted)))
    return HTMLResponse(describe(view, run.scenario.policy), headers={"x-op": str(op), "cache-control": "no-cache"})


async def _ask(run: Run, question: Any) -> Any:
    return await asyncio.wrap_future(run.worker.ask(question))


def etag(op: int) -> str:
    """A run has the same bytes at the same op."""
    return f'"{op}"'


def _read(machine: Any, start: int, end: int, level: Level, known: str | None) -> bytes | None:
    if known == etag(machine.op):
        return None
    if level == "page":
        kinds, pids = machine.pages(start, end)
        return bytes(kinds.tobytes() + pids.astype("<i4").tobytes())
    rows = machine.rows(start, end)
    if level == "row":
        return bytes(rows.tobytes())
    blocks = rows.reshape(-1, STEPS["block"] // STEPS["row"], rows.shape[1])
    return bytes(blocks.sum(axis=1, dtype="<u2").tobytes())


def whole(field: str, text: str) -> int:
    """A whole number, decimal or hexadecimal. Raises ScenarioError."""
    try:
        return int(text, 0)
    except ValueError:
        raise ScenarioError(f"{field}: {text!r}: not a whole number (decimal, or 0x...)") from None


def validate_range(start: int, end: int, level: Level) -> None:
    """Raise ScenarioError unless it is an ascending, aligned range of a size that fits into one answer."""
    step, most = STEPS[level], MOST[level]
    for field, value in (("start", start), ("end", end)):
        if value < 0 or value % step:
            raise ScenarioError(f"{field}: {value:#x}: level {level} needs a multiple of {step}")
    if not start < end <= start + most:
        raise ScenarioError(f"end: {end:#x}: level {level} needs start < end <= start + {most:#x}")
