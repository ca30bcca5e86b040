"""What `carveout replay` prints: one JSON object, or a table and the first divergence of each window."""

from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.replay.run import HINTS, MODES, Window, read_run, replay


def replay_report(
    folder: Path, mode: str, hints: str, start: str | None, end: str | None
) -> tuple[dict[str, Any], list[Window]]:
    """The JSON of a replay, and its windows. Raises ScenarioError for what cannot be replayed."""
    if mode not in MODES:
        raise ScenarioError(f"mode: {mode[:60]!r}: must be events or requests")
    if set(hints) - set(HINTS) or len(set(hints)) != len(hints):
        raise ScenarioError(f"hints: {hints[:60]!r}: must be some of {HINTS}")
    run = read_run(folder, mode, hints)
    windows, seconds = replay(run, hints, start, end)
    views = [window.view(bool(run.layout.regions)) for window in windows]
    name = folder.resolve().name
    told = {"run": name, "mode": mode, "hints": hints, "seconds": round(seconds, 3), "unread": str(run.unread)}
    return told | {"windows": views}, windows


COLUMNS = (
    "to",
    "allocs",
    "predicted",
    "drains",
    "drains_predicted",
    "free_blocks",
    "wrong_blocks",
    "lists",
    "lists_right",
)
TAGGED = ("reservations", "reservations_right", "tag_blocks", "tag_blocks_right")


def text_table(report: dict[str, Any], windows: list[Window]) -> str:
    """A line a window, then what went wrong first in each."""
    rows = report["windows"]
    names = [*COLUMNS, "wrong_pcp", *(name for name in TAGGED if rows and name in rows[0])]
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    lines = [f"{report['run']}, {report['mode']} mode, hints {report['hints'] or 'none'}, {report['seconds']} s"]
    lines.append("  ".join(f"{name:>{widths[name]}}" for name in names))
    lines += ["  ".join(f"{row[name]!s:>{widths[name]}}" for name in names) for row in rows]
    for window in windows:
        used = ", ".join(f"{name} {count}" for name, count in window.hints_used.items() if count)
        if used:
            lines.append(f"{window.end}: hints used: {used}")
        if window.why:
            lines.append(f"{window.end}: {window.why}")
    return "\n".join(lines)
