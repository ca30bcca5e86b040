"""What leaves a run as a file: the table of a panel, and the files of /proc."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from app.pages.panels import PANELS, find_panel
from app.pages.tables import csv_text
from app.service import Service, service_of
from sim.kernel.procfs import FILES, proc_file

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]


@router.get("/runs/{run_id}/panels/{slug}.csv", response_class=PlainTextResponse)
async def table(service: Ready, run_id: Id, slug: Id) -> Response:
    """The numbers of a panel at this op, as CSV with a header row. Sizes are pages."""
    run = service.runs.get(run_id)
    if find_panel(slug) is None:
        raise HTTPException(404, f"panel: {slug!r} is not one of {', '.join(panel.slug for panel in PANELS)}")
    moment = run.worker.moment
    text = await asyncio.to_thread(csv_text, slug, run, moment)
    name = f"carveout-{run.scenario.name}-{slug}-op{moment.snapshot.op}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-op": str(moment.snapshot.op)}
    return Response(text, media_type="text/csv; charset=utf-8; header=present", headers=headers)


@router.get("/runs/{run_id}/proc/{file}", response_class=PlainTextResponse)
async def proc(service: Ready, run_id: Id, file: Id) -> Response:
    """A file of /proc as the simulated kernel would print it at this op."""
    run = service.runs.get(run_id)
    if file not in FILES:
        raise HTTPException(404, f"file: {file!r} is not one of {', '.join(FILES)}")
    snapshot = run.worker.moment.snapshot
    return PlainTextResponse(proc_file(snapshot, file), headers={"x-op": str(snapshot.op)})
