"""Knobs of the kernel that a person turns while the machine runs, and what the machine then works with."""

from typing import Any

from numpy.typing import NDArray

from sim.core.state.indices import D_MIN_FREE, D_TRIES
from sim.core.take.by_contig import TRIES
from sim.kernel.boot import PAGE_KB, boot_numbers, min_free_pages, thp_at_boot
from sim.policies import Policy
from sim.scenario.layout import Layout

Arrays = dict[str, NDArray[Any]]


def turn(arrays: Arrays, name: str, value: int, layout: Layout, rules: Policy) -> None:
    """Turn one: `reserve_tries`, tries of alloc_contig_range on -EBUSY (RFC v1: 5), or `min_free_kbytes`.

    The latter is min_free_kbytes_sysctl_handler, v6.1: setup_per_zone_wmarks sets min, low and high of each zone,
    takes its boost back and lets the high mark of the per-CPU lists follow. Lowmem reserves stay as they are.
    """
    if name == "reserve_tries":
        arrays["dim"][D_TRIES] = value - TRIES
        return
    arrays["dim"][D_MIN_FREE] = value + 1
    numbers = boot_numbers(layout.model_copy(update={"min_free_kbytes": value}), rules)
    for z, n in enumerate(numbers):
        arrays["z_min"][z], arrays["z_low"][z], arrays["z_high"][z] = n.min, n.low, n.high
        arrays["z_boost"][z], arrays["pcp_high"][z] = 0, n.pcp_high


def knobs_of(arrays: Arrays, layout: Layout, rules: Policy) -> dict[str, int]:
    """Where the knobs stand now."""
    told = int(arrays["dim"][D_MIN_FREE]) - 1
    return {
        "reserve_tries": TRIES + int(arrays["dim"][D_TRIES]),
        "min_free_kbytes": told if told >= 0 else min_free_at_boot(layout, rules),
    }


def min_free_at_boot(layout: Layout, rules: Policy) -> int:
    """What the layout says, else what the kernel chose, kB."""
    if layout.min_free_kbytes is not None:
        return layout.min_free_kbytes
    managed = {zone.name: zone.managed for zone in boot_numbers(layout, rules)}
    return min_free_pages(managed, thp_at_boot(managed)) * PAGE_KB
