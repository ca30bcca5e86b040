"""What a request has cost so far, in nanoseconds, and the histogram of what requests have cost (ours).

Prices stand in `price`, named in `sim/scenario/costs.py` in the order of X_*. Who does something that costs charges it
to the request at hand; daemons charge nobody (`daemons_turn`).
"""

from sim.core.jit.build import compiled, inlined
from sim.core.state.indices import R_COST, R_PATH
from sim.core.state.state import COST_BUCKETS, State

# `price`: names in sim/scenario/costs.py.
X_PCP_HIT, X_REFILL_PAGE, X_BUDDY_TAKE, X_ZONE_TEST, X_SLOW_PATH = 0, 1, 2, 3, 4
X_TAG_LOOKUP, X_TAKE_TAG_PAGE, X_LRU_DRAIN, X_DRAIN_CPU, X_EBUSY_TRY = 5, 6, 7, 8, 9
X_DROP_PAGE, X_MIGRATE_PAGE, X_TAG_CACHE, X_CLEAR_TAGS = 10, 11, 12, 13
X_RECLAIM_SCAN, X_RECLAIM_PAGE, X_COMPACT_SCAN, X_OOM_KILL = 14, 15, 16, 17

# R_PATH: where the block came from, how its tag pages were come by. Below: rows of the histogram.
FROM_BUDDY, FROM_SLOW, UNTAGGED = 1, 2, 3
TAGS_TAKEN, TAGS_MOVED, DATA_MOVES = 4, 8, 16
PATH_RESERVED, PATH_TAKEN, PATH_MOVED, PATH_RETRIED, PATH_REFUSED = 3, 4, 5, 6, 7


@inlined
def charge(st: State, price: int, times: int) -> int:
    """The request at hand pays a price so many times."""
    st.req[R_COST] += st.price[price] * times
    return 0


@compiled
def settle_tags(st: State, taken: int) -> int:
    """Note how a reservation came by its tag pages: all there already, some taken, some emptied of data first."""
    moved = st.req[R_PATH] & DATA_MOVES
    tags = TAGS_MOVED if moved else (TAGS_TAKEN if taken else 0)
    st.req[R_PATH] = (st.req[R_PATH] & UNTAGGED) | tags
    return 0


@compiled
def tagged_path(st: State, refused: int, refusals: int) -> int:
    """The row of a request that needed tag storage."""
    if refused:
        return PATH_REFUSED
    if refusals:
        return PATH_RETRIED
    tags = st.req[R_PATH]
    return PATH_MOVED if tags & TAGS_MOVED else (PATH_TAKEN if tags & TAGS_TAKEN else PATH_RESERVED)


@inlined
def untagged_path(st: State) -> int:
    """The row of any other request."""
    return min(st.req[R_PATH] & UNTAGGED, FROM_SLOW)


@compiled
def find_bucket(st: State, ns: int) -> int:
    """Buckets of 1 ns up to 16 ns, then eight an octave, at most an eighth wide."""
    shift = 0
    while ns >> shift >= 16:
        shift += 1
    return min(shift * 8 + (ns >> shift), COST_BUCKETS - 1)


@compiled
def remember_cost(st: State, path: int, ns: int) -> int:
    """Find the bucket of a cost that this path did not have the last time, and keep the most it has seen."""
    at = path * COST_BUCKETS + find_bucket(st, ns)
    st.cost_most[at] = max(st.cost_most[at], ns)
    st.cost_last[path * 2] = ns
    st.cost_last[path * 2 + 1] = at
    return 0


@inlined
def count_cost(st: State, path: int) -> int:
    """The request is answered: what it cost, counted in the histogram. Most cost what the one before did."""
    ns = st.req[R_COST] + st.price[X_PCP_HIT]
    st.req[R_COST] = ns
    if st.cost_last[path * 2] != ns:
        remember_cost(st, path, ns)
    st.cost[st.cost_last[path * 2 + 1]] += 1
    return ns
