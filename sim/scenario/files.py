"""Reading YAML and JSON files (JSON is YAML): one mapping out, or a ScenarioError of one line."""

from pathlib import Path
from typing import Any

import yaml

from sim.errors import ScenarioError

MAX_BYTES = 1 << 20


class _Loader(yaml.SafeLoader):
    """Safe, and refuses a key that is given twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(problem="a key must be a text", problem_mark=key.start_mark)
        if key.value in seen:
            problem = f"key {key.value!r} is given twice"
            raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a file."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        text = raw.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise ScenarioError(f"file: {path}: {reason}") from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(f"file: {path}: larger than {MAX_BYTES} bytes")
    return parse_mapping(text, str(path))


def parse_mapping(text: str, name: str) -> dict[str, Any]:
    """The mapping in a text; `name` is what errors call it."""
    data = parse(text, name)
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ScenarioError(f"file: {name}: not a mapping of names to values")
    return data


def parse(text: str, name: str) -> Any:
    """Any value written in YAML."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ScenarioError(f"file: {where}: {error.problem}") from None
    except RecursionError:
        raise ScenarioError(f"file: {name}: nested too deeply") from None
    except ValueError:
        raise ScenarioError(f"file: {name}: a number or a date in it cannot be one") from None
    except yaml.reader.ReaderError as error:
        raise ScenarioError(f"file: {name}: has a character that no text has (U+{error.character:04X})") from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"file: {name}: {' '.join(str(error).split()) or 'not YAML'}") from None
