"""The states that links name stay what they are: every shipped scenario under every policy, digest by digest.

The table was written at 0b6fcfb, before the core was moved into rooms; `python -m tests.machine.test_digests` writes it
anew. A line of it changes only together with a reason in docs/decisions.md.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.machine import Machine
from sim.scenario.scenario import list_scenarios, load_scenario

TABLE = Path(__file__).parent.parent / "data" / "digests.json"
POLICIES = ("rfc-v1", "static", "off")
SEEDS = (0, 4711)  # 0: the scenario's own


def digests(name: str, policy: str, seed: int) -> dict[str, str]:
    """op -> digest, at five ops."""
    changes: dict[str, Any] = {"policy": policy} | ({"seed": seed} if seed else {})
    machine = Machine(load_scenario(name).with_changes(changes))
    found = {}
    for part in range(5):
        machine.seek(machine.length * part // 4)
        found[str(machine.op)] = machine.digest()
    return found


def key(name: str, policy: str, seed: int) -> str:
    return f"{name} {policy} {seed or 'own seed'}"


CASES = [(name, policy, seed) for name in list_scenarios() for policy in POLICIES for seed in SEEDS]


@pytest.mark.parametrize(("name", "policy", "seed"), CASES)
def test_every_shipped_scenario_goes_through_the_states_it_always_went_through(
    name: str, policy: str, seed: int
) -> None:
    assert digests(name, policy, seed) == json.loads(TABLE.read_text())[key(name, policy, seed)]


if __name__ == "__main__":
    table = {key(*case): digests(*case) for case in CASES}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    print(f"{len(table)} rows written to {TABLE}", file=sys.stderr)
