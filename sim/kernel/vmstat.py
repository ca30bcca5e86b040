"""Counters by their names in /proc/vmstat; those of tag storage as RFC v1 names them (facts 2.3, 4.6)."""

from typing import Any

from numpy.typing import NDArray

from sim.core.state import indices
from sim.core.state.consts import C_ANON, C_DIRTY, C_FILE, C_PAGETABLE, C_SLAB, C_TAGGED, CLASSES
from sim.scenario.layout import Layout

EVENTS = {
    "pgfree": indices.V_PGFREE,
    "allocstall_movable": indices.V_ALLOCSTALL,
    "pgsteal_kswapd": indices.V_STEAL_KSWAPD,
    "pgsteal_direct": indices.V_STEAL_DIRECT,
    "pgscan_kswapd": indices.V_SCAN_KSWAPD,
    "pgscan_direct": indices.V_SCAN_DIRECT,
    "pageoutrun": indices.V_PAGEOUTRUN,
    "oom_kill": indices.V_OOM_KILL,
    "pgmigrate_success": indices.V_MIGRATE_SUCCESS,
    "pgmigrate_fail": indices.V_MIGRATE_FAIL,
    "compact_migrate_scanned": indices.V_COMPACT_MIGRATE_SCANNED,
    "compact_free_scanned": indices.V_COMPACT_FREE_SCANNED,
    "compact_isolated": indices.V_COMPACT_ISOLATED,
    "compact_stall": indices.V_COMPACT_STALL,
    "compact_fail": indices.V_COMPACT_FAIL,
    "compact_success": indices.V_COMPACT_SUCCESS,
    "compact_daemon_wake": indices.V_DAEMON_WAKE,
    "compact_daemon_migrate_scanned": indices.V_DAEMON_MIGRATE_SCANNED,
    "compact_daemon_free_scanned": indices.V_DAEMON_FREE_SCANNED,
    "thp_fault_alloc": indices.V_THP_ALLOC,
    "thp_fault_fallback": indices.V_THP_FALLBACK,
    "nr_written": indices.V_WRITTEN,
    "metadata_reserve_success": indices.V_RESERVE_SUCCESS,
    "metadata_reserve_fail": indices.V_RESERVE_FAIL,
    "metadata_reserve_free": indices.V_RESERVE_FREE,
}


def vmstat(arrays: dict[str, NDArray[Any]], layout: Layout) -> dict[str, int]:
    """Every counter the model has, in the kernel's order: zone, node, then event counters."""
    held = arrays["p_count"].reshape(-1, CLASSES).sum(axis=0)
    found = {
        "nr_free_pages": arrays["z_free"].sum(),
        "nr_free_cma": arrays["z_cma"].sum(),
        "nr_free_metadata": arrays["z_meta"].sum(),
        "nr_anon_pages": held[C_ANON] + held[C_TAGGED],
        "nr_file_pages": held[C_FILE] + held[C_DIRTY],
        "nr_dirty": held[C_DIRTY],
        "nr_slab_reclaimable": held[C_SLAB],
        "nr_page_table_pages": held[C_PAGETABLE],
    }
    for zone, kind in zip(layout.zones, arrays["z_type"], strict=True):
        found[f"pgalloc_{zone.lower()}"] = arrays["vm"][indices.V_PGALLOC + int(kind)]
    found |= {"pswpin": 0, "pswpout": 0}  # there is no swap; readers take a missing line for a number
    found |= {name: arrays["vm"][index] for name, index in EVENTS.items()}
    return {name: int(value) for name, value in found.items()}
