"""What tag storage may be used for and how: the rule bits of a run, and the questions that the core asks of them.

A policy (`sim/policies/`) is a set of these rules; nothing below the border knows its name. Every question is a test of
bits of one cell and becomes part of its caller.
"""

from sim.core.jit.build import inlined
from sim.core.state.consts import EINVAL, F_STORAGE, F_TAGGED, METADATA, OK
from sim.core.state.indices import D_HOME, D_RULES
from sim.core.state.state import State

RULE_KEPT = 1  # all tag storage is kept for tags from boot on; the counts of its blocks only say who uses them
RULE_LENT = 2  # tag storage is lent to data, and a tagged block needs its tag pages reserved
RULE_ONE_REF = 4  # an allocation holds one reference on each of its tag blocks, whatever its order
# Weak points of the posted series that are mended (tag-storage facts 3.6); a bit that is not set leaves them as posted.
MEND_W1 = 1 << 7  # one reference for each page, whatever the rule
MEND_W2 = 1 << 8  # blocks of several pages: no more of them than the request needs
MEND_W7 = 1 << 9  # a page gives up what was reserved for it, tagged or not
MEND_W9 = 1 << 10  # a page outside every region is refused to a tagged request
MEND_W10 = 1 << 11  # blocks that a failed reservation gives back count as freed
# As policies name them (sim/policies/). With neither of the first two nothing is tagged.
RULES = {"kept": RULE_KEPT, "lent": RULE_LENT, "one-ref": RULE_ONE_REF, "mend-w1": MEND_W1}
RULES |= {"mend-w2": MEND_W2, "mend-w7": MEND_W7, "mend-w9": MEND_W9, "mend-w10": MEND_W10}


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


@inlined
def blocks_of_pages(st: State, tag_pages: int, block: int) -> int:
    """Tag blocks of `block` pages that are reserved for so many tag pages: as many blocks as pages (W2)."""
    return (tag_pages + block - 1) // block if st.dim[D_RULES] & MEND_W2 else tag_pages


@inlined
def refs_held(st: State, pages: int, most: int) -> int:
    """References that an allocation of so many pages holds on each of its tag blocks, which serve at most `most`."""
    return 1 if st.dim[D_RULES] & (RULE_ONE_REF | MEND_W1) == RULE_ONE_REF else min(pages, most)


@inlined
def gives_up_storage(st: State, flags: int) -> int:
    """Whether an allocated block with these flags gives up tag storage when it is freed: if it was tagged (W7)."""
    return flags & (F_STORAGE if st.dim[D_RULES] & MEND_W7 else F_TAGGED)


@inlined
def outside_regions(st: State) -> int:
    """What a reservation answers for a page outside every region: that all is well (W9)."""
    return EINVAL if st.dim[D_RULES] & MEND_W9 else OK


@inlined
def rollback_is_free(st: State) -> int:
    """Whether a block that a failed reservation gives back counts as freed: it does not (W10)."""
    return st.dim[D_RULES] & MEND_W10
