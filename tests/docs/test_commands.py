"""If it can be typed, it is explained: docs/command-line.md is compared with what `carveout` says of itself."""

import functools
import re

import pytest

from tests.support import ROOT, run_carveout

PAGE = ROOT / "docs" / "command-line.md"
COMMANDS = ["serve", "run", "proc", "bench", "scenarios", "check", "replay"]


@functools.cache
def help_of(*command: str) -> str:
    said = run_carveout(*command, "--help")
    assert said.returncode == 0, said.stderr
    return said.stdout


def flags(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--help", "--version"}


def section(command: str) -> str:
    found = re.search(rf"^## carveout {command}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/command-line.md has no section `## carveout {command}`"
    return found[1]


def test_the_page_has_a_section_for_every_command_and_no_other() -> None:
    listed = re.findall(r"^ {4}([a-z]+)", help_of(), re.MULTILINE)
    sections = re.findall(r"^## carveout (\w+)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_section_names_every_flag_of_its_command_and_no_other(command: str) -> None:
    assert flags(section(command)) == flags(help_of(command))


def test_every_environment_variable_that_the_code_reads_is_explained() -> None:
    sources = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "app").rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"CARVEOUT_[A-Z_]+", path.read_text())}
    explained = set(re.findall(r"`(CARVEOUT_[A-Z_]+)`", PAGE.read_text()))
    assert read <= explained
