"""One zone of the python build, set up and read in the notation of the vectors: `0M:1 1M:2 9M:200,400`.

Order, type, then first pfns in hexadecimal from head to tail. Pages that no list names are in use and not movable.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from tests.builds import using

LETTERS = "UMRHCTI"
PAGES = 4096
ROOMS = {
    "state": ("arrays", "consts", "gfp", "indices", "state"),
    "jit": ("builds",),
    "page": ("pages", "process"),
    "zone": ("buddy", "compact_cursors", "compact_defer", "highatomic", "pcp", "watermark"),
    "tags": ("metadata",),
    "reclaim": ("release",),
    "take": ("by_contig", "rmqueue"),
    "compaction": ("compact_direct", "compact_fast", "compact_free", "compact_migrate", "compaction"),
    "alloc": ("page_alloc",),
    "run": ("boot",),
}
MODULES = {name: f"sim.core.{room}.{name}" for room, names in ROOMS.items() for name in names}


class Bench:
    """A zone of 4096 pages with one CPU and nothing but these free blocks."""

    def __init__(self, lists: str = "", types: str = "", batch: int = 31, high: int = 3520) -> None:
        """`types`: of the pageblocks from the first on; the rest is M."""
        self.core = {name: import_module(path) for name, path in MODULES.items()}
        state, consts, at = self.core["state"], self.core["consts"], self.core["indices"]
        self.arrays, self._whole = self.core["arrays"].make_arrays(self.core["arrays"].lengths(PAGES, 1, 1, 0, 0, 1))
        with using("python"):
            self.st = self.core["builds"].make_state(self.arrays)
        dim = self.arrays["dim"]
        dim[at.D_PAGES], dim[at.D_ZONES], dim[at.D_CPUS] = PAGES, 1, 1
        dim[at.D_PCP_HEADS] = PAGES + consts.ORDERS * consts.MIGRATETYPES
        dim[at.D_OWNER_HEADS] = dim[at.D_PCP_HEADS] + state.PCP_LISTS
        self.arrays["z_end"][0] = PAGES
        self.arrays["pcp_batch"][0], self.arrays["pcp_high"][0] = batch, high
        self.arrays["order"][:] = -1
        self.arrays["kind"][:] = consts.K_UNMOVABLE
        self.arrays["count"].reshape(-1, state.COUNT_STRIDE)[:, consts.K_UNMOVABLE] = consts.PAGEBLOCK_PAGES
        self.arrays["pb_mt"][:] = [LETTERS.index(t) for t in types.ljust(PAGES // 512, "M")]
        self.core["boot"].init_lists(self.st, PAGES, len(self.arrays["nxt"]))
        for word in lists.split():
            self.put(word)

    def put(self, word: str) -> None:
        """One word of the notation: blocks to the tail of their list."""
        name, pfns = word.split(":")
        order, mt = int(name[:-1]), LETTERS.index(name[-1])
        for pfn in pfns.split(","):
            self.core["pages"].set_kind(self.st, int(pfn, 16), order, self.core["consts"].K_FREE)
            self.core["buddy"].add_to_free_list(self.st, int(pfn, 16), order, mt, 1)
            self.core["buddy"].mod_zone_freepage_state(self.st, 0, 1 << order, mt)

    def lists(self) -> str:
        """The free lists in the notation."""
        names = [(order, t) for order in range(11) for t in LETTERS]
        found = [(f"{order}{t}", self._pages(PAGES + n)) for n, (order, t) in enumerate(names)]
        return " ".join(f"{name}:{','.join(f'{pfn:x}' for pfn in pfns)}" for name, pfns in found if pfns)

    def types(self) -> str:
        """Types of all pageblocks, without the M at the end."""
        return "".join(LETTERS[mt] for mt in self.arrays["pb_mt"]).rstrip("M")

    def pcp(self, index: int) -> list[int]:
        """A per-CPU list, head to tail."""
        return self._pages(int(self.arrays["dim"][self.core["indices"].D_PCP_HEADS]) + index)

    def number(self, name: str) -> int:
        """The first entry of a field."""
        return int(self.arrays[name][0])

    def free(self, pfn: int, order: int, kind: str) -> None:
        """__free_one_page of a block in use."""
        self.core["pages"].set_kind(self.st, pfn, order, self.core["consts"].K_FREE)
        self.core["buddy"].free_one_page(self.st, pfn, order, LETTERS.index(kind), 0)

    def take(self, order: int, kind: str) -> int:
        """__rmqueue, without METADATA."""
        return int(self.core["pcp"].rmqueue_one(self.st, 0, order, LETTERS.index(kind), 0))

    def refill(self, order: int, kind: str) -> None:
        """rmqueue_bulk."""
        self.core["pcp"].refill(self.st, 0, order, LETTERS.index(kind), 0)

    def free_to_pcp(self, pfn: int, order: int = 0) -> None:
        """free_unref_page_commit of a block in use, as its pageblock's type."""
        mt = int(self.arrays["pb_mt"][pfn // 512])
        self.core["pcp"].free_to_pcp(self.st, 0, 0, pfn, order, mt)

    @contextmanager
    def drained(self) -> Iterator[list[str]]:
        """Blocks that reach the buddy lists meanwhile, in order, as pfn/oOrder."""
        seen: list[str] = []
        pcp = self.core["pcp"]
        real = pcp.free_one_page

        def record(st: Any, page: int, order: int, mt: int, to_tail: int) -> int:
            seen.append(f"{page:x}/o{order}")
            return int(real(st, page, order, mt, to_tail))

        with patch.object(pcp, "free_one_page", record):
            yield seen

    def _pages(self, head: int) -> list[int]:
        nxt, pages = self.arrays["nxt"], []
        page = int(nxt[head])
        while page != head:
            pages.append(page)
            page = int(nxt[page])
        return pages
