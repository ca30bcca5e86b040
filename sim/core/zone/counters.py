"""NR_FREE_PAGES and NR_FREE_CMA_PAGES, with the per-CPU drift that readers see (__mod_zone_page_state, v6.1).

A simulation keeps exact counters: D_DRIFT is set when a recorded kernel is replayed.
"""

from sim.core.jit.build import inlined, outlined
from sim.core.state.consts import CMA, HIGHATOMIC, ISOLATE, METADATA
from sim.core.state.indices import D_CPU, D_CPUS, D_DRIFT, D_ZONES
from sim.core.state.state import State


@outlined
def drift(st: State, z: int, pages: int, cma: int) -> int:
    """Add to what this CPU holds back of a counter, and fold it when it goes over the threshold."""
    pcp = z * st.dim[D_CPUS] + st.dim[D_CPU]
    held = pages + (st.pcp_diff_cma[pcp] if cma else st.pcp_diff[pcp])
    fold = abs(held) > st.z_threshold[z]
    if cma:
        st.z_seen_cma[z] += held * fold
        st.pcp_diff_cma[pcp] = held * (1 - fold)
    else:
        st.z_seen[z] += held * fold
        st.pcp_diff[pcp] = held * (1 - fold)
    return 0


@inlined
def mod_free(st: State, z: int, pages: int) -> int:
    """NR_FREE_PAGES alone."""
    st.z_free[z] += pages
    if st.dim[D_DRIFT]:
        drift(st, z, pages, 0)
    return 0


@inlined
def mod_free_of_type(st: State, z: int, pages: int, mt: int) -> int:
    """NR_FREE_CMA_PAGES or NR_FREE_METADATA_PAGES, for pages of such a type."""
    if mt == METADATA:
        st.z_meta[z] += pages
    if mt == CMA:
        st.z_cma[z] += pages
        if st.dim[D_DRIFT]:
            drift(st, z, pages, 1)
    return 0


@inlined
def mod_zone_freepage_state(st: State, z: int, pages: int, mt: int) -> int:
    """Pages of a type enter or leave the buddy lists. Isolated pages do not count as free (RFC v1 #5: METADATA)."""
    if mt == ISOLATE:
        return 0
    mod_free(st, z, pages)
    return mod_free_of_type(st, z, pages, mt) if mt > HIGHATOMIC else 0


@inlined
def free_pages(st: State, z: int) -> int:
    """NR_FREE_PAGES as zone_page_state reads it."""
    return max(st.z_seen[z], 0) if st.dim[D_DRIFT] else st.z_free[z]


@inlined
def free_cma_pages(st: State, z: int) -> int:
    """NR_FREE_CMA_PAGES likewise."""
    return max(st.z_seen_cma[z], 0) if st.dim[D_DRIFT] else st.z_cma[z]


@outlined
def refresh_cpu_vm_stats(st: State) -> int:
    """Once a second every CPU adds what it holds back (vmstat_update; its work is rounded to whole seconds)."""
    for z in range(st.dim[D_ZONES]):
        for cpu in range(st.dim[D_CPUS]):
            pcp = z * st.dim[D_CPUS] + cpu
            st.z_seen[z] += st.pcp_diff[pcp]
            st.z_seen_cma[z] += st.pcp_diff_cma[pcp]
            st.pcp_diff[pcp] = 0
            st.pcp_diff_cma[pcp] = 0
    return 0
