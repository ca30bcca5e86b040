"""Every refusal in one place: one clear line, as JSON for programs, as a page for people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.errors import Full, NotPresenter, TooMany, UnknownRun
from app.http.body import is_form
from app.http.guard import split
from app.pages.templating import Templating
from app.pages.views import ErrorPage
from app.runs.worker import Stopped
from sim.errors import BrokenInvariant, CarveoutError, ScenarioError
from sim.scenario.schema import reason, written

TITLES = {
    404: "Not here",
    422: "This cannot be run",
    503: "No room just now",
    429: "Too many runs",
    403: "You watch this run",
}


STATUS: Mapping[type[CarveoutError], int] = {
    ScenarioError: 422,
    UnknownRun: 404,
    NotPresenter: 403,
    Stopped: 409,
    BrokenInvariant: 500,
    Full: 503,
    TooMany: 429,
}


def add_handlers(app: FastAPI, templating: Templating) -> None:
    """Answer every error of ours, of FastAPI and of Starlette."""

    async def on_known(request: Request, error: Exception) -> Response:
        headers = {"retry-after": str(error.wait)} if isinstance(error, TooMany) else None
        return refuse(request, templating, STATUS[type(error)], str(error), headers)  # type: ignore[index]

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return refuse(request, templating, error.status_code, _detail(request, error), error.headers)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refuse(request, templating, 422, one_line(error.errors()))

    for known in STATUS:
        app.add_exception_handler(known, on_known)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)


def refuse(
    request: Request, templating: Templating, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The error as whoever asked can read it."""
    sent = dict(headers or {}) | ({"retry-after": "5"} if status == 503 else {})
    if not wants_page(request):
        return JSONResponse({"detail": detail}, status, sent)
    title = TITLES.get(status, HTTPStatus(status).phrase)
    return templating.page(request, "error.html", ErrorPage(status, title, detail, back_of(request)), status, sent)


def back_of(request: Request) -> str:
    """Where a form came from: the path and query of the page of ours that sent it, "" when that is not known."""
    referer = split(request.headers.get("referer", ""))
    if request.method != "POST" or not referer.netloc or referer.netloc != request.headers.get("host"):
        return ""
    path = "/" + referer.path.lstrip("/")  # `//` would be another host
    return f"{path}?{referer.query}" if referer.query else path


def wants_page(request: Request) -> bool:
    """Whether a person is looking: a page's address, or a form sent by a browser."""
    accept = request.headers.get("accept", "*/*")
    if request.method == "POST":
        return is_form(request) and "text/html" in accept
    if "text/html" in accept:
        return True
    return "application/json" not in accept and not request.url.path.startswith(("/api/", "/static/"))


def one_line(errors: Any) -> str:
    """The first thing wrong, as `field: value: reason`."""
    first = next((error for error in errors if error["type"] != "missing"), errors[0])
    field = ".".join(str(part) for part in first["loc"] if part not in ("query", "path", "body")) or "body"
    if first["type"] == "missing":
        return f"{field}: missing"
    return f"{field}: {written(first.get('input'))}: {reason(first)}"


def _detail(request: Request, error: HTTPException) -> str:
    if error.status_code == 404 and error.detail == HTTPStatus.NOT_FOUND.phrase:
        return f"address: {request.url.path[:120]!r}: there is nothing here"
    if error.status_code == 405:
        return f"method: {request.method}: {request.url.path[:120]!r} does not take it"
    return str(error.detail)
