"""Moving the data of one page to another (migrate_pages, v6.1; tagged pages: RFC v1 #20)."""

from sim.core.hooks.cost import X_MIGRATE_PAGE, charge
from sim.core.hooks.records import mark_once, record_cold, trace
from sim.core.jit.build import outlined
from sim.core.page.pages import set_kind
from sim.core.page.process import class_of, disown, own
from sim.core.reclaim.free import free_unref_page
from sim.core.rules import keeps_storage
from sim.core.state.consts import (
    E_FREE,
    E_MIGRATE,
    F_HEAD,
    F_ISOLATED,
    F_PINNED,
    F_STORAGE,
    F_TAGGED,
    K_FREE,
    NO_PAGE,
)
from sim.core.state.indices import V_MIGRATE_SUCCESS
from sim.core.state.state import State
from sim.core.tags.metadata import count_carve_out, give_up_tags


@outlined
def move_page(st: State, source: int, target: int, reason: int, mode: int, cpu: int) -> int:
    """Give the data of `source`, a single page, a new place; the old one is freed as any page is.

    `target` hangs on no list. Its tag storage, if the data is tagged, is the caller's; that of the source is given
    up here. The page becomes its owner's newest (ours). Isolated pageblocks get theirs without the per-CPU lists.
    """
    kind = st.kind[source]
    flags = st.flags[source]
    what = class_of(st, source)
    process = st.owner[source]
    set_kind(st, target, 0, kind)
    st.flags[target] = (st.flags[target] & F_STORAGE) | (flags & ~(F_PINNED | F_HEAD | F_STORAGE | F_ISOLATED))
    row = record_cold(st, E_MIGRATE, source, 0, target, kind)
    st.ev[row + 7] = process
    st.ev[row + 8] = reason
    st.ev[row + 9] = mode
    trace(st, E_FREE, source, 0, 0)
    disown(st, source)
    st.order[source] = -1
    st.flags[source] = 0
    if flags & (F_TAGGED | F_STORAGE):
        give_up_tags(st, source, 0, flags)
        if keeps_storage(st):
            count_carve_out(st, target, 0, 1)
    set_kind(st, source, 0, K_FREE)
    free_unref_page(st, source, 0, cpu)
    own(st, process, what, target, 0)
    st.vm[V_MIGRATE_SUCCESS] += 1
    charge(st, X_MIGRATE_PAGE, 1)
    return mark_once(st, E_MIGRATE, source)


@outlined
def record_batch(st: State, event: int, reason: int, mode: int, succeeded: int, failed: int) -> int:
    """mm_migrate_pages_start (counts 0) and mm_migrate_pages: the two ends of one call of migrate_pages."""
    row = record_cold(st, event, NO_PAGE, 0, reason, mode)
    st.ev[row + 7] = succeeded
    st.ev[row + 8] = failed
    return 0
