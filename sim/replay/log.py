"""What the log of a recorded kernel says about its machine."""

import gzip
import re
from pathlib import Path

from sim.replay.reading import reading

RESERVED = re.compile(r"cma: Reserved (\d+) MiB at (?:0x)?([0-9a-f]+)")
BROUGHT_UP = re.compile(r"smp: Brought up \d+ nodes?, (\d+) CPU")


def read_log(folder: Path) -> str:
    """dmesg.txt of a run folder, packed or not; empty without one."""
    packed, plain = folder / "dmesg.txt.gz", folder / "dmesg.txt"
    if packed.exists():
        with reading("log", packed):
            return gzip.decompress(packed.read_bytes()).decode()
    if plain.exists():
        with reading("log", plain):
            return plain.read_text()
    return ""


def cma_range(folder: Path) -> tuple[int, int]:
    """First pfn and end of the CMA area; (0, 0) without one."""
    found = RESERVED.search(read_log(folder))
    if not found:
        return 0, 0
    start = int(found[2], 16) >> 12
    return start, start + int(found[1]) * 256


def cpus_online(folder: Path) -> int:
    """How many CPUs it brought up; 1 if the log does not say."""
    found = BROUGHT_UP.search(read_log(folder))
    return int(found[1]) if found else 1
