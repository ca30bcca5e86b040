"""Compile the whole core into its cache: `python -m sim.core.warm`. One line "n/m name" a function on stderr."""

import sys

from sim.core import build


def warm() -> None:
    """Compile everything and leave the stamp. Nothing happens when it is there already."""
    if build.is_warm():
        print("core: compiled already", file=sys.stderr)
        return
    total = build.count_functions()
    done: list[str] = []

    def tell(name: str) -> None:
        done.append(name)
        print(f"{len(done)}/{total} {name}", file=sys.stderr, flush=True)

    build.on_function.append(tell)
    import sim.core.boot
    import sim.core.program
    import sim.core.replay_requests  # noqa: F401  (these three import every other core module)

    build.stamp().parent.mkdir(parents=True, exist_ok=True)
    build.stamp().write_text("\n".join(done))


if __name__ == "__main__":
    warm()
