"""What the page asks about the policy of a run: its rules, never its name."""

from sim.policies import find_policy


def rules_of(policy: str) -> dict[str, bool]:
    """`tags`: the machine has MTE; `kept`: tag storage is kept for good; `lends`: it is lent, reserved for a tag."""
    found = find_policy(policy)
    return {"tags": found.knows_tags, "kept": found.keeps, "lends": found.lends}
