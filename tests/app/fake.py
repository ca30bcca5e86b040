"""A machine that only counts, for tests about time and threads."""

import numpy as np

from sim.run.snapshot import Ledger, Mark, OomView, PinView, Series, Snapshot


def snapshot_at(
    op: int,
    length: int = 1000,
    *,
    marks: tuple[Mark, ...] = (),
    pins: tuple[PinView, ...] = (),
    ooms: tuple[OomView, ...] = (),
) -> Snapshot:
    """An empty machine of one pageblock and one column."""
    samples = np.arange(0, min(op, 511) + 1, dtype=np.int64)
    zeros = np.zeros_like(samples)
    return Snapshot(
        op=op,
        length=length,
        blocks=np.full((1, 13), 300, dtype=np.uint16),
        strip=np.ones((1, 15), dtype=np.uint16),
        pages=np.array([0x89, 0x02], dtype=np.uint8),
        ledger=Ledger(16, 1, 3, 2, 3, 4, 5, 1, 0),
        packing=(0,) * 33,
        zones=(),
        counters={"metadata_reserve_success": op},
        processes=(),
        pins=pins,
        ooms=ooms,
        events=(),
        marks=marks,
        series=Series(samples, zeros, zeros, zeros, zeros, zeros, zeros, zeros),
    )


class FakeMachine:
    """Its state is its op. `seeks` and `steps` say how it got there; at `breaks_at` an invariant breaks."""

    def __init__(self, length: int = 1000, breaks_at: int = -1, oom_at: int = -1) -> None:
        self.op = 0
        self.length = length
        self.seeks: list[int] = []
        self.steps: list[int] = []
        self._breaks_at = breaks_at
        self.oom_at = oom_at

    @property
    def ended(self) -> bool:
        return self.op >= self.length

    def step(self, n: int = 1) -> int:
        ran = min(n, self.length - self.op)
        self.op += ran
        self.steps.append(ran)
        if 0 <= self._breaks_at <= self.op:
            raise RuntimeError("zone DMA32: free is 3, its lists hold 2")
        return ran

    def step_until_oom(self, n: int) -> tuple[int, bool]:
        at = self.oom_at if self.op < self.oom_at else self.length
        ran = self.step(min(n, at - self.op))
        return ran, self.op == self.oom_at

    def seek(self, op: int) -> None:
        self.op = op
        self.seeks.append(op)

    def digest(self) -> str:
        return f"{self.op:032x}"

    def snapshot(self) -> Snapshot:
        return snapshot_at(self.op, self.length)
