"""What has just happened, in one or two sentences, from the newest events that concern tag storage. HTML."""

import re
from html import escape

from sim.snapshot import Event, Snapshot
from sim.words.text import plural, size

FIELD = re.compile(r"(\w+)=(\S+)")
TOLD = ("mark_victim", "metadata_return", "metadata_reserve", "metadata_free", "mm_page_alloc_extfrag", "metadata_pin")


def story(snapshot: Snapshot) -> str:
    """The title of the story: the newest op with an event of tag storage, told by its weightiest event."""
    told = [event for event in snapshot.events if _is_told(event)]
    if not told:
        return "Nothing has touched tag storage lately." if snapshot.op else "Nothing has happened yet."
    op = told[-1].op
    events = [event for event in snapshot.events if event.op == op]
    name = next(name for name in TOLD if any(event.name == name for event in events))
    return STORIES.get(name, _said)(name, events, snapshot)


def _is_told(event: Event) -> bool:
    if event.name == "metadata_free":
        return fields(event)["released"] != "0"
    return event.name in TOLD


def fields(event: Event) -> dict[str, str]:
    """The values of an event's line by name."""
    return dict(FIELD.findall(event.line))


def _last(name: str, events: list[Event]) -> Event:
    return [event for event in events if event.name == name][-1]


def _said(name: str, events: list[Event], _: Snapshot) -> str:
    return escape(_last(name, events).sentence)


def _oom(name: str, events: list[Event], snapshot: Snapshot) -> str:
    oom = snapshot.ooms[-1] if snapshot.ooms else None
    if oom is None or oom.op != events[0].op:
        return _said(name, events, snapshot)
    victim = f"<b>{escape(oom.victim)} ({oom.victim_pid})</b> was killed with {size(oom.free)} free."
    asked = "It had asked itself." if oom.victim_pid == oom.requester_pid else "It was not the one who asked."
    return f"{victim} {asked}"


def _refused(name: str, events: list[Event], _: Snapshot) -> str:
    returns = [event for event in events if event.name == name]
    served = [event for event in events if event.name == "mm_page_alloc" and not event.bad]
    end = f" {escape(served[-1].sentence)}" if served else " It got nothing."
    pfn = fields(returns[-1])["pfn"]
    tags = [fields(event) for event in events if event.name == "metadata_reserve" and event.bad]
    where = f": its tags belong in <code>{tags[-1]['block']}</code>, which cannot be emptied" if tags else ""
    return f"<code>{pfn}</code> was refused {_times(len(returns))}{where}.{end}"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _reserved(name: str, events: list[Event], _: Snapshot) -> str:
    event = _last(name, events)
    values = fields(event)
    got = [escape(other.sentence) for other in events if other.name == "mm_page_alloc" and not other.bad]
    if event.bad or values["nblocks"] != "1" or not got:
        return " ".join([*got, escape(event.sentence)])
    return f"{got[-1]} {_paid(values, events)}"


def _paid(values: dict[str, str], events: list[Event]) -> str:
    """What the tags of one page cost."""
    tags = f"<code>{values['block']}</code>"
    if values["taken"] == "0":
        return f"Its tag page {tags} holds tags already: this one costs nothing."
    moved = [event for event in events if event.name in {"mm_migrate_pages", "reclaim_clean_pages_from_list"}]
    if not moved:
        return f"Its tag page {tags} was free: taken at once. {_neighbours(values)} now cost nothing."
    return f"{' '.join(escape(event.sentence) for event in moved)} It now holds tags."


def _neighbours(values: dict[str, str]) -> str:
    return plural(32 * int(values["taken"]) - 1, "neighbour")


STORIES = {"mark_victim": _oom, "metadata_return": _refused, "metadata_reserve": _reserved}
