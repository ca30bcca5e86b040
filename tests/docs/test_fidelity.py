"""The page that says what is modelled can be trusted: each modelled rule names tests that exist."""

import re
from dataclasses import dataclass

import pytest

from tests.support import ROOT

PAGE = ROOT / "docs" / "fidelity.md"
STATES = {"modelled", "simplified", "missing"}


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    state: str
    tests: tuple[str, ...]


def rules() -> list[Rule]:
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "rule"]
    return [Rule(name, state, tuple(re.findall(r"`([^`]+)`", tests))) for name, _, state, _, tests in cells]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_has_a_state_and_a_modelled_one_has_a_test(rule: Rule) -> None:
    assert rule.state in STATES
    assert rule.tests or rule.state != "modelled"


@pytest.mark.parametrize("test", sorted({test for rule in rules() for test in rule.tests}))
def test_a_test_that_the_page_names_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text()
