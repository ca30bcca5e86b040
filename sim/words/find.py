"""What a search means: a pfn, a process, or the text of an event that is still known."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import ScenarioError
from sim.run.snapshot import Event, Snapshot
from sim.scenario.layout import Layout
from sim.words.text import plural

if TYPE_CHECKING:
    from sim.look.inspect import ProcessPages

PFN = re.compile(r"pfn=(0x[0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a search leads."""

    kind: str  # pfn, process, event
    pfn: int  # -1: nowhere in particular
    level: str  # of the map at which it is to be seen
    what: str
    pid: int = 0
    op: int = -1


def pfn_in(query: str, layout: Layout) -> int:
    """The pfn that a query names: `0x80010`, `80010` or decimal, whichever is memory; -1 if none."""
    text = query.strip().lower().removeprefix("pfn").strip()
    for base in (0, 16):
        try:
            pfn = int(text, base)
        except ValueError:
            continue
        if pfn >= 0 and layout.page_of(pfn) >= 0:
            return pfn
    return -1


def pid_in(query: str, snapshot: Snapshot) -> int:
    """The pid that a query names, by number, name, or the start of a name; 0 if none."""
    text = query.strip().lower()
    for matches in (lambda p: text in {str(p.pid), p.name.lower()}, lambda p: p.name.lower().startswith(text)):
        found = next((p.pid for p in snapshot.processes if text and matches(p)), 0)
        if found:
            return found
    return 0


def event_in(query: str, events: tuple[Event, ...]) -> Event | None:
    """The newest event whose line or sentence has the text."""
    text = query.strip().lower()
    told = (event for event in reversed(events) if text in event.line.lower() or text in event.sentence.lower())
    return next(told, None) if text else None


def hit_pfn(pfn: int, words: str) -> Hit:
    """A page, described."""
    return Hit("pfn", pfn, "page", words)


def hit_process(pages: "ProcessPages") -> Hit:
    """A process, at its first page."""
    where = "owns nothing now" if pages.first_pfn < 0 else f"its memory begins at {pages.first_pfn:#x}"
    tags = f", {plural(pages.needs, 'tag page')} hold its tags" if pages.needs else ""
    return Hit("process", pages.first_pfn, "machine", f"{pages.name} ({pages.pid}): {where}{tags}.", pid=pages.pid)


def hit_event(event: Event) -> Hit:
    """An event, at its page if it has one."""
    found = PFN.search(event.line)
    pfn = int(found[1], 16) if found else -1
    return Hit("event", pfn or -1, "pageblock" if found else "machine", event.sentence, op=event.op)


def nothing(query: str) -> ScenarioError:
    """Why a search leads nowhere."""
    return ScenarioError(f"find: {query[:60]!r}: no pfn, process or recent event of this run")
