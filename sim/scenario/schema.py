"""What files of layouts and scenarios have in common: strict models, and errors of one clear line.

Every line reads `field: value: reason`; a missing field reads `field: reason`.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from sim.errors import ScenarioError

HEX_FIELD = re.compile(r"(start|pfn|zero_page|block_size)$")
HEX_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+")
# all but the end of a line, and what turns the direction of text round
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
SHOWN = 60  # characters of an offending value
REASONS = {
    "extra_forbidden": "unknown key",
    "int_type": "not a whole number",
    "int_parsing": "not a whole number",
    "int_from_float": "not a whole number",
    "int_parsing_size": "too large",
    "bool_type": "not true or false",
    "float_type": "not a number",
    "float_parsing": "not a number",
    "finite_number": "not a finite number",
    "string_type": "not a text",
    "string_unicode": "not a text that can be written",
    "string_too_short": "empty",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be greater than {gt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "model_type": "not a mapping",
    "model_attributes_type": "not a mapping",
    "dict_type": "not a mapping",
    "tuple_type": "not a list",
    "list_type": "not a list",
    "too_long": "more than {max_length} entries",
    "too_short": "fewer than {min_length} entries",
    "string_too_long": "longer than {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "union_tag_invalid": "must be one of {expected_tags}",
}


class Model(BaseModel):
    """A frozen model that knows exactly its own keys. Its texts may be printed to a terminal as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _printable(cls, value: object) -> object:
        found = CONTROL.search(value) if isinstance(value, str) else None
        if found:
            raise PydanticCustomError("control", "has a control character in it ({code})", {"code": _code(found[0])})
        return value


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def parse_number(value: object) -> object:
    """JSON has no hexadecimal numbers: a text like `0x80000` counts as one."""
    return int(value, 16) if isinstance(value, str) and HEX_NUMBER.fullmatch(value) else value


def parse_flag(value: object) -> object:
    """A link has texts only: `true` counts as one."""
    return value.lower() == "true" if isinstance(value, str) and value.lower() in ("true", "false") else value


Int = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, BeforeValidator(parse_flag), Field(strict=True)]
Pfn = Annotated[int, BeforeValidator(parse_number), Field(strict=True, ge=0, lt=1 << 40)]

T = TypeVar("T", bound=BaseModel)


def build(model: type[T], data: object, missing: Mapping[str, str] | None = None) -> T:
    """`data` as a `model`; ScenarioError with the first thing wrong. `missing` maps a field to why it is needed."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(_line(error, data, missing or {})) from None


def refuse(field: str, value: object, reason: str) -> ScenarioError:
    """The error to raise for a value that no type can refuse."""
    return ScenarioError(f"{field}: {show(field, value)}: {reason}")


def show(field: str, value: object) -> str:
    """A value as the reader may have written it, on one line and not too long."""
    if isinstance(value, int) and not isinstance(value, bool) and HEX_FIELD.search(field):
        return f"{value:#x}" if value >= 0 else str(value)
    plain = isinstance(value, str) and value and value.isprintable() and not (field and _is_other(value))
    return _short(str(value)) if plain else written(value)


def _is_other(text: str) -> bool:
    """Whether YAML would read it as something else than a text: it was written in quotes, and is shown in quotes."""
    resolved: object = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return resolved != "tag:yaml.org,2002:str"


def written(value: object) -> str:
    """A value as YAML and JSON write it (null, true, 2020-01-01; a text in quotes), on one line and not too long."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > SHOWN:  # aliases of aliases in YAML could go on for ever
            break
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _pieces(value: object) -> Iterator[str]:
    if value is None or isinstance(value, bool):
        yield {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, Mapping):
        for n, (key, inner) in enumerate(value.items()):
            yield ", " if n else "{"
            yield from _pieces(key)
            yield ": "
            yield from _pieces(inner)
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple | set):
        for n, inner in enumerate(value):
            yield ", " if n else "["
            yield from _pieces(inner)
        yield "]" if value else "[]"
    elif isinstance(value, int) and value.bit_length() > 4 * SHOWN:
        yield hex(value)  # in decimal it takes for ever, and Python refuses
    elif isinstance(value, bytes):
        yield f"!!binary {b64encode(value).decode()}"
    elif isinstance(value, float) and not isfinite(value):
        yield {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[str(value)]
    else:
        yield repr(value) if isinstance(value, str) else str(value)


def _line(error: ValidationError, data: object, missing: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    kind, context = first["type"], first.get("ctx", {})
    if kind == "string_unicode" and not isinstance(_at(data, first["loc"]), str):
        return f"{_path((*first['loc'], first['input']))}: not a key that can be written"
    field = _path(first["loc"])
    if kind.startswith("union_tag"):
        field += "." + str(context.get("discriminator", "")).strip("'")
    if kind == "missing":
        return f"{field}: {missing.get(str(first['loc'][-1]), 'missing')}"
    if kind == "union_tag_not_found":
        return f"{field}: missing"
    return f"{field}: {show(field, context.get('tag', first['input']))}: {reason(first)}"


def _at(data: Any, loc: tuple[int | str, ...]) -> Any:
    """What lies at a place; pydantic's own marks in it are passed over."""
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            continue
    return data


def reason(detail: Any) -> str:
    """Why pydantic refused a value, in our words where we have some; `detail` is one of its errors."""
    template = REASONS.get(detail["type"])
    if template is None:
        message = str(detail["msg"])
        return " ".join((message[:1].lower() + message[1:]).split())
    return template.format_map(detail.get("ctx", {}))


def _path(loc: tuple[int | str, ...]) -> str:
    """`program[0].count`; pydantic's own marks (the kind of a step, `[key]`) are left out."""
    path = ""
    for n, part in enumerate(loc):
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]" and not (n == 2 and loc[0] in ("program", "commands")):
            path += f".{show('', part)}" if path else show("", part)
    return path or "file"
