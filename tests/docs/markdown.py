"""Reads the examples, links and tables out of the documentation."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

FENCE = re.compile(r"^```(?P<kind>[\w-]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<picture>[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Example:
    """One command of a `console` block, with the output that the reader is shown; `...` stands for anything."""

    page: str
    command: str
    shown: str


def pages() -> list[Path]:
    """Every page of documentation that a reader is sent to."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples() -> list[Example]:
    """The commands of all `console` blocks: a line that begins with `$ `, then what it prints."""
    found = []
    for page in pages():
        for fence in FENCE.finditer(page.read_text()):
            if fence["kind"] == "console":
                found += [Example(page.name, *part) for part in _commands(fence["body"])]
    return found


def _commands(body: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(command.strip(), shown) for command, _, shown in (part.partition("\n") for part in parts)]


def links(page: Path) -> list[str]:
    """Targets of links and pictures that lead into the repository."""
    targets = [match["target"] or match["picture"] for match in LINK.finditer(page.read_text())]
    return [target for target in targets if not re.match(r"[a-z]+:|#", target)]


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
