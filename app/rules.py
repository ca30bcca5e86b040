"""What the page asks about the policy of a run: its rules, never its name."""

RULES: dict[str, dict[str, bool]] = {
    # tags: the machine has MTE; kept: tag storage is kept for good; lends: it is lent, and reserved when a tag needs it
    "off": {"tags": False, "kept": False, "lends": False},
    "static": {"tags": True, "kept": True, "lends": False},
    "rfc-v1": {"tags": True, "kept": False, "lends": True},
}


def rules_of(policy: str) -> dict[str, bool]:
    """The rules of a policy, for templates and scripts."""
    return RULES[policy]
