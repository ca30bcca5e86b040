"""Runs for programs, and for forms that work without JavaScript: the same addresses."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import NotPresenter
from app.http.body import documented, read_body
from app.pages.report import report
from app.pages.views import Role
from app.routes.errors import wants_page
from app.routes.open import first_look, theme_before, to_run, with_view
from app.runs.poke import ForkBody, Step, forget, poke
from app.runs.presenter import give_secret, is_presenter
from app.runs.recipe import Recipe
from app.runs.run import Run
from app.runs.transport import MOST_SPEED, Command, CommandName
from app.runs.worker import Stopped
from app.service import Service, address_of, service_of
from sim.errors import ScenarioError
from sim.run.snapshot import Snapshot
from sim.scenario.schema import refuse

router = APIRouter(prefix="/api/runs", tags=["runs"])
Ready = Annotated[Service, Depends(service_of)]
Id = Annotated[str, Path(max_length=64)]
PATIENCE = 20.0  # seconds that a command may take before the answer is "not yet"


class CommandBody(Step):
    """One command, with the one number that some of them need; `poke` comes with a step."""

    command: Literal[CommandName, "poke"]
    n: float | None = Field(None, ge=0, le=1e12, description="ops for step and back, 1 if left out")
    op: int | None = Field(None, ge=0, le=10**12, description="the op for goto (n does as well)")
    speed: float | None = Field(None, ge=0, description="ops a second for speed (n does as well); 0: full speed")

    def build(self, length: int) -> Command:
        """The command for a run of `length` ops. Raises ScenarioError: its number is missing, not whole, too large.

        `step` and `back` may ask for more than there is: they stop at the ends.
        """
        assert self.command != "poke"
        if given := self.fields():
            raise refuse(next(iter(given)), next(iter(given.values())), f"{self.command} takes no step, poke does")
        if self.command == "speed":
            return Command("speed", _at_most(MOST_SPEED, *self._needed("speed"), "ops a second")[1])
        if self.command == "goto":
            return Command("goto", _whole(*_at_most(length, *self._needed("op"), "the end of the scenario")))
        if self.command == "pause_at_oom" and self.n is not None:
            return Command("pause_at_oom", _whole(*_at_most(1, "n", self.n, "pause or not")))
        return Command(self.command, 1 if self.n is None else _whole("n", self.n))

    def _needed(self, field: str) -> tuple[str, float]:
        for name in (field, "n"):
            value = getattr(self, name)
            if value is not None:
                return name, value
        raise ScenarioError(f"{field}: missing")


def _at_most(most: int, field: str, value: float, what: str) -> tuple[str, float]:
    if value > most:
        raise ScenarioError(f"{field}: {value:.15g}: must be 0 to {most}, {what}")
    return field, value


def _whole(field: str, value: float) -> int:
    if value != int(value):
        raise ScenarioError(f"{field}: {value:.15g}: not a whole number")
    return int(value)


@router.post("", status_code=201, openapi_extra=documented(Recipe))
async def make(request: Request, service: Ready) -> Response:
    """Start a run; whoever does presents it (a cookie). 201 `{"id", "url"}`; 303 to the run for a form."""
    recipe = await read_body(request, Recipe, service.settings.max_body)
    return _made(request, await service.runs.make(recipe, address_of(request)))


@router.get("/{run_id}")
async def look(request: Request, service: Ready, run_id: Id) -> dict[str, Any]:
    """The run at this op: counters, tag storage, digest, state, and who is asking. Stopped: as it was seen last."""
    run = service.runs.get(run_id)
    try:
        snap, digest = await asyncio.wrap_future(run.worker.ask(lambda machine: (machine.snapshot(), machine.digest())))
    except Stopped:
        snap, digest = run.worker.moment.snapshot, run.worker.moment.digest
    return _report(request, run, snap, digest)


@router.post("/{run_id}/commands", openapi_extra=documented(CommandBody))
async def command(request: Request, service: Ready, run_id: Id) -> Response:
    """Do one command and say where the run is then. 403 for a viewer; 303 to the run for a form."""
    run = service.runs.get(run_id)
    if not is_presenter(request, run.id, run.secret):
        raise NotPresenter("role: viewer: only whoever started this run may command it; open a copy of your own")
    body = await read_body(request, CommandBody, service.settings.max_body)
    run.touch()
    if body.command == "poke":
        return await _poke(request, service, run, body)
    wanted = body.build(run.scenario.length)
    service.metrics.commands.labels(wanted.name).inc()
    if wanted.name == "drop":
        await asyncio.wrap_future(run.worker.interfere(lambda machine: forget(run, machine)))
    done = asyncio.wrap_future(run.worker.command(wanted))
    finished, _ = await asyncio.wait([done], timeout=PATIENCE)
    moment = done.result() if finished else run.worker.moment
    if wants_page(request):
        return RedirectResponse(with_view(run.url(moment.snapshot.op), theme_before(request)), 303)
    return JSONResponse(_report(request, run, moment.snapshot, moment.digest), 200 if finished else 202)


async def _poke(request: Request, service: Service, run: Run, step: Step) -> Response:
    service.metrics.commands.labels("poke").inc()
    did = await asyncio.wrap_future(run.worker.interfere(lambda machine: poke(run, machine, step)))
    snap, digest = await asyncio.wrap_future(run.worker.ask(lambda machine: (machine.snapshot(), machine.digest())))
    if wants_page(request):
        return RedirectResponse(with_view(run.url(snap.op), theme_before(request)), 303)
    return JSONResponse(_report(request, run, snap, digest) | {"did": asdict(did)})


@router.post("/{run_id}/fork", status_code=201, openapi_extra=documented(ForkBody))
async def fork(request: Request, service: Ready, run_id: Id) -> Response:
    """A run of one's own that shares the past: other policy, seed or one more command. 201 `{"id", "url"}`; 303."""
    run = service.runs.get(run_id)
    body = await read_body(request, ForkBody, service.settings.max_body)
    op = await asyncio.wrap_future(run.worker.ask(lambda machine: machine.op))
    return _made(request, await service.runs.make(body.recipe(run, op), address_of(request)))


@router.post("/{run_id}/copy", status_code=201)
async def copy(request: Request, service: Ready, run_id: Id) -> Response:
    """A run of one's own at the same op. 201 `{"id", "url"}`; 303 to it for a form."""
    return _made(request, await service.runs.copy(service.runs.get(run_id), address_of(request)))


def _made(request: Request, run: Run) -> Response:
    if wants_page(request):
        return to_run(request, run, "&".join(filter(None, (first_look(run), theme_before(request)))))
    url = run.url(run.worker.moment.snapshot.op)
    response = JSONResponse({"id": run.id, "url": url}, 201, {"location": url})
    give_secret(response, request, run.id, run.secret)
    return response


def _report(request: Request, run: Run, snap: Snapshot, digest: str) -> dict[str, Any]:
    role: Role = "presenter" if is_presenter(request, run.id, run.secret) else "viewer"
    return report(run, snap, digest, role)
