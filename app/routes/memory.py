"""Memory of a range of pfns as bytes, at the level and in the layer that the map draws."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from app.routes.stream import ask, etag, whole
from app.service import Service, service_of
from sim.core.state.consts import PAGEBLOCK_PAGES, PAGES_PER_TAG_PAGE
from sim.errors import ScenarioError

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Level = Literal["block", "row", "page"]
Layer = Literal["state", "migratetype", "order", "owner", "pinned"]
Range = tuple[int, int]
STEPS: dict[Level, int] = {"block": PAGEBLOCK_PAGES, "row": PAGES_PER_TAG_PAGE, "page": 1}
MOST: dict[Level, int] = {"block": 1 << 24, "row": 1 << 22, "page": 1 << 18}  # pages in one answer
RANGES = 64  # in one answer


@router.get("/runs/{run_id}/map", response_class=Response)
async def memory_map(
    request: Request,
    service: Ready,
    run_id: Annotated[str, Path(max_length=64)],
    start: Annotated[list[str], Query(max_length=RANGES, description="first pfn, decimal or 0x; may be repeated")],
    end: Annotated[list[str], Query(max_length=RANGES, description="first pfn past the range; one for each start")],
    level: Annotated[Level, Query(description="counts a pageblock, counts a row of 32 pages, or the pages")] = "row",
    layer: Annotated[Layer, Query(description="which class of each page")] = "state",
) -> Response:
    """Bytes, little endian, range after range: `block` uint16[n, classes], `row` uint8[n, classes], `page` uint8[n].

    The 13 kinds are the classes of `state`; there `page` has 0x80 set where a page is pinned, and int32[n] pids follow.
    """
    run = service.runs.get(run_id)
    ranges = ranges_of(start, end, level)
    known = request.headers.get("if-none-match")
    op, body = await ask(run, lambda machine: (machine.op, _read(machine, ranges, level, layer, known)))
    headers = {"etag": etag(op), "x-op": str(op), "cache-control": "no-cache"}
    if body is None:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/octet-stream", headers=headers)


def ranges_of(start: Sequence[str], end: Sequence[str], level: Level) -> list[Range]:
    """The ranges of a request. Raises ScenarioError unless they are ascending, aligned and fit into one answer."""
    if len(start) != len(end):
        raise ScenarioError(f"end: {len(end)} given for {len(start)} of start")
    ranges = [(whole("start", first), whole("end", last)) for first, last in zip(start, end, strict=True)]
    for first, last in ranges:
        validate_range(first, last, level)
    if sum(last - first for first, last in ranges) > MOST[level]:
        raise ScenarioError(f"end: level {level} answers {MOST[level]:#x} pages at most")
    return ranges


def validate_range(start: int, end: int, level: Level) -> None:
    """Raise ScenarioError unless it is an ascending, aligned range of a size that fits into one answer."""
    step, most = STEPS[level], MOST[level]
    for field, value in (("start", start), ("end", end)):
        if value < 0 or value % step:
            raise ScenarioError(f"{field}: {value:#x}: level {level} needs a multiple of {step}")
    if not start < end <= start + most:
        raise ScenarioError(f"end: {end:#x}: level {level} needs start < end <= start + {most:#x}")


def _read(machine: Any, ranges: list[Range], level: Level, layer: Layer, known: str | None) -> bytes | None:
    """The bytes, None when the asker has those of this op."""
    if known == etag(machine.op):
        return None
    if level == "page":
        return _pages(machine, ranges) if layer == "state" else _classes(machine, ranges, layer)
    return b"".join(_counts(machine, first, last, level, layer) for first, last in ranges)


def _pages(machine: Any, ranges: list[Range]) -> bytes:
    found = [machine.pages(first, last) for first, last in ranges]
    return b"".join([kinds.tobytes() for kinds, _ in found] + [pids.astype("<i4").tobytes() for _, pids in found])


def _classes(machine: Any, ranges: list[Range], layer: Layer) -> bytes:
    return b"".join(machine.layer_pages(layer, first, last).tobytes() for first, last in ranges)


def _counts(machine: Any, start: int, end: int, level: Level, layer: Layer) -> bytes:
    rows = machine.layer_rows(layer, start, end)
    if level == "row":
        return bytes(rows.tobytes())
    blocks = rows.reshape(-1, STEPS["block"] // STEPS["row"], rows.shape[1])
    return bytes(np.sum(blocks, axis=1, dtype="<u2").tobytes())
