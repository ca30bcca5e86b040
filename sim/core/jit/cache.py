"""Compiled code on disk: one file a build and program, named by all that decides what is in it.

Sources, Python, numba, LLVM and processor are in the name, the path of the checkout is not: a file that is there is
right.
"""

import hashlib
import json
import os
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm

from sim.core.jit.build import sources
from sim.core.jit.compiled_code import Code

ENDING = ".core"


def folder() -> Path:
    """CARVEOUT_CACHE_DIR, by default ~/.cache/carveout."""
    return Path(os.environ.get("CARVEOUT_CACHE_DIR") or Path.home() / ".cache" / "carveout")


def path_of(build: str, program: str) -> Path:
    """Where the code of a build and program is, or will be."""
    return folder() / f"{_fingerprint()}-{build}-{program}{ENDING}"


@cache
def _fingerprint() -> str:
    told = hashlib.blake2b(digest_size=10)
    for path in sources():
        told.update(path.read_bytes())
    llvm_cpu = os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name()
    for text in (sys.version, version("numba"), version("llvmlite"), llvm_cpu):
        told.update(text.encode())
    return told.hexdigest()


def read(build: str, program: str) -> Code | None:
    """The code, or None if it has not been compiled."""
    try:
        head, binary = path_of(build, program).read_bytes().split(b"\n", 1)
    except FileNotFoundError:
        return None
    return Code(binary, json.loads(head))


def write(build: str, program: str, code: Code) -> None:
    """Keep the code. Whoever reads meanwhile finds all of it or nothing."""
    path = path_of(build, program)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(json.dumps(code.symbols).encode() + b"\n" + code.binary)
    beside.replace(path)
