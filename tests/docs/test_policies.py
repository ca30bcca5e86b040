"""docs/policies.md says what sim/policies/ says."""

import re

import pytest

from sim.policies import NAMES, POLICIES, WEAK, Policy, WeakPoint, choices
from tests.support import ROOT

PAGE = (ROOT / "docs" / "policies.md").read_text()


def row(policy: Policy) -> str:
    """A policy as a line of the table."""
    rules = ", ".join(f"`{rule}`" for rule in sorted(policy.rules)) or "none"
    taking = policy.when + (f", `{policy.taking}`" if policy.taking else "")
    cells = (f"`{policy.name}`", policy.short, policy.source, rules, policy.home or "kept", taking)
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("policy", POLICIES, ids=NAMES)
def test_the_table_has_a_line_for_every_policy(policy: Policy) -> None:
    assert row(policy) in PAGE.splitlines()


def test_the_command_line_page_lists_the_policies_as_the_help_does() -> None:
    line = next(
        line for line in (ROOT / "docs" / "command-line.md").read_text().splitlines() if "| `--policy` |" in line
    )
    assert re.sub("`", "", line).startswith(f"| --policy | {choices()}, in place of the scenario's")


@pytest.mark.parametrize("point", WEAK.values(), ids=WEAK)
def test_the_table_has_a_line_for_every_weak_point(point: WeakPoint) -> None:
    having = ", ".join(f"`{policy.name}`" for policy in POLICIES if point.name in {weak.name for weak in policy.weak})
    assert f"| `{point.name}` | {having} | {point.what} | {point.mended} |" in PAGE.splitlines()
