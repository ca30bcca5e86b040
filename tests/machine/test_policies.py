"""A policy is a set of rules: its name is known in its own file, and whatever lists policies is made from one tuple."""

import ast
from pathlib import Path

import pytest

from sim.core.rules import RULES
from sim.policies import DEFAULT, NAMES, POLICIES, Policy, choices, find_policy
from sim.scenario.scenario import Scenario
from tests.support import ROOT

CORE = sorted((ROOT / "sim" / "core").rglob("*.py"))
ABOVE = sorted(path for path in (ROOT / "sim").rglob("*.py") if not {"core", "policies"} & set(path.parts))
SERVICE = sorted((ROOT / "app").rglob("*.py"))
CONSTANTS = {f"P_{name.upper().replace('-', '_')}" for name in NAMES} | {"D_POLICY", "POLICY"}


def texts(node: ast.AST) -> list[str]:
    """The texts that stand in a piece of code."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def named(path: Path) -> list[str]:
    """Names of policies in a file: as a text, in backticks, or as a constant."""
    source = path.read_text()
    said = [name for name in NAMES if f"`{name}`" in source]
    names = [node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and node.id in CONSTANTS]
    return [*said, *names, *(text for text in texts(ast.parse(source)) if text in NAMES)]


def asked(path: Path) -> list[str]:
    """Names of policies that a file compares something with, or lists."""
    tree = list(ast.walk(ast.parse(path.read_text())))
    compared = [node for node in tree if isinstance(node, ast.Compare)]
    lists = [node for node in tree if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict)]
    found = [[text for text in texts(node) if text in NAMES] for node in compared]
    found += [names for node in lists if len(names := [text for text in texts(node) if text in NAMES]) > 1]
    return [name for names in found for name in names]


def test_no_policy_has_a_name_below_the_border() -> None:
    assert {path.name: names for path in CORE if (names := named(path))} == {}


def test_above_the_border_only_the_room_of_the_policies_names_one() -> None:
    assert {path.name: names for path in ABOVE if (names := named(path))} == {}


def test_the_service_asks_no_policy_for_its_name() -> None:
    assert {path.name: names for path in SERVICE if (names := asked(path))} == {}


@pytest.mark.parametrize("policy", POLICIES, ids=NAMES)
def test_a_policy_is_made_of_rules_and_of_a_way_of_taking_that_the_core_has(policy: Policy) -> None:
    assert policy.rules <= set(RULES)
    assert bool(policy.taking) == policy.lends == (policy.home == "METADATA")
    assert not policy.taking or (ROOT / "sim" / "core" / "take" / f"{policy.taking}.py").exists()
    assert not (policy.keeps and policy.lends)


def test_every_policy_stands_in_a_file_of_its_own() -> None:
    files = {path.stem for path in (ROOT / "sim" / "policies").glob("*.py")} - {"__init__", "policy"}
    assert files == {name.replace("-", "_") for name in NAMES}


def test_every_rule_is_a_bit_of_its_own() -> None:
    assert all(bit.bit_count() == 1 for bit in RULES.values())
    assert len(set(RULES.values())) == len(RULES)


def test_a_scenario_may_have_any_of_the_policies() -> None:
    assert Scenario.model_json_schema()["properties"]["policy"]["enum"] == list(NAMES)
    assert Scenario.model_fields["policy"].default == DEFAULT.name


def test_a_help_text_lists_them_all() -> None:
    assert choices().startswith("static (the carve-out), ")
    assert all(f"{policy.name} ({policy.short})" in choices() for policy in POLICIES)


def test_what_a_policy_means_is_looked_up_by_its_name() -> None:
    assert [find_policy(name) for name in NAMES] == list(POLICIES)
