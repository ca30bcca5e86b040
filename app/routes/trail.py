"""The digests on the way to an op: what a link needs to say since which op a state differs."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from app.routes.stream import ask
from app.runs.engine import NAME
from app.service import Service, service_of
from sim.errors import ScenarioError

router = APIRouter(tags=["run"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]
STOPS = 8  # digests of one trail
DIGITS = 8  # of each, in hex


@router.get("/runs/{run_id}/trail")
async def trail(
    service: Ready, run_id: Id, op: Annotated[int | None, Query(ge=0, description="by default this one")] = None
) -> dict[str, Any]:
    """The state at eight ops on the way to `op`, the last: `{"op", "engine", "ops", "digests", "figures"}`.

    Digests are 8 hex digits each; the figures are those at `op`, in pages but for `oom_kills`.
    """
    run = service.runs.get(run_id)
    here, history = await ask(run, lambda machine: (machine.op, machine.history))
    wanted = here if op is None else op
    if wanted > run.scenario.length:
        raise ScenarioError(f"op: {wanted}: must be 0 to {run.scenario.length}, the end of the scenario")
    ops = stops(wanted)
    digests, figures = await asyncio.to_thread(history.trail, ops)
    shown = [digest[:DIGITS] for digest in digests]
    return {"op": wanted, "engine": NAME, "ops": ops, "digests": shown, "figures": figures}


def stops(op: int) -> tuple[int, ...]:
    """Up to eight ops, ascending, the last of them `op`."""
    return tuple(sorted({op * stop // STOPS for stop in range(1, STOPS + 1)}))
