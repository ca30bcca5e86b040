"""The OpenAPI description as lines of tables. Our own page, because FastAPI's loads its scripts from elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.http.body import JSON
from app.pages.views import ApiField, ApiOperation


def operations(openapi: Mapping[str, Any]) -> tuple[ApiOperation, ...]:
    """Every operation, in the order of the description."""
    return tuple(
        ApiOperation(method.upper(), path, operation.get("description", ""), tuple(_fields(operation)))
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )


def _fields(operation: Mapping[str, Any]) -> Iterator[ApiField]:
    for parameter in operation.get("parameters", ()):
        about = parameter.get("description", "")
        yield ApiField(parameter["name"], parameter["in"], _type(parameter["schema"]), about, parameter["required"])
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get(JSON, {}).get("schema", {})
    for name, field in schema.get("properties", {}).items():
        yield ApiField(name, "body", _type(field), field.get("description", ""), name in schema.get("required", ()))


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    choices = [_type(choice) for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return " | ".join(choices) or str(schema.get("type", "any"))
