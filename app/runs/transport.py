"""The play head of one machine: commands in, chunks of ops out. No thread, no clock of its own.

A run pauses at an OOM if it was told to; else the mark on the timeline leads back to it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["playing", "paused", "ended", "stopped"]
CommandName = Literal["play", "pause", "step", "back", "goto", "reset", "speed", "drop", "pause_at_oom"]
FULL_SPEED = 0.0
MOST_SPEED = 100_000_000  # ops a second, that of a scenario
CHUNK_SECONDS = 0.008  # one chunk of the core: short enough that a command waits for no longer
CHUNK_LEAST = 100  # of the Python build: what the compiled one runs in a moment takes that one 30 ms
CHUNK_MOST = 400_000
TICK = 0.02  # seconds between chunks when ops are wanted faster than this
NEVER = float("inf")


class Steps(Protocol):
    """The part of a machine that time needs."""

    @property
    def op(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    def step(self, n: int = 1) -> int: ...
    def step_until_oom(self, n: int) -> tuple[int, bool]: ...
    def seek(self, op: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Command:
    """What the presenter asks: `n` ops, an op, or ops a second, by `name`."""

    name: CommandName
    n: float = 1


class Transport:
    """Where the machine is and where it is going.

    Moves that wait are one target: ten `back` and a `goto` cost one seek.
    """

    def __init__(self, machine: Steps, speed: float) -> None:
        self.machine = machine
        self.speed = speed
        self.playing = False
        self.pause_at_oom = False
        self.target: int | None = None
        self._owed = 0.0
        self._asked_at = 0.0
        self._chunk = 20_000

    @property
    def state(self) -> State:
        """`ended` at the last op, whatever was wanted."""
        if self.machine.ended:
            return "ended"
        return "playing" if self.playing else "paused"

    def moved(self) -> None:
        """Somebody else moved the machine: what a clock owed is void."""
        self._owed = 0.0

    @property
    def settled(self) -> bool:
        """No move is under way."""
        return self.target is None

    def apply(self, command: Command, now: float) -> None:
        """Take one command. Moves by ops pause; `goto` goes on playing from there."""
        if command.name == "speed":
            self.speed, self._owed = float(command.n), 0.0
        elif command.name == "play":
            self.playing, self._owed, self._asked_at = True, 0.0, now
        elif command.name == "goto":
            self._aim(int(command.n))
        elif command.name == "pause_at_oom":
            self.pause_at_oom = bool(command.n)
        elif command.name != "drop":  # what was recorded is the worker's
            self.playing = False
            self._move(command)

    def _move(self, command: Command) -> None:
        here = self.machine.op if self.target is None else self.target
        if command.name == "step":
            self._aim(here + int(command.n))
        elif command.name == "back":
            self._aim(here - int(command.n))
        elif command.name == "reset":
            self._aim(0)
        else:  # pause: a move under way stops where it is
            self.target = None

    def _aim(self, op: int) -> None:
        self.target = max(0, min(op, self.machine.length))

    def run(self, now: float) -> int:
        """Run one chunk of whatever is due; return how many ops ran."""
        if self.target is not None:
            return self._approach(self.target)
        ran = self._play(now) if self.state == "playing" else 0
        if self.machine.ended:
            self.playing = False
        return ran

    def _approach(self, target: int) -> int:
        before = self.machine.op
        if target < before:
            self.machine.seek(target)
        else:
            self.machine.step(min(target - before, self._chunk))
        if self.machine.op == target:
            self.target = None
        return abs(self.machine.op - before)

    def _play(self, now: float) -> int:
        if self.speed == FULL_SPEED:
            return self._advance(self._chunk)
        elapsed, self._asked_at = now - self._asked_at, now
        self._owed = min(self._owed + elapsed * self.speed, max(1.0, self.speed / 2))  # a stall is not caught up
        n = min(int(self._owed), self._chunk)
        self._owed -= n
        return self._advance(n) if n else 0

    def _advance(self, n: int) -> int:
        """Play on; an OOM pauses if it shall."""
        if not self.pause_at_oom:
            return self.machine.step(n)
        ran, killed = self.machine.step_until_oom(n)
        self.playing = self.playing and not killed
        return ran

    def learn(self, ops: int, seconds: float) -> None:
        """Fit the chunk to what this machine does in CHUNK_SECONDS."""
        if ops >= self._chunk and seconds > 0:
            wanted = int(ops * CHUNK_SECONDS / seconds)
            self._chunk = max(CHUNK_LEAST, min(wanted, CHUNK_MOST, self._chunk * 2))

    def wait(self) -> float:
        """Seconds until there is something to run; NEVER while paused."""
        if self.target is not None:
            return 0.0
        if self.state != "playing":
            return NEVER
        if self.speed == FULL_SPEED or self._owed >= 1:
            return 0.0
        return max((1 - self._owed) / self.speed, TICK)
