"""Compile what a simulation needs into the cache: `python -m sim.core.jit.warm`.

One line "n/m name" a function on stderr.

The functions of a replay (`replay_*.py`) are compiled by the first `carveout replay`.
"""

import sys

from sim.core.jit import build


def warm() -> None:
    """Compile and leave the stamp. Nothing happens when it is there already."""
    if build.is_warm():
        print("core: compiled already", file=sys.stderr)
        return
    total = build.count_functions()
    done: list[str] = []

    def tell(name: str) -> None:
        done.append(name)
        print(f"{len(done)}/{total} {name}", file=sys.stderr, flush=True)

    build.on_function.append(tell)
    import sim.core.run.boot
    import sim.core.run.program  # noqa: F401  (these two import every other core module of a simulation)

    build.stamp().parent.mkdir(parents=True, exist_ok=True)
    build.stamp().write_text("\n".join(done))


if __name__ == "__main__":
    warm()
