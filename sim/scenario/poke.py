"""What a person does to a running machine: commands, each a step at an op of its own, that stand in the scenario.

In links a command is one text, `<at>:<do>,key=value,...`, for instance `1200:pin,pfn=0x84005`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote

from pydantic import Field, TypeAdapter, ValidationError

from sim.errors import ScenarioError
from sim.scenario.layout import Layout
from sim.scenario.layout_checks import need, validate_min_free
from sim.scenario.program import (
    MAX_OPS,
    Alloc,
    Compact,
    Drain,
    Exit,
    Free,
    FreePage,
    Pin,
    Unpin,
    ops_of,
    validate_step,
)
from sim.scenario.schema import Int, Model, reason, refuse, show
from sim.scenario.workload import Process

MOST = 64  # commands of one run
Count = Annotated[Int, Field(ge=1, le=10_000)]


class Kill(Model):
    """SIGKILL: the process ends and frees all it owns."""

    do: Literal["kill"]
    process: str


class Knob(Model):
    """A setting of the kernel, turned while it runs."""

    do: Literal["knob"]
    name: Literal["reserve_tries", "min_free_kbytes"]
    value: Annotated[Int, Field(ge=0, le=1 << 30)]


class At(Model):
    """When: the command is the next op after this one."""

    at: Annotated[Int, Field(ge=0, le=MAX_OPS)]


class AllocAt(At, Alloc):
    """`count` ops, one block each."""

    count: Count = 1


class FreeAt(At, Free):
    """`count` ops, one block each."""

    count: Count = 1


class PinAt(At, Pin):
    """One op."""


class UnpinAt(At, Unpin):
    """One op."""


class FreePageAt(At, FreePage):
    """`count` ops, one block each."""


class DrainAt(At, Drain):
    """One op."""


class CompactAt(At, Compact):
    """One op."""


class ExitAt(At, Exit):
    """One op."""


class KillAt(At, Kill):
    """One op."""


class KnobAt(At, Knob):
    """One op."""


Command = Annotated[
    AllocAt | FreeAt | PinAt | UnpinAt | FreePageAt | DrainAt | CompactAt | ExitAt | KillAt | KnobAt,
    Field(discriminator="do"),
]
COMMANDS = ("alloc", "free", "pin", "unpin", "free_page", "drain", "compact", "exit", "kill", "knob")
NUMBERS = ("at", "order", "count", "every", "ops", "value")
_ADAPTER: TypeAdapter[Command] = TypeAdapter(Command)


def ops_taken(command: Command) -> int:
    """How many ops a command takes."""
    return 1 if isinstance(command, Kill | Knob) else ops_of(command)


def end_of(command: Command) -> int:
    """The op at which it is done."""
    return command.at + ops_taken(command)


def until(commands: Sequence[Command], op: int) -> tuple[Command, ...]:
    """What of these commands had happened at an op: one that was under way then is cut there."""
    begun = [command for command in commands if command.at < op]
    if begun and end_of(begun[-1]) > op:
        begun[-1] = begun[-1].model_copy(update={"count": op - begun[-1].at})
    return tuple(begun)


def validate_commands(
    commands: Sequence[Command], processes: Sequence[Process], layout: Layout, program_ops: int
) -> None:
    """One after the other, none past the end of the run; processes and pfns that there are."""
    names = [process.name for process in processes]
    free, length = 0, program_ops
    for number, command in enumerate(commands):
        at = f"commands[{number}]"
        need(command.at >= free, f"{at}.at", command.at, f"the command before it ends at op {free}")
        need(command.at <= length, f"{at}.at", command.at, f"the run ends at op {length}")
        validate_step(command, at, names, layout)
        if isinstance(command, Knob):
            _validate_knob(command, at, layout)
        free, length = end_of(command), length + ops_taken(command)
    need(length <= MAX_OPS, "commands", length, f"more than {MAX_OPS} ops")


def _validate_knob(knob: Knob, at: str, layout: Layout) -> None:
    if knob.name == "reserve_tries":
        need(1 <= knob.value <= 1000, f"{at}.value", knob.value, "must be 1 to 1000 tries")
    else:
        validate_min_free(layout, knob.value, f"{at}.value")


def written(command: Command) -> str:
    """The text of a command in a link."""
    fields = command.model_dump(by_alias=True, exclude_defaults=True, exclude={"at", "do"})
    pairs = [f",{key}={hex(value) if key == 'pfn' else _quoted(value)}" for key, value in fields.items()]
    return f"{command.at}:{command.do}{''.join(pairs)}"


def _quoted(value: object) -> str:
    return quote(str(value), safe="".join(chr(code) for code in range(33, 127) if chr(code) not in ",%"))


def read(text: str) -> Command:
    """The command of a text. Raises ScenarioError."""
    at, colon, rest = text.partition(":")
    do, *pairs = rest.split(",")
    if not colon or not at.isascii() or not at.isdigit():
        raise refuse("cmd", text, "must read <op>:<command>,key=value,...")
    fields: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or key in fields or key in ("at", "do"):
            raise refuse("cmd", text, f"{show('', pair)} is not another key=value")
        fields[key] = unquote(value)
    return command_of({"at": at, "do": do} | fields, "cmd.")


def command_of(fields: Mapping[str, object], prefix: str = "") -> Command:
    """The command of these fields; numbers may be texts. Raises ScenarioError, whose field begins with `prefix`."""
    data = {key: _number(key, value) for key, value in fields.items()}
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0], prefix) from None


def _number(key: str, value: object) -> object:
    if not isinstance(value, str) or key not in (*NUMBERS, "pfn"):
        return value
    try:
        return int(value, 0)
    except ValueError:
        return value


def _refusal(first: Any, prefix: str) -> ScenarioError:
    if first["type"].startswith("union_tag"):
        tag = first.get("ctx", {}).get("tag", "")
        return refuse(f"{prefix}do", tag, f"must be one of {', '.join(COMMANDS)}")
    field = prefix + ".".join(str(part) for part in first["loc"][1:])
    if first["type"] == "missing":
        return ScenarioError(f"{field}: missing")
    return refuse(field, first["input"], reason(first))
