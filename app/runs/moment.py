"""What a worker publishes: a frozen snapshot and how the run was going when it was taken."""

from dataclasses import dataclass

from app.runs.transport import State
from sim.run.snapshot import Mark, Series, Snapshot


@dataclass(frozen=True, slots=True)
class Recorded:
    """The past as far as this run ever went: after going back the timeline draws the rest of it faded."""

    op: int
    series: Series
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Recorded":
        """What this snapshot recorded."""
        return cls(snapshot.op, snapshot.series, snapshot.marks)

    def furthest(self, snapshot: Snapshot) -> "Recorded":
        """This, or what the snapshot recorded if that reaches further."""
        return Recorded.of(snapshot) if snapshot.op >= self.op else self


@dataclass(frozen=True, slots=True)
class Moment:
    """One state of one run."""

    snapshot: Snapshot
    recorded: Recorded
    state: State
    speed: float  # ops a second wanted, 0 = as fast as it goes
    ops_per_s: int  # measured
    digest: str  # 32 hex digits, "" while playing
    fault: str  # "" or why the run stopped for good
    pause_at_oom: bool = False  # the next OOM kill pauses it

    @property
    def short_digest(self) -> str:
        """What the screen shows: 16 hex digits."""
        return self.digest[:16]
