"""Three builds of one source: `compiled` (pointers), `checked` (arrays, every index tested), `python` (memoryviews).

CARVEOUT_BUILD chooses. Every core function takes a State first, then integers, and returns an integer, so its
signature is its number of parameters. docs/decisions.md says why structref of pointers won.
"""

import functools
import hashlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.state.state import State, fields

P = ParamSpec("P")
R = TypeVar("R")

BUILD = os.environ.get("CARVEOUT_BUILD", "compiled")
if BUILD not in ("compiled", "checked", "python"):
    raise SystemExit(f"CARVEOUT_BUILD: {BUILD!r} is not one of compiled, checked, python")
if BUILD == "checked":
    os.environ.setdefault("NUMBA_OPT", "1")  # read when numba is imported: a build for tests need not be the fastest


def sources() -> list[Path]:
    """Every file whose text decides what the compiled core is."""
    return sorted(Path(__file__).parent.parent.rglob("*.py"))


@functools.cache
def cache_dir() -> Path:
    """Where this exact core is cached: numba does not notice edits in imported modules, so the name is a hash."""
    import numba

    root = Path(os.environ.get("CARVEOUT_CACHE_DIR") or Path.home() / ".cache" / "carveout")
    text = b"".join(path.read_bytes() for path in sources())
    about = f"{BUILD} {sys.version} {numba.__version__} {np.__version__} {os.environ.get('NUMBA_CPU_NAME', '')}"
    return root / hashlib.blake2b(text + about.encode(), digest_size=10).hexdigest()


def stamp() -> Path:
    """The file that says: this core has been compiled from first to last function."""
    return cache_dir() / "complete"


def is_warm() -> bool:
    """Whether starting needs no compiler."""
    return BUILD == "python" or stamp().exists()


def count_functions() -> int:
    """How many functions a simulation compiles, for progress. Those of a replay are compiled when one is asked for."""
    shared = {"replay_rows.py", "replay_told.py", "replay_frees.py"}  # `meanwhile.py` needs them
    replay = {path.name for path in sources() if path.name.startswith("replay_")} - shared
    text = "".join(path.read_text() for path in sources() if path.name not in replay | {Path(__file__).name})
    return len(re.findall(r"^@(compiled|inlined|outlined|entry|inlined_entry)$", text, re.MULTILINE))


on_function: list[Callable[[str], None]] = []


def _signature(function: Callable[P, R]) -> Any:
    import numba

    arguments = [state_type()] + [numba.types.int64] * (len(inspect.signature(function).parameters) - 1)
    return numba.types.int64(*arguments)


def _njit(function: Callable[P, R], wrapper: bool, inline: bool = False) -> Callable[P, R]:
    import numba

    numba.config.CACHE_DIR = str(cache_dir())
    lean = not wrapper
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    if lean:
        options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    if inline and BUILD == "compiled":
        options["forceinline"] = True
    if BUILD == "checked":
        options["boundscheck"] = True
    made: Callable[P, R] = numba.njit(_signature(function), **options)(function)
    for tell in on_function:
        tell(function.__name__)
    return made


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that other core functions call."""
    return function if BUILD == "python" else _njit(function, wrapper=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A core function of the hot path that becomes part of each caller, however large it is.

    The compiler inlines only small ones by itself, and every function it does not inline starts at the same offset of
    a memory page: thirty of them push each other out of the instruction cache (docs/decisions.md).
    """
    return function if BUILD == "python" else _njit(function, wrapper=False, inline=True)


def outlined(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that its callers reach by symbol, so that its code is not compiled again into each of them.

    Without it every caller of a deep function pays for the whole depth: 17 s to compile instead of 8.
    """
    made = compiled(function)
    if BUILD != "compiled":
        return made
    from sim.core.jit import symbols

    outside: Callable[P, R] = symbols.reached_by_symbol(made)
    return outside


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """A core function that Python calls too: the border."""
    return function if BUILD == "python" else _njit(function, wrapper=True)


def inlined_entry(function: Callable[P, R]) -> Callable[P, R]:
    """A core function of the hot path that the tests call too."""
    return function if BUILD == "python" else _njit(function, wrapper=True, inline=True)


_types: list[Any] = []


def state_type() -> Any:
    """The numba type of State: a structref of pointers, or of arrays in the checked build."""
    if not _types:
        from sim.core.jit import structs

        _types.append(structs.make_type(fields(), pointers=BUILD == "compiled"))
    return _types[0]


def make_state(arrays: Mapping[str, NDArray[Any]]) -> State:
    """A State over these arrays. It does not own them: keep them alive as long as it."""
    ordered = [arrays[name] for name, _, _ in fields()]
    if BUILD == "python":
        state = State()
        for (name, _, _), array in zip(fields(), ordered, strict=True):
            setattr(state, name, array.data)
        return state
    from sim.core.jit import structs

    made: State = structs.make_state(state_type(), ordered, pointers=BUILD == "compiled")
    return made
