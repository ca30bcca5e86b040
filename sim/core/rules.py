"""What tag storage may be used for and how: the rule bits of a run, and the questions that the core asks of them.

A policy (`sim/policies/`) is a set of these rules; nothing below the border knows its name. Every question is a test of
bits of one cell and becomes part of its caller.
"""

from sim.core.jit.build import inlined
from sim.core.state.consts import METADATA
from sim.core.state.indices import D_HOME, D_RULES
from sim.core.state.state import State

RULE_KEPT = 1  # all tag storage is kept for tags from boot on; the counts of its blocks only say who uses them
RULE_LENT = 2  # tag storage is lent to data, and a tagged block needs its tag pages reserved
RULES = {"kept": RULE_KEPT, "lent": RULE_LENT}  # as policies name them; without any of these two nothing is tagged


@inlined
def knows_tags(st: State) -> int:
    """Whether a page can be tagged at all."""
    return st.dim[D_RULES] & (RULE_KEPT | RULE_LENT)


@inlined
def keeps_storage(st: State) -> int:
    """Whether every tag page is kept for tags: nothing is reserved or released, users are counted."""
    return st.dim[D_RULES] & RULE_KEPT


@inlined
def needs_storage(st: State) -> int:
    """Whether a tagged block needs its tag pages reserved, and gives them up when it is freed."""
    return st.dim[D_RULES] & RULE_LENT


@inlined
def may_be_lent(st: State, tagged: int) -> int:
    """Whether a movable request may live in tag storage. To whom it is closed, its free pages are no free pages."""
    return 0 if tagged else st.dim[D_RULES] & RULE_LENT


@inlined
def lent_on_pcp(st: State) -> int:
    """Whether MOVABLE per-CPU lists hold pages of tag storage, so that only who may live there takes from them."""
    return st.dim[D_RULES] & RULE_LENT


@inlined
def home_of(st: State) -> int:
    """Migratetype of a pageblock of tag storage that is lent, to which what was taken goes back."""
    return METADATA - st.dim[D_HOME]
