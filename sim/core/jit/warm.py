"""Compile into the cache: `python -m sim.core.jit.warm [BUILD [PROGRAM]]`. One line "n/m name" a function on stderr.

Without a word it compiles what a simulation needs; the program of a replay is compiled when one is asked for.
"""

import os
import sys
from collections.abc import Sequence

from sim.core.jit import cache
from sim.core.jit.builds import Build, Work, functions


def warm(build: Build, work: Work) -> None:
    """Compile one program: 10 to 20 s. Nothing happens when it is there already."""
    if cache.path_of(build, work).exists():
        print("core: compiled already", file=sys.stderr)
        return
    if build == "checked":
        os.environ.setdefault("NUMBA_OPT", "1")  # read when numba is imported: a build for tests need not be fast
    from sim.core.jit.compiler import compile_core

    wanted = functions(work)
    done: list[str] = []

    def tell(name: str) -> None:
        done.append(name)
        print(f"{len(done)}/{len(wanted)} {name}", file=sys.stderr, flush=True)

    cache.write(build, work, compile_core(wanted, build == "checked", work == "replay", tell))


def main(words: Sequence[str]) -> None:
    """`warm`, `warm checked`, `warm compiled replay`."""
    build: Build = "checked" if words[:1] == ["checked"] else "compiled"
    work: Work = "replay" if words[1:2] == ["replay"] else "simulation"
    warm(build, work)


if __name__ == "__main__":
    main(sys.argv[1:])
