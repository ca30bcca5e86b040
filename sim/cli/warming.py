"""A command on a cold cache: it begins in Python at once; if it takes longer the core is compiled beside it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sim.core.jit import builds

LONG = 1.5  # seconds in Python after which compiling is worth while


@contextmanager
def warming() -> Iterator[None]:
    """Meanwhile machines run in Python, and go over to compiled code when there is some. Says so on stderr."""
    if builds.is_compiled() or builds.is_chosen():
        yield
        return
    beside = _Beside()
    beside.start()
    try:
        yield
    finally:
        beside.stop()


class _Beside(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self._compiler: subprocess.Popen[str] | None = None

    def run(self) -> None:
        if self._over.wait(LONG):
            return
        print("carveout: compiling the core, this once; the run goes on meanwhile", file=sys.stderr)
        command = [sys.executable, "-m", "sim.core.jit.warm"]
        pipe = subprocess.PIPE
        self._compiler = subprocess.Popen(command, cwd=builds.HOME, stderr=pipe, text=True)  # noqa: S603 (ours)
        _, said = self._compiler.communicate()
        if self._over.is_set():
            return
        if self._compiler.returncode:
            print(f"carveout: the core cannot be compiled, this run stays slow: {said.strip()[-200:]}", file=sys.stderr)
        else:
            builds.bind("compiled")

    def stop(self) -> None:
        """The command is done: nothing is left at work."""
        self._over.set()
        if self._compiler is not None and self._compiler.poll() is None:
            self._compiler.terminate()
        self.join()


def compile_first(work: builds.Work = "simulation") -> None:
    """For what makes no sense in Python: compile if that has not been done yet, saying so."""
    if not builds.is_compiled(work) and not builds.is_chosen():
        print("carveout: compiling the core, this once", file=sys.stderr)
        builds.bind("compiled", work)
