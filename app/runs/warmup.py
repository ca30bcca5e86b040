"""The compiled core, made ready beside a service that already answers.

When the core is missing or stale a subprocess compiles it into the cache; pages say so with progress meanwhile.
Nothing here may import `sim.machine` before that: importing it would compile in this process.
"""

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Sequence

from app.pages.views import Starting
from app.settings import ROOT

log = logging.getLogger("carveout.warmup")
PROGRESS = re.compile(r"^(\d+)/(\d+) (\S+)")
COMMAND = (sys.executable, "-m", "sim.core.jit.warm")


class Warmup:
    """Whether the core can be used, and how far its compilation is."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self.starting: Starting | None = Starting(done=0, total=0, name="", failed="")

    @property
    def ready(self) -> bool:
        """The core is loaded."""
        return self.starting is None

    async def run(self, is_warm: Callable[[], bool], load: Callable[[], object], done: Callable[[], None]) -> None:
        """Compile if need be, load, then say `done`. A failure is kept for the pages to show."""
        try:
            if not await asyncio.to_thread(is_warm):
                await self._compile()
            await asyncio.to_thread(load)
        except Exception as error:  # whatever it is, the service says it instead of dying
            log.exception("the core cannot be loaded")
            self._fail(f"{type(error).__name__}: {error}".splitlines()[0])
            return
        self.starting = None
        done()

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
            self.starting = Starting(done=int(found[1]), total=int(found[2]), name=found[3], failed="")

    def _fail(self, reason: str) -> None:
        self.starting = Starting(done=0, total=0, name="", failed=reason)

    async def stop(self) -> None:
        """End the compiler if it is still at work."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
