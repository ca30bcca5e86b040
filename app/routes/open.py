"""`/open`: a link that needs no stored run. It makes a paused run at its op and sends the browser there."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.body import changes_of
from app.presenter import give_secret
from app.recipe import Recipe
from app.run import Run
from app.service import Service, ready_service

router = APIRouter(include_in_schema=False)
RECIPE = ("scenario", "policy", "seed", "op")


@router.get("/open")
async def open_link(request: Request, service: Annotated[Service, Depends(ready_service)]) -> Response:
    """Open what the query says. What it says about the view is passed on."""
    return await open_run(request, service)


async def open_run(request: Request, service: Service) -> Response:
    """A new run for this query, and the way there."""
    run = await service.runs.make(recipe_of(request))
    return to_run(request, run, extra=view_of(request))


def recipe_of(request: Request) -> Recipe:
    """The recipe in the query. Raises RequestValidationError."""
    query = request.query_params
    data: dict[str, Any] = {name: query[name] for name in RECIPE if query.get(name)}
    try:
        return Recipe.model_validate(data | {"set": changes_of(query.getlist("set"))})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def view_of(request: Request) -> str:
    """The rest of the query: theme, panel, zoom..., which is the page's own business."""
    rest = [(key, value) for key, value in request.query_params.multi_items() if key not in (*RECIPE, "set")]
    return str(request.url.replace_query_params().include_query_params(**dict(rest)).query)


def to_run(request: Request, run: Run, extra: str = "") -> Response:
    """A redirect to a run that this browser presents."""
    address = run.url(run.worker.moment.snapshot.op)
    response = RedirectResponse(f"{address}&{extra}" if extra else address, 303)
    give_secret(response, request, run.id, run.secret)
    return response
