"""What the compiler makes and the loader takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """Object code, and the symbol of each entry in it, by `CoreFunction.name`."""

    binary: bytes
    symbols: dict[str, str]
