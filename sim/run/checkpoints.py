"""Copies of a machine's state, so that going back need not begin at boot.

A copy is taken every so many ops. When there are as many as there may be, every other one goes and the distance
doubles: the copies stay spread over the whole run, whatever its length. They are never changed, so a machine in another
thread may begin from one. What a copy holds follows from scenario and op alone; whether there are copies changes
nothing but the time it takes.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = dict[str, NDArray[Any]]
MOST = 8  # copies of one machine
BUDGET = 72 << 20  # bytes of all copies of one machine: four of 4 GiB, one of 16 GiB
APART = 1 << 16  # ops between two copies to begin with


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state at an op."""

    op: int
    whole: Whole


class Checkpoints:
    """The copies of one machine, beginning with the one at boot."""

    def __init__(self, booted: Whole, keep: bool) -> None:
        nbytes = sum(array.nbytes for array in booted.values())
        self._most = min(MOST, BUDGET // nbytes) if keep else 0
        self._apart = APART
        self._kept: tuple[Checkpoint, ...] = (Checkpoint(0, booted),)

    @property
    def ops(self) -> tuple[int, ...]:
        """The ops of which there is a copy, ascending."""
        return tuple(copy.op for copy in self._kept)

    def before(self, op: int) -> Checkpoint:
        """The newest copy that is not past `op`."""
        return next(copy for copy in reversed(self._kept) if copy.op <= op)

    def room(self, op: int, ops: int) -> int:
        """How many of the next `ops` may be run at once: up to where the next copy is due."""
        due = self._kept[-1].op + self._apart
        return ops if not self._most or op >= due else min(ops, due - op)

    def keep(self, op: int, whole: Whole) -> None:
        """Take a copy if one is due at this op."""
        if not self._most or op < self._kept[-1].op + self._apart:
            return
        if len(self._kept) > self._most:
            self._thin_out()
        if len(self._kept) <= self._most and op >= self._kept[-1].op + self._apart:
            self._kept = (*self._kept, Checkpoint(op, copy_of(whole)))

    def forget_after(self, op: int) -> None:
        """Drop the copies past an op: the run has got another future there."""
        self._kept = tuple(copy for copy in self._kept if copy.op <= op)

    def _thin_out(self) -> None:
        """Drop every other copy but the one at boot; a single one gives way to its successor."""
        self._apart *= 2
        self._kept = self._kept[:1] + (self._kept[2::2] if len(self._kept) > 2 else ())


def digest_of(whole: Whole) -> str:
    """32 hex digits, BLAKE2b-128 of the whole state."""
    digest = hashlib.blake2b(digest_size=16)
    for array in whole.values():
        digest.update(array.view(np.uint8).data)
    return digest.hexdigest()


def copy_of(whole: Whole) -> Whole:
    """The same arrays again. As bytes: numpy copies records field by field, which takes twenty times as long."""
    return {name: array.view(np.uint8).copy().view(array.dtype) for name, array in whole.items()}


def restore(whole: Whole, copy: Checkpoint) -> None:
    """Write a copy over the state of a machine."""
    for name, array in whole.items():
        np.copyto(array.view(np.uint8), copy.whole[name].view(np.uint8))
