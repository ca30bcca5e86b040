"""The policies of tag storage, a file each. Options, selects, schema, docs and test matrices are made from POLICIES."""

from sim.policies.a0 import A0
from sim.policies.off import OFF
from sim.policies.policy import Policy, Story, WeakPoint
from sim.policies.rfc_v1 import RFC_V1
from sim.policies.static import STATIC

POLICIES: tuple[Policy, ...] = (STATIC, RFC_V1, A0, OFF)
NAMES: tuple[str, ...] = tuple(policy.name for policy in POLICIES)
DEFAULT: Policy = RFC_V1
WEAK: dict[str, WeakPoint] = {point.name: point for policy in POLICIES for point in policy.weak}


def find_policy(name: str) -> Policy:
    """The policy of this name. KeyError for a name that is none."""
    return {policy.name: policy for policy in POLICIES}[name]


def choices() -> str:
    """All of them as a help text lists them: `static (the carve-out), ... or off (no MTE)`."""
    *first, last = (f"{policy.name} ({policy.short})" for policy in POLICIES)
    return f"{', '.join(first)} or {last}"


__all__ = ["DEFAULT", "NAMES", "POLICIES", "WEAK", "Policy", "Story", "WeakPoint", "choices", "find_policy"]
