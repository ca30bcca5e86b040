"""Reading a stream of server-sent events in a test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Event:
    """One event as a browser would dispatch it; a comment has the name `:`."""

    name: str
    data: str
    id: str

    def json(self) -> dict[str, Any]:
        """What a named event carries."""
        value: dict[str, Any] = json.loads(self.data)
        return value


@contextmanager
def watching(url: str, run: str, **headers: str) -> Iterator[Iterator[Event]]:
    """The events of a run while the block lasts."""
    with (
        httpx.Client(base_url=url, timeout=5) as client,
        client.stream("GET", f"/runs/{run}/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        yield parse(answer.iter_lines())


def parse(lines: Iterator[str]) -> Iterator[Event]:
    """Events from the lines of a stream."""
    fields: dict[str, list[str]] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields.setdefault(name or ":", []).append(value)
        else:
            yield Event(_name(fields), "\n".join(fields.get("data", [])), "".join(fields.get("id", [])))
            fields = {}


def _name(fields: dict[str, list[str]]) -> str:
    return ":" if "" in fields or ":" in fields else "".join(fields.get("event", []))


def next_of(events: Iterator[Event], name: str) -> Event:
    """The next event of this name."""
    return next(event for event in events if event.name == name)
