"""What a person did to the machine, in words: plain text, no HTML."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from sim.run.snapshot import Story, StoryStep, StoryStop
from sim.scenario.poke import Command, Kill, Knob, end_of
from sim.scenario.program import Alloc, Compact, Drain, Exit, Free, FreePage, Pin, Unpin
from sim.words.text import plural

if TYPE_CHECKING:
    from sim.run.snapshot import PageView
    from sim.scenario.layout import Layout


def title(command: Command) -> str:
    """The command as one short phrase."""
    match command:
        case Alloc():
            return f"alloc_pages {command.count} x order {command.order}, {command.what}, for {command.process}"
        case Free():
            return f"free the {command.count} {command.which} {command.what} blocks of {command.process}"
        case FreePage():
            more = f" and {command.count - 1} more" if command.count > 1 else ""
            return f"free {command.pfn:#x}{more}"
        case Pin():
            return f"pin {command.pfn:#x}" + (f" for {plural(command.ops, 'op')}" if command.ops else "")
        case Unpin():
            return f"unpin {command.pfn:#x}"
        case Exit() | Kill():
            return f"{command.do} {command.process}"
        case Knob():
            return f"knob {command.name} to {command.value}"
        case Drain():
            return "drain the per-CPU lists"
        case Compact():
            return "compact all zones"


def outcome(command: Command, outcomes: Sequence[int], before: "PageView | None", layout: "Layout") -> tuple[bool, str]:
    """Whether it did anything, and what it came to. `before`: the page it names, as it was."""
    done = sum(result >= 0 for result in outcomes)
    match command:
        case Alloc():
            first = next((result for result in outcomes if result >= 0), None)
            at = "" if first is None else f", the first at {layout.pfn_of(first):#x}"
            return done > 0, f"{done} of {plural(command.count, 'block')} served{at}"
        case Free():
            return done > 0, f"{done} of {plural(command.count, 'block')} freed"
        case FreePage():
            return done > 0, f"{done} of {plural(command.count, 'block')} freed, from {command.pfn:#x} on"
        case Pin():
            return _pinned(command, outcomes[-1], before)
        case Unpin():
            words = "the pin is gone" if outcomes[-1] else "it was not pinned"
            return bool(outcomes[-1]), f"{command.pfn:#x}: {words}"
        case Exit() | Kill():
            return True, f"{command.process} is gone, {plural(outcomes[-1], 'page')} came back"
        case Knob():
            return True, f"{command.name} is {command.value} now"
        case Drain():
            return True, "the per-CPU lists are empty"
        case Compact():
            return True, "all zones are compacted"


def _pinned(command: Pin, result: int, before: "PageView | None") -> tuple[bool, str]:
    at = f"{command.pfn:#x}"
    if result:
        return True, f"{at} is pinned " + (
            f"for {plural(command.ops, 'op')}" if command.ops else "until it is unpinned"
        )
    if before is not None and before.pinned:
        return False, f"{at} is pinned already"
    return False, f"{at}: nobody owns this page, so there is nothing to pin"


def told(story: Story, commands: Sequence[Command], op: int) -> Story:
    """The story of this op; if it was a command, that somebody gave it."""
    given = next((command for command in commands if command.at < op <= end_of(command)), None)
    if given is None:
        return story
    what = f"You: {title(given)}"
    if story.op == op:
        return replace(story, what=what)
    step = StoryStep(1, "Command.", f"It happened at op {op:,}, and is part of the run and of its link.", bad=False)
    stops = (StoryStop(1, given.pfn, link=False, bad=False),) if isinstance(given, Pin | Unpin | FreePage) else ()
    return Story("What you have just done", op, f"You: {_escaped(given)}.", bad=False, steps=(step,), stops=stops)


def _escaped(command: Command) -> str:
    return escape(title(command))
