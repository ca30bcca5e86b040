"""Core functions are registered when they are imported; a build of them is bound later (builds.py).

Every core function takes a State first, then integers, and returns an integer. It stays a plain Python function, so the
source is its own readable build; `compiler.py` makes the fast one of the same functions. Which build runs is decided by
the State that is passed: an entry given a State of plain memoryviews stays in Python.
"""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sim.core.state.state import State

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class CoreFunction:
    """One function as the compiler needs it. `face` is what its module holds under its name."""

    source: Callable[..., Any]
    face: Callable[..., Any]
    inline: bool = False
    far: bool = False
    entry: bool = False
    replay: bool = False

    @property
    def name(self) -> str:
        """`room.file.function`: unique in the core."""
        return f"{self.source.__module__.removeprefix('sim.core.')}.{self.source.__name__}"

    @property
    def parameters(self) -> int:
        """How many integers it takes after the State."""
        return len(inspect.signature(self.source).parameters) - 1


registered: dict[Callable[..., Any], CoreFunction] = {}  # by face, callees before callers


def _register(function: Callable[P, R], face: Callable[P, R], **kind: bool) -> Callable[P, R]:
    registered[face] = CoreFunction(function, face, **kind)
    return face


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that other core functions call."""
    return _register(function, function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A core function of the hot path that becomes part of each caller, however large it is.

    The compiler inlines only small ones by itself, and every function it does not inline starts at the same offset of
    a memory page: thirty of them push each other out of the instruction cache (docs/decisions.md).
    """
    return _register(function, function, inline=True)


def outlined(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that stays out of its callers: what is seldom done shall not fill the hot path."""
    return _register(function, function, far=True)


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that Python calls too: the border."""
    return _register(function, _border(function), entry=True)


def only_in_replay(function: Callable[P, R]) -> Callable[P, R]:
    """A function that does nothing where no trace is replayed: a simulation is compiled without it, as `return 0`."""
    return _register(function, function, far=True, replay=True)


def _border(function: Callable[P, R]) -> Callable[P, R]:
    name = f"{function.__module__.removeprefix('sim.core.')}.{function.__name__}"
    source: Callable[..., Any] = function

    @functools.wraps(function)
    def call(state: Any, *arguments: int) -> Any:
        if isinstance(state, State) or state is None:
            return source(state, *arguments)
        return state.call(name, arguments)

    face: Any = call
    made: Callable[P, R] = face
    return made


def sources() -> list[Path]:
    """Every file whose text decides what the compiled core is."""
    return sorted(Path(__file__).parent.parent.rglob("*.py"))


def reachable(roots: list[CoreFunction], replay: bool) -> list[CoreFunction]:
    """These functions and all that they call, callees first; what only a replay needs calls nobody without one."""
    wanted = set(roots)
    queue = list(roots)
    while queue:
        for callee in _callees(queue.pop(), replay):
            if callee not in wanted:
                wanted.add(callee)
                queue.append(callee)
    return [function for function in registered.values() if function in wanted]


def _callees(function: CoreFunction, replay: bool) -> list[CoreFunction]:
    if function.replay and not replay:
        return []
    names = vars(sys.modules[function.source.__module__])
    used = (names.get(name) for name in function.source.__code__.co_names)
    return [registered[face] for face in used if callable(face) and face in registered]
