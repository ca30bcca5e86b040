"""A simulation recorded as a kernel was: ftrace text of every event, and exact dumps; `carveout replay` reads both.

The machine is one of its own, with an event ring for millions of events, so that nothing is lost and nobody who looks
at a run pays. The clock of the trace is the op: op 1,234,567 stands as 1.234567.
"""

import gzip
from collections.abc import Sequence
from pathlib import Path

from sim.core.run import program
from sim.core.state import consts
from sim.core.state.consts import EVENT_FIELDS
from sim.core.state.indices import D_EVENTS, D_OP, D_TRACE
from sim.errors import ScenarioError
from sim.kernel.kernel_trace import LINES
from sim.kernel.trace_row import Row
from sim.policies.rfc_v1 import RFC_V1
from sim.replay.write import cmdline, write_dump
from sim.run.assemble import assemble
from sim.scenario.layout import Layout, load_layout
from sim.scenario.scenario import Scenario

ROWS = 1 << 20  # of the ring, 42 MB if all are used: what one piece of a run may print
PIECE = 64  # ops
LOCKED = (consts.E_LOCKED, consts.E_DRAIN)  # printed with interrupts off
# The recorded ports print these with trace_printk, which names the function.
FUNCTIONS = {
    consts.E_RESERVE: "reserve_metadata_storage",
    consts.E_RELEASE: "free_metadata_storage",
    consts.E_RETURN: "return_page_to_buddy",
    consts.E_PIN: "ts_pin",
    consts.E_UNPIN: "ts_unpin",
}


class Recording:
    """A machine whose every event is kept, from the op on at which it begins."""

    def __init__(self, scenario: Scenario, start: int = 0) -> None:
        """Boot and run to `start`, silently. Raises ScenarioError when the scenario is impossible."""
        self.layout: Layout = load_layout(scenario.layout)
        self.arrays, self._whole, self._state = assemble(scenario, self.layout, ROWS)
        self.tagged: bool = scenario.rules.lends and bool(self.layout.regions)
        self.names = [("kernel", 0), *((process.name, process.pid) for process in scenario.processes)]
        self.lines: list[str] = []
        self.rows: list[Row] = []
        program.run(self._state, start)
        self.arrays["dim"][D_TRACE] = ROWS - 1

    @property
    def op(self) -> int:
        """How many ops have run."""
        return int(self.arrays["dim"][D_OP])

    def mark(self, text: str) -> None:
        """A line as if somebody had written to `trace_marker`."""
        self.lines.append(_head("carveout", 1, 0, ".....", self.op) + f"tracing_mark_write: {text}")

    def run(self, end: int) -> None:
        """Run to op `end` or the end of the program; `rows` and `lines` grow by every event."""
        while self.op < end:
            before = int(self.arrays["dim"][D_EVENTS])
            if not program.run(self._state, min(PIECE, end - self.op)):
                return
            self._keep(before, int(self.arrays["dim"][D_EVENTS]))

    def _keep(self, start: int, end: int) -> None:
        if end - start > ROWS:
            raise ScenarioError(f"record: ops before {self.op}: {end - start} events, more than {ROWS} at once")
        ring = self.arrays["ev"].reshape(-1, EVENT_FIELDS)
        for n in range(start, end):
            row = Row(*ring[n & (ROWS - 1)].tolist())
            self.rows.append(row)
            self.lines.append(self.line(row))

    def line(self, row: Row) -> str:
        """One event as a line of ftrace text."""
        name, body = LINES[row.event]
        function = FUNCTIONS.get(row.event)
        comm, pid = self.names[row.process]
        head = _head(comm, pid, self.cpu(row), "d...." if row.event in LOCKED else ".....", row.op)
        return f"{head}{function + ': ' if function else ''}{name}: {body(row, self.layout, self.names)}"

    def cpu(self, row: Row) -> int:
        """The CPU that printed a row: that of the process."""
        return int(self.arrays["p_cpu"][row.process])

    def text(self) -> str:
        """The whole trace, as the file `trace` of tracefs."""
        return "\n".join([HEADER.format(len(self.lines), self.layout.cpus), *self.lines, ""])


HEADER = """# tracer: nop
#
# entries-in-buffer/entries-written: {0}/{0}   #P:{1}
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |"""


def _head(comm: str, pid: int, cpu: int, flags: str, op: int) -> str:
    return f"{comm[:15]:>16}-{pid:<7} [{cpu:03d}] {flags} {op // 1_000_000:5d}.{op % 1_000_000:06d}: "


def record(scenario: Scenario, ops: Sequence[int], folder: Path) -> None:
    """Write a run folder: `trace.txt.gz` from the first of these ops to the last, and a dump of the machine at each.

    Raises ScenarioError when the folder has something in it, or a recording cannot hold the layout or the rules.
    """
    if scenario.rules.lends and scenario.rules.rules != RFC_V1.rules:
        raise ScenarioError(f"record: {scenario.policy}: a replay knows tag storage as {RFC_V1.name} has it, unmended")
    recording = Recording(scenario, ops[0])
    line = cmdline(recording.layout, recording.tagged)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ScenarioError(f"record: {folder}: there is something in it already")
        for number, op in enumerate(ops):
            recording.run(op)
            name = f"{number:03d}-op-{recording.op}"
            write_dump(folder / "snapshots" / name, recording.arrays, recording.layout, recording.tagged)
            for text in (f"SNAP_BEGIN {name}", "SNAP_READ meminfo", f"SNAP_END {name}"):
                recording.mark(text)
        (folder / "cmdline").write_text(line)
        (folder / "trace.txt.gz").write_bytes(gzip.compress(recording.text().encode()))
    except OSError as error:
        raise ScenarioError(f"record: {folder}: {error.strerror}") from None
