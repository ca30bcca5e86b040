"""Bodies of POST requests: JSON or an HTML form, bounded, turned into a model or into one clear line."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from sim.scenario.files import parse

M = TypeVar("M", bound=BaseModel)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def is_form(request: Request) -> bool:
    """Whether the body is an HTML form's."""
    return media_type(request) == FORM


def media_type(request: Request) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, model: type[M], limit: int) -> M:
    """The body as a model. Raises RequestValidationError (422), 413 when longer than `limit` bytes, 415.

    JSON has types, and they must be right; every value of a form is a text, read as what it is for.
    """
    data = _decode(request, await _read(request, limit))
    try:
        return model.model_validate(data, strict=not is_form(request))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


async def _read(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_long(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise _too_long(limit)
    except ClientDisconnect:
        raise HTTPException(408, "body: it did not arrive") from None
    return bytes(body)


def _too_long(limit: int) -> HTTPException:
    """The connection ends with the answer: what is announced will not be read."""
    return HTTPException(413, f"body: longer than {limit} bytes", {"connection": "close"})


def _decode(request: Request, body: bytes) -> Any:
    kind = media_type(request)
    if not body.strip():
        return {}
    if kind == FORM:
        return from_form(body.decode("utf-8", errors="replace"))
    if kind != JSON:
        raise HTTPException(415, f"content-type: {kind or 'none'!r} is neither {JSON} nor {FORM}")
    try:
        return json.loads(body)
    except ValueError as error:
        raise HTTPException(422, f"body: not JSON ({error})") from error
    except RecursionError:
        raise HTTPException(422, "body: nested too deeply") from None


def from_form(text: str) -> dict[str, Any]:
    """Fields by name; empty ones are left out; `set` and `cmd` may be repeated."""
    pairs = parse_qsl(text)
    changes, commands = ([value for name, value in pairs if name == many] for many in ("set", "cmd"))
    fields: dict[str, Any] = {name: value for name, value in pairs if name not in ("set", "cmd")}
    fields |= {"set": changes_of(changes)} if changes else {}
    return fields | ({"commands": commands} if commands else {})


def changes_of(texts: Iterable[str]) -> dict[str, Any]:
    """`key=value` texts as changes of a scenario, values read as in its file. Raises ScenarioError."""
    pairs = (text.partition("=") for text in texts)
    return {key: parse(value, f"set.{key}") for key, _, value in pairs}


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says about such a body."""
    schema = {"schema": model.model_json_schema()}
    return {"requestBody": {"required": True, "content": {JSON: schema, FORM: schema}}}
