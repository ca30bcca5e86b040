"""The words of the marks on the timeline."""

from sim.core.state.consts import E_EXTFRAG, E_MIGRATE, E_OOM_KILL, E_PIN, E_RESERVE, E_RETURN
from sim.run.snapshot import Mark
from sim.scenario.poke import Command
from sim.words.commands import title

_WORDS = {
    E_RESERVE: ("reserve", "first tag page", False),
    E_RETURN: ("refusal", "first refusal", True),
    E_MIGRATE: ("migrate", "data moves out", False),
    E_EXTFRAG: ("steal", "steal", False),
    E_PIN: ("pin", "first pin", False),
    E_OOM_KILL: ("oom", "OOM kill", True),
}


def mark_view(op: int, event: int) -> Mark:
    """A mark as the timeline shows it."""
    kind, words, bad = _WORDS[event]
    return Mark(op, kind, words, bad)


def command_mark(command: Command) -> Mark:
    """What a person did, at its first op."""
    return Mark(command.at + 1, "command", f"you: {title(command)}", False)
