"""What a run is at one op, as plain data and as text."""

import re
from html import unescape
from typing import Any

from sim import __version__
from sim.machine import Machine
from sim.run.snapshot import Ledger, Snapshot
from sim.words import answer, failed, question
from sim.words.text import plural

ENGINE = f"Carveout {__version__}"
TAG = re.compile(r"<[^>]*>")


def report(machine: Machine) -> dict[str, Any]:
    """The object of `carveout run --json`."""
    snapshot, scenario = machine.snapshot(), machine.scenario
    return {
        "scenario": scenario.name,
        "policy": scenario.policy,
        "seed": scenario.seed,
        "op": snapshot.op,
        "digest": machine.digest(),
        "engine": ENGINE,
        **numbers(snapshot),
        "ok": True,
    }


def numbers(snapshot: Snapshot) -> dict[str, Any]:
    """What a run came to so far, as the command line and the service both say it."""
    return {
        "counters": dict(snapshot.counters),
        "tag_storage": tag_storage(snapshot.ledger),
        "oom_kills": snapshot.counters["oom_kill"],
        "failed_requests": snapshot.failed,
    }


def tag_storage(ledger: Ledger) -> dict[str, int]:
    """Tag pages by use, in pages."""
    return {
        "total": ledger.total,
        "free": ledger.free + ledger.pcp,
        "data": ledger.anon + ledger.file + ledger.dirty,
        "reserved": ledger.tags,
        "isolated": ledger.other,
    }


def text_report(machine: Machine, again: str) -> str:
    """The same for people; `again` is the command that makes this run once more."""
    snapshot, scenario = machine.snapshot(), machine.scenario
    head = f"{scenario.name}, policy {scenario.policy}, seed {scenario.seed}, op {snapshot.op:,} of {snapshot.length:,}"
    said = [question(snapshot, scenario), answer(snapshot, scenario, scenario.rules), snapshot.story.title]
    said += [failed(snapshot)] if snapshot.failed else []
    lines = [head, "", *(plain(html) for html in said), "", *_storage(snapshot), "", *_counters(snapshot)]
    return "\n".join([*lines, "", f"digest {machine.digest()}", f"again: {again}"])


def _storage(snapshot: Snapshot) -> list[str]:
    use = tag_storage(snapshot.ledger)
    parts = ", ".join(f"{use[name]:,} {name}" for name in ("reserved", "data", "free", "isolated"))
    return [f"tag storage, {plural(use['total'], 'page')}: {parts}"]


def _counters(snapshot: Snapshot) -> list[str]:
    width = max(len(name) for name in snapshot.counters)
    return [f"{name:<{width}} {value:>12,}" for name, value in snapshot.counters.items() if value]


def plain(html: str) -> str:
    """A sentence without its marks."""
    return unescape(TAG.sub("", html)).replace("\u00a0", " ")
