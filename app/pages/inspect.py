"""The questions of the inspector and of the search, asked of a machine in its worker's thread."""

import json
import re
from html import unescape
from typing import Any

from markupsafe import Markup

from sim.errors import ScenarioError
from sim.machine import Machine
from sim.policies import Policy
from sim.run.touched import Touched
from sim.words import find
from sim.words.inspect import Inspection, inspect_block, inspect_page, inspect_process
from sim.words.pages import describe

TAGS = re.compile("<[^>]+>")


def inspect(machine: Machine, kind: str, number: int, rules: Policy) -> Inspection:
    """What one page, pageblock or process is. Raises ScenarioError."""
    if kind == "block":
        return inspect_block(machine.block(number), rules)
    if kind == "pid":
        pages = machine.process(number)
        process = next(view for view in machine.snapshot().processes if view.pid == number)
        return inspect_process(process, pages, rules)
    view = machine.page(number)
    return inspect_page(view, machine.pair(view), rules)


def fragment(it: Inspection, op: int, touched: Touched | None, role: str, run_id: str) -> dict[str, Any]:
    """Names in partials/inspector.html."""
    move = "" if role == "presenter" else "You watch this run: only its presenter moves it."
    picture = json.dumps(it.picture[1], separators=(",", ":")) if it.picture else ""
    return {"it": it, "op": op, "touched": touched, "move": move, "picture": picture, "html": Markup, "run_id": run_id}


def search(machine: Machine, query: str, rules: Policy) -> find.Hit:
    """Where a search leads. Raises ScenarioError when it leads nowhere."""
    pid = find.pid_in(query, machine.snapshot())
    if pid:
        return find.hit_process(machine.process(pid))
    pfn = find.pfn_in(query, machine.layout)
    if pfn >= 0:
        return find.hit_pfn(pfn, plain(describe(machine.page(pfn), rules)))
    event = find.event_in(query, machine.snapshot().events)
    if event is None:
        raise find.nothing(query)
    return find.hit_event(event)


def plain(html: str) -> str:
    """A sentence without its marks, for JSON."""
    return unescape(TAGS.sub("", html.replace("<br>", " ")))


def one_of(pfn: str | None, pid: str | None, block: str | None) -> tuple[str, str]:
    """The one thing that is asked about. Raises ScenarioError for none or several."""
    given = [(kind, value) for kind, value in (("pfn", pfn), ("pid", pid), ("block", block)) if value is not None]
    if len(given) != 1:
        raise ScenarioError("pfn: one of pfn, pid and block must be given")
    return given[0]
