"""Reading the exact state of a recorded kernel: `dump.gz`, or freelists.txt, pcp.txt, pageblocks.txt and pages.txt.gz.

Both formats say the same: every free block in list order, every per-CPU list, pageblock types, what each page is.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sim.core.state.consts import CMA, HIGHATOMIC, ISOLATE, METADATA, MOVABLE, RECLAIMABLE, UNMOVABLE
from sim.errors import ScenarioError
from sim.replay.reading import reading

TYPES = {
    "U": UNMOVABLE, "M": MOVABLE, "R": RECLAIMABLE, "H": HIGHATOMIC, "C": CMA, "D": METADATA, "T": METADATA,
    "I": ISOLATE,
}  # fmt: skip


@dataclass(slots=True)
class Pcp:
    """Per-CPU lists of one zone: index -> (pfn, remembered type or -1) from head to tail."""

    count: int
    high: int
    batch: int
    factor: int
    lists: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass(slots=True)
class ZoneDump:
    """One zone. `free`: (order, type) -> pfns from head to tail; `blocks`, `pages`: letters by pageblock and page."""

    name: str
    start: int = 0
    spanned: int = 0
    managed: int = 0
    marks: tuple[int, int, int] = (0, 0, 0)  # min, low, high
    boost: int = 0
    free: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    pcp: dict[int, Pcp] = field(default_factory=dict)
    blocks: str = ""
    pages: str = ""

    @property
    def sure(self) -> bool:
        """Whether the letters of the pageblocks can be true: a free CMA or METADATA block lies in one of its type.

        The dumps of `rfc-v1-steps` fail here: their reader took the pageblock bits at the wrong width.
        """
        pairs = ((mt, pfn) for (_, mt), pfns in self.free.items() for pfn in pfns if mt in (CMA, METADATA))
        return all(TYPES[self.blocks[(pfn - self.start) // 512]] == mt for mt, pfn in pairs)


@dataclass(slots=True)
class Dump:
    """Everything one dump says. `tag_refs`: reserved tag page -> tagged pages it serves, None if it does not say.

    `counters`: those of /proc/vmstat, by name; only a recorded simulation says them.
    """

    name: str
    zones: dict[str, ZoneDump]
    tag_refs: dict[int, int] | None = None
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def sure(self) -> bool:
        """Whether the pageblock types can be believed."""
        return all(zone.sure for zone in self.zones.values())

    def zone(self, name: str) -> ZoneDump:
        """A zone, made when it is first named."""
        return self.zones.setdefault(name, ZoneDump(name))


def read_dump(folder: Path) -> Dump:
    """One snapshot folder. Raises ScenarioError when neither format is there."""
    dump = Dump(folder.name, {})
    if (folder / "dump.gz").exists():
        with reading("dump", folder / "dump.gz"):
            _read_sections(dump, _lines(folder / "dump"))
    else:
        _read_files(dump, folder)
    return dump


def _read_sections(dump: Dump, lines: Iterable[str]) -> None:
    read = None
    for line in lines:
        if line.startswith("@ "):
            read = _open_section(dump, line.split())
        elif read is not None:
            read(line)


def _open_section(dump: Dump, words: list[str]) -> Callable[[str], None]:
    """What reads the lines under `@ freelists DMA start 40000 ...`."""
    what = words[1]
    if what == "blocks":
        dump.tag_refs = {}
        return lambda line: _read_ref(dump, line, 0)
    if what == "counters":
        return lambda line: _read_counter(dump, line)
    zone = dump.zone(words[2])
    numbers = dict(zip(words[3::2], words[4::2], strict=False))
    if what == "freelists":
        zone.start, zone.spanned = int(numbers["start"], 16), int(numbers["spanned"], 16)
        zone.managed = int(numbers["managed"])
        zone.boost = int(numbers["boost"])
        zone.marks = int(numbers["min"]), int(numbers["low"]), int(numbers["high"])
        return lambda line: _read_free(dump, line)
    if what == "pcp":
        pcp = zone.pcp[int(numbers["cpu"])] = _pcp(numbers)
        return lambda line: _read_pcp(pcp, line)
    if what == "pageblocks":
        return lambda line: setattr(zone, "blocks", zone.blocks + line.strip())
    return lambda line: setattr(zone, "pages", zone.pages + line.strip())


def _pcp(numbers: dict[str, str]) -> Pcp:
    count, high, batch, factor = (int(numbers[name]) for name in ("count", "high", "batch", "free_factor"))
    return Pcp(count, high, batch, factor)


def _read_free(dump: Dump, line: str) -> None:
    """`DMA 0 U 14 : 58c3c 463f0 ...`; the count is not always there."""
    head, _, pfns = line.partition(":")
    name, order, mt, *_ = head.split()
    dump.zone(name).free[int(order), TYPES[mt]] = [int(pfn, 16) for pfn in pfns.split()]


ENTRY = re.compile(r"([0-9a-f]+)([A-Z]?)")


def _read_pcp(pcp: Pcp, line: str) -> None:
    """`  0 U 28 : 463fd ...` (order and type), or `  0 : 4162aU ...` (index, remembered types)."""
    head, _, entries = line.partition(":")
    words = head.split()
    index = int(words[0])
    if len(words) > 1:
        index = (12 + (words[1] == "M")) if index == 9 else 3 * index + TYPES[words[1]]
    pcp.lists[index] = [(int(pfn, 16), TYPES.get(mt, -1)) for pfn, mt in ENTRY.findall(entries)]


def _read_ref(dump: Dump, line: str, base: int) -> None:
    words = line.split()
    if dump.tag_refs is not None and len(words) == 2 and not line.startswith("#"):
        dump.tag_refs[int(words[0], 16)] = int(words[1]) - base


def _read_counter(dump: Dump, line: str) -> None:
    name, value = line.split()
    dump.counters[name] = int(value)


def _lines(path: Path) -> Iterator[str]:
    """Lines of a file, packed or not."""
    path = _packed(path)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from (line.rstrip("\n") for line in file)


def _read_files(dump: Dump, folder: Path) -> None:
    for name, read in PARTS.items():
        with reading("dump", _packed(folder / name)):
            read(dump, folder / name)
    _validate_whole(dump, folder)
    if (folder / "tagstore").exists() or (folder / "tagstore.gz").exists():
        with reading("dump", folder / "tagstore"):
            _read_tagstore(dump, folder)


def _packed(path: Path) -> Path:
    """The packed file where there is one."""
    packed = path.with_name(path.name + ".gz")
    return packed if packed.exists() else path


def _validate_whole(dump: Dump, folder: Path) -> None:
    """A file that was cut short says less than there is: letters for every page, lists of every CPU."""
    for name, what, size in (("pageblocks.txt", "blocks", 512), ("pages.txt", "pages", 1)):
        for zone in dump.zones.values():
            said, needed = len(getattr(zone, what)), zone.spanned // size
            if said < needed:
                raise ScenarioError(
                    f"dump: {_packed(folder / name)}: cut short: {said:,} of {needed:,} letters of zone {zone.name}"
                )
    for zone in dump.zones.values():
        if zone.spanned and not zone.pcp:
            raise ScenarioError(f"dump: {_packed(folder / 'pcp.txt')}: no per-CPU list of zone {zone.name} in it")
    if not any(zone.free for zone in dump.zones.values()):
        raise ScenarioError(f"dump: {_packed(folder / 'freelists.txt')}: no free list in it")


def _read_state(dump: Dump, path: Path) -> None:
    for zone in json.loads(path.read_text())["zones"]:
        here = dump.zone(zone["name"])
        here.start, here.spanned, here.managed = zone["start_pfn"], zone["spanned"], zone["managed"]
        lowest, low, high, *_ = zone["watermark_min_low_high_promo"]
        here.marks = lowest, low, high


def _read_free_lists(dump: Dump, path: Path) -> None:
    for line in _lines(path):
        if line and not line.startswith("#"):
            _read_free(dump, line)


def _read_pcps(dump: Dump, path: Path) -> None:
    pcp = None
    for line in _lines(path):
        if line.startswith("zone"):
            words = line.split()
            pcp = dump.zone(words[1]).pcp[int(words[3])] = _pcp(dict(zip(words[2::2], words[3::2], strict=False)))
        elif line.startswith(" ") and pcp:
            _read_pcp(pcp, line)


def _read_tagstore(dump: Dump, folder: Path) -> None:
    """`60dc0 2`: a reserved tag page and the count of its page, one more than the references."""
    dump.tag_refs = {}
    section = ""
    for line in _lines(folder / "tagstore"):
        if line.startswith("#"):
            section = line
        elif section.startswith("# block refcount"):
            _read_ref(dump, line, 1)


FROM = re.compile(r"from pfn ([0-9a-f]+)")


def _letters(path: Path) -> dict[int, str]:
    """First pfn -> the letters of the grids of a file."""
    letters: dict[int, str] = {}
    start, grid = 0, False
    for line in _lines(path):
        if line.startswith("#"):
            found = FROM.search(line)
            start, grid = int(found[1], 16) if found else start, True
            letters[start] = ""
        elif not line:
            grid = False
        elif grid:
            letters[start] += line
    return letters


def _read_letters(what: str, size: int) -> Callable[[Dump, Path], None]:
    """Letters by pageblock (the first grid of the file) or by page, cut into zones."""

    def read(dump: Dump, path: Path) -> None:
        letters = _letters(path)
        for zone in dump.zones.values():
            for at, text in letters.items():
                if at <= zone.start < at + len(text) * size:
                    setattr(zone, what, text[(zone.start - at) // size :][: zone.spanned // size])

    return read


PARTS: dict[str, Callable[[Dump, Path], None]] = {
    "state.json": _read_state,
    "freelists.txt": _read_free_lists,
    "pcp.txt": _read_pcps,
    "pageblocks.txt": _read_letters("blocks", 512),
    "pages.txt": _read_letters("pages", 1),
}
