"""Settings changed by name: `layout.cpus`, `processes.server.pin.ops`, `program.3.ops`."""

import copy
from collections.abc import Mapping
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.schema import show

MAX_KEY = 200


def apply_changes(data: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """A copy of `data` (mappings and lists) with each change in it. Values are checked later, by the model."""
    result: dict[str, Any] = copy.deepcopy(dict(data))
    for key, value in changes.items():
        _apply(result, key, value)
    return result


def _apply(data: dict[str, Any], key: str, value: object) -> None:
    *path, last = key[:MAX_KEY].split(".")
    target: Any = data
    for part in path:
        target = _find(target, part, key)
    if isinstance(target, dict):
        target[last] = value
    else:
        target[_position(target, last, key)] = value


def _find(target: Any, part: str, key: str) -> Any:
    if isinstance(target, dict) and part in target:
        return target[part]
    if isinstance(target, list):
        return target[_position(target, part, key)]
    raise ScenarioError(f"{show('', key)}: no such setting ({show('', part)} is not there)")


def _position(target: Any, part: str, key: str) -> int:
    """Of an entry in a list, by number or, for processes, by name."""
    if isinstance(target, list):
        for number, entry in enumerate(target):
            if part == str(number) or (isinstance(entry, dict) and entry.get("name") == part):
                return number
    raise ScenarioError(f"{show('', key)}: no such setting ({show('', part)} is not there)")
