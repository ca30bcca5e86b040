"""Three builds of one source: `compiled` (fast), `checked` (every index tested), `python` (as it is written).

A machine begins with the best build there is; `bind` makes a better one available, and `renewed` goes over to it
between two chunks, over the same arrays. CARVEOUT_BUILD, or `using`, keeps to one build instead.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

from numpy.typing import NDArray

from sim.core.jit import cache
from sim.core.jit.build import CoreFunction, reachable, registered
from sim.core.jit.compiled_code import Code
from sim.core.jit.native import NativeState, Program
from sim.core.state.state import State, fields

Build = Literal["compiled", "checked", "python"]
Work = Literal["simulation", "replay"]
BUILDS: tuple[Build, ...] = get_args(Build)
HOME = Path(__file__).parents[3]  # where `sim` can be imported from
FILES: dict[Work, tuple[str, ...]] = {
    "simulation": ("run.boot", "run.program"),
    "replay": ("run.boot", "run.program", "replay.replay_events", "replay.replay_fates", "replay.replay_requests"),
}

_chosen: list[Build] = []
if os.environ.get("CARVEOUT_BUILD"):
    if os.environ["CARVEOUT_BUILD"] not in BUILDS:
        raise SystemExit(f"CARVEOUT_BUILD: {os.environ['CARVEOUT_BUILD']!r} is not one of {', '.join(BUILDS)}")
    _chosen.append(os.environ["CARVEOUT_BUILD"])
_bound: dict[tuple[Build, Work], Program] = {}
_binding = threading.Lock()  # runs are booted in threads of their own


PATIENCE = 500  # ops that Python code runs before it looks whether there is compiled code


class Plain(State):
    """A State of memoryviews that gives way to compiled code when there is some."""


def functions(work: Work) -> list[CoreFunction]:
    """What a program is made of, callees before callers."""
    for name in FILES[work]:
        import_module(f"sim.core.{name}")
    skipped = () if work == "replay" else ("replay",)
    roots = [f for f in registered.values() if f.entry and f.name.split(".")[0] not in skipped]
    return reachable(roots, replay=work == "replay")


def is_compiled(work: Work = "simulation") -> bool:
    """Whether `bind` finds the compiled build in the cache."""
    return cache.path_of("compiled", work).exists()


def compile_beside(build: Build, work: Work) -> Code:
    """Compile into the cache, in a process of its own: numba need not be here. Raises RuntimeError with its end."""
    command = [sys.executable, "-m", "sim.core.jit.warm", build, work]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, cwd=HOME)  # noqa: S603 (ours)
    code = cache.read(build, work)
    if ended.returncode or code is None:
        raise RuntimeError(f"compiling the core ended with {ended.returncode}: {ended.stderr.strip()[-300:]}")
    return code


def bind(build: Build, work: Work = "simulation") -> None:
    """Make a build available to every machine of this process; compiles if the cache has nothing."""
    with _binding:
        if (build, work) in _bound or build == "python":
            return
        code = cache.read(build, work) or compile_beside(build, work)
        parameters = {function.name: function.parameters for function in functions(work)}
        _bound[build, work] = Program(code, parameters)


def is_chosen() -> bool:
    """Whether CARVEOUT_BUILD or `using` decides, and not what there is."""
    return bool(_chosen)


def is_bound(work: Work = "simulation") -> bool:
    """Whether new machines are compiled ones."""
    return ("compiled", work) in _bound


@contextmanager
def using(build: Build) -> Iterator[None]:
    """States made meanwhile are of this build, and stay so."""
    _chosen.append(build)
    try:
        yield
    finally:
        _chosen.pop()


def make_state(arrays: Mapping[str, NDArray[Any]], work: Work = "simulation") -> State:
    """A State over these arrays, of the build that was chosen, else of the best there is. Keep the arrays alive."""
    if _chosen:
        bind(_chosen[-1], work)
        return _plain(State(), arrays) if _chosen[-1] == "python" else _native(_chosen[-1], work, arrays)
    if ("compiled", work) not in _bound and is_compiled(work):
        bind("compiled", work)
    if is_bound(work):
        return _native("compiled", work, arrays)
    return _plain(Plain(), arrays)


def renewed(state: State, arrays: Mapping[str, NDArray[Any]], work: Work = "simulation") -> State:
    """The same State, or a compiled one over the same arrays once there is one."""
    if type(state) is Plain and is_bound(work):
        return _native("compiled", work, arrays)
    return state


def at_once(state: State) -> int:
    """How many ops may be run before `renewed` is asked again."""
    return PATIENCE if type(state) is Plain else 1 << 62


def _native(build: Build, work: Work, arrays: Mapping[str, NDArray[Any]]) -> State:
    state: Any = NativeState(_bound[build, work], arrays)
    made: State = state  # to mypy: the core never looks inside, and Python only passes it on
    return made


def _plain(state: State, arrays: Mapping[str, NDArray[Any]]) -> State:
    for name, _, _ in fields():
        setattr(state, name, arrays[name].data)
    return state
