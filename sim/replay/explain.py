"""Where a replay first left the record, in one sentence."""

from typing import TYPE_CHECKING

from sim.core.meanwhile import replay_rows as core
from sim.core.state.indices import RP_MISS_FIELDS, RP_MISSED
from sim.replay.compare import Comparison

if TYPE_CHECKING:
    from sim.replay.run import Run

WORDS = {
    core.M_NOT_FREE: "the trace takes pfn {told} off the buddy lists, here it is not free",
    core.M_NOT_HEAD: "the trace takes pfn {told}, __rmqueue_smallest would have taken {found}",
    core.M_NOT_ON_PCP: "the trace drains pfn {told}, here it is on no per-CPU list",
    core.M_TAKEN: "the trace frees pfn {told}, here it is free already",
    core.M_MERGED: "a refused block merged to pfn {told}, here to {found}",
    core.M_ISOLATED: "compaction took {count} pages of a range, here its free blocks hold others",
    core.M_ALLOC: "a request got pfn {told}, here it would get {found}",
}


def explain_miss(run: "Run", compared: Comparison) -> str:
    """The first mismatch on the way, and the first difference at the dump; empty when all agrees."""
    parts = []
    sums, misses = run.machine.arrays["rp_sum"], run.machine.arrays["rp_miss"]
    if sums[RP_MISSED]:
        row, what, told, found, *_ = (int(value) for value in misses[:RP_MISS_FIELDS])
        at = {"told": _pfn(run, told), "found": _pfn(run, found), "count": told}
        parts.append(f"first at row {row} of {int(sums[RP_MISSED])} mismatches: {WORDS[what].format(**at)}")
    if compared.wrong:
        parts.append(f"at the dump {len(compared.wrong)} differences, the first: {compared.wrong[0]}")
    return "; ".join(parts)


def _pfn(run: "Run", page: int) -> str:
    return "nothing" if page < 0 else f"{run.layout.pfn_of(page):x}"
