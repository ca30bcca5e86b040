"""The core made fast beside a service that already answers: runs begin in Python and go on in compiled code.

What is not in the cache is compiled by a subprocess. When it is done its code is loaded here, and every live run goes
over to it between two chunks (sim/core/jit/builds.py). A core that cannot be compiled leaves a slow product, said so.
"""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.settings import ROOT
from sim.core.jit import builds

log = logging.getLogger("carveout.warmup")
PROGRESS = re.compile(r"^(\d+)/(\d+) (\S+)")
COMMAND = (sys.executable, "-m", "sim.core.jit.warm")
SURE = 0.05  # part that must be done before the rest can be estimated
READING = 0.7  # of the time that compiling takes, functions are read one by one; then all of them are made code at once


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast runs are: at full speed, on the way there (`seconds` left, 0 unknown), or slow and why."""

    full: bool
    seconds: int = 0
    failed: str = ""

    @property
    def words(self) -> str:
        """The note on every page while it is not full (static/warming.js says the same)."""
        if self.failed:
            return "slow: the core could not be compiled"
        return f"warming up: full speed in {self.seconds} s" if self.seconds else "warming up"


class Warmup:
    """Makes the compiled core available, once."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        is_compiled: Callable[[], bool] = builds.is_compiled,
        bind: Callable[[], None] = lambda: builds.bind("compiled"),
    ) -> None:
        self._command, self._is_compiled, self._bind = command, is_compiled, bind
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0.0
        self.speed = Speed(full=False)

    async def run(self) -> None:
        """Compile if need be, then bind. A failure is logged and kept for the pages to show."""
        try:
            if not await asyncio.to_thread(self._is_compiled):
                await self._compile()
            await asyncio.to_thread(self._bind)
        except Exception as error:  # whatever it is, the service goes on without it
            log.exception("the core cannot be compiled: runs stay slow")
            self.speed = Speed(full=False, failed=f"{type(error).__name__}: {error}".splitlines()[0])
            return
        self.speed = Speed(full=True)

    async def _compile(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, stderr=pipe)
        last = ""
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            last = raw.decode(errors="replace").strip() or last
            self._progress(last)
        if code := await self._process.wait():
            raise RuntimeError(f"compiling the core ended with {code}: {last}")

    def _progress(self, line: str) -> None:
        if found := PROGRESS.match(line):
            done = READING * int(found[1]) / int(found[2])
            self._began = (
                self._began or time.monotonic()
            )  # what comes before the first function is another kind of work
            left = (time.monotonic() - self._began) * (1 - done) / done
            self.speed = Speed(full=False, seconds=max(1, round(left)) if done > SURE else 0)

    async def stop(self) -> None:
        """End the compiler if it is still at work."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
