"""What the page asks about the policy of a run: its rules, never its name."""

from sim.policies import Policy


def rules_of(policy: Policy) -> dict[str, bool]:
    """The rules that templates and scripts ask for: a page can be tagged, tag storage is kept for good, it is lent."""
    return {"tags": policy.knows_tags, "kept": policy.keeps, "lends": policy.lends}
