"""`/open`: a link that needs no stored run. It makes a paused run at its op and sends the browser there."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.http.body import changes_of
from app.routes.errors import back_of
from app.runs.presenter import give_secret
from app.runs.recipe import Recipe
from app.runs.run import Run
from app.runs.transport import Command
from app.service import Service, address_of, service_of
from sim.scenario.schema import refuse, show

router = APIRouter(include_in_schema=False)
RECIPE = ("scenario", "policy", "seed", "op")
MANY = ("set", "cmd")  # may be repeated
# what an address says about the page alone: nothing is refused for their values
VIEW = (
    "theme",
    "part",
    "sel",
    "block",
    "proc",
    "level",
    "at",
    "layer",
    "tour",
    "pause",
    "digest",
    "engine",
    "trail",
    "figures",
)


@router.get("/open")
async def open_link(request: Request, service: Annotated[Service, Depends(service_of)]) -> Response:
    """Open what the query says. What it says about the view is passed on."""
    return await open_run(request, service)


async def open_run(request: Request, service: Service) -> Response:
    """A new run for this query, and the way there."""
    run = await service.runs.make(recipe_of(request), address_of(request))
    if request.query_params.get("pause") == "oom":
        run.worker.command(Command("pause_at_oom"))
    return to_run(request, run, extra=view_of(request))


def recipe_of(request: Request, living: Run | None = None) -> Recipe:
    """The recipe in the query; what it leaves out is that of `living`. Raises RequestValidationError, ScenarioError."""
    query = request.query_params
    _validate_keys(query)
    data: dict[str, Any] = {} if living is None or query.get("scenario") else living.recipe.model_dump(exclude={"op"})
    data |= {name: query[name] for name in RECIPE if query.get(name)}
    if changes := query.getlist("set"):
        data["set"] = changes_of(changes)
    if commands := query.getlist("cmd"):
        data["commands"] = commands
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def validate_address(request: Request, run: Run) -> None:
    """Raise when the query of a living run is nonsense. Where it disagrees with the run, the run wins: it is live."""
    recipe_of(request, run).build()


def _validate_keys(query: QueryParams) -> None:
    for key in query:
        values = query.getlist(key)
        if key not in (*RECIPE, *VIEW, *MANY):
            raise refuse(show("", key), values[0], f"unknown key (there are {', '.join((*RECIPE, *MANY, *VIEW))})")
        if key not in MANY and len(values) > 1:
            raise refuse(key, ", ".join(values), "given more than once")


def view_of(request: Request) -> str:
    """The rest of the query, which is the page's own business."""
    return urlencode([pair for pair in parse_qsl(request.url.query) if pair[0] in VIEW])


def theme_before(request: Request) -> str:
    """The theme of the page of ours that sent a form, as a query: the page that follows looks the same."""
    query = parse_qsl(back_of(request).partition("?")[2])
    return urlencode([pair for pair in query if pair[0] == "theme"])


def to_run(request: Request, run: Run, extra: str = "") -> Response:
    """A redirect to a run that this browser presents."""
    response = RedirectResponse(with_view(run.url(run.worker.moment.snapshot.op), extra), 303)
    give_secret(response, request, run.id, run.secret)
    return response


def first_look(run: Run) -> str:
    """Where the map of a new run looks, as a query; of one that is opened further on the page decides."""
    place = run.scenario.look
    return urlencode({"level": place.level, "at": f"{place.at:#x}"}) if place and not run.recipe.op else ""


def with_view(address: str, view: str) -> str:
    """The address of a run with what is said about the view."""
    return f"{address}&{view}" if view else address
