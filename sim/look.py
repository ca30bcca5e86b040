"""Looking at a machine: from its arrays to frozen values. Reads, never writes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.consts import (
    CLASSES,
    EVENT_FIELDS,
    F_HEAD,
    F_PINNED,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_PCP,
    K_TAGGED,
    K_TAGS,
    KINDS,
    MAX_ORDER,
    MIGRATETYPES,
    ORDERS,
    P_OFF,
    PAGEBLOCK_PAGES,
    PAGES_PER_TAG_PAGE,
)
from sim.core.state import (
    COUNT_STRIDE,
    D_EVENTS,
    D_MARKS,
    D_OOMS,
    D_OP,
    D_PINS,
    D_POLICY,
    D_SAMPLES,
    D_TAGGED,
    EVENT_ROWS,
    OOM_FIELDS,
    OOM_ROWS,
    PCP_LISTS,
    R_CLASS,
    R_DONE,
    R_ORDER,
    R_PROCESS,
    SERIES_FIELDS,
)
from sim.errors import ScenarioError
from sim.geometry import Geometry
from sim.kernel_trace import decode
from sim.layout import Layout, Region
from sim.marks import mark_view
from sim.scenario import Scenario
from sim.snapshot import (
    Event,
    Ledger,
    Mark,
    OomView,
    PageView,
    PcpView,
    PinView,
    ProcessView,
    Series,
    Snapshot,
    ZoneView,
)
from sim.vmstat import vmstat

Arrays = dict[str, NDArray[Any]]
EVENTS_SHOWN = 48
SERIES_NAMES = ("op", "tags", "tagged", "lent_anon", "lent_file", "free_metadata", "free", "refused")
ASKED = ("an anonymous page", "a tagged page", "slab", "kernel memory", "a page table", "a file page", "a file page")


class Lens:
    """One machine's arrays, and where on the map its pages lie."""

    def __init__(self, arrays: Arrays, scenario: Scenario, layout: Layout, geometry: Geometry) -> None:
        """Work out once where each plate's pages are."""
        self.arrays = arrays
        self.layout = layout
        self.geometry = geometry
        self.names = [("kernel", 0), *((p.name, p.pid) for p in scenario.processes)]
        self._pids = np.array([pid for _, pid in self.names], dtype=np.int32)
        self._events: dict[int, Event] = {}
        self._count = arrays["count"].reshape(-1, COUNT_STRIDE)
        plates = geometry.plates
        self._blocks = np.concatenate([layout.page_of(p.data_start) // 512 + np.arange(p.blocks) for p in plates])
        self._data = [self._range(p.data_start, p.data_pages) for p in plates]
        self._tags = [self._range(p.tag_start, p.tag_pages) for p in plates]
        self._tag_pages = [self._range(r.tag_start, r.tag_pages) for r in layout.regions]

    def _range(self, pfn: int, pages: int) -> slice:
        start = self.layout.page_of(pfn) if pages else 0
        return slice(start, start + pages)

    # The whole machine

    def snapshot(self, length: int) -> Snapshot:
        """The machine as it is now."""
        dim = self.arrays["dim"]
        zone_tags = self._tag_kinds_by_zone()
        return Snapshot(
            op=int(dim[D_OP]),
            length=length,
            blocks=self._count[self._blocks, :KINDS].astype(np.uint16),
            strip=self._strip(),
            pages=self._small_pages() if self.geometry.small else None,
            ledger=self._ledger(zone_tags.sum(axis=0)),
            packing=self._packing(),
            zones=tuple(self._zone(z, name, zone_tags[z]) for z, name in enumerate(self.layout.zones)),
            counters=self.counters(),
            processes=tuple(self._process(i) for i in range(1, len(self.names))),
            pins=self._pins(),
            ooms=self._ooms(),
            events=self._recent_events(),
            marks=self._marks(),
            series=self._series(),
            last_request=self._last_request(),
        )

    def counters(self) -> dict[str, int]:
        """Counters by their names in /proc/vmstat."""
        return vmstat(self.arrays, self.layout)

    def _tag_kinds_by_zone(self) -> NDArray[np.int64]:
        sums = np.zeros((len(self.layout.zones), KINDS), dtype=np.int64)
        for pages in self._tag_pages:
            z = self.arrays["pb_zone"][pages.start // PAGEBLOCK_PAGES]
            blocks = slice(pages.start // PAGEBLOCK_PAGES, pages.stop // PAGEBLOCK_PAGES)
            sums[z] += self._count[blocks, :KINDS].sum(axis=0)
        return sums

    def _ledger(self, kinds: NDArray[np.int64]) -> Ledger:
        shown = (K_TAGS, K_ANON, K_FILE, K_DIRTY, K_FREE, K_PCP)
        tags, anon, file, dirty, free, pcp = (int(kinds[k]) for k in shown)
        total = int(kinds.sum())
        tagged = int(self.arrays["dim"][D_TAGGED])
        other = total - tags - anon - file - dirty - free - pcp
        return Ledger(total, tags, tagged, anon, file, dirty, free, pcp, other)

    def _packing(self) -> tuple[int, ...]:
        refs = self.arrays["tag_ref"]
        bins = np.bincount(np.minimum(refs[refs > 0] - 1, PAGES_PER_TAG_PAGE), minlength=PAGES_PER_TAG_PAGE + 1)
        return tuple(int(n) for n in bins) if self.layout.regions else (0,) * (PAGES_PER_TAG_PAGE + 1)

    def _strip(self) -> NDArray[np.uint16]:
        columns = []
        for plate, data, tags in zip(self.geometry.plates, self._data, self._tags, strict=True):
            columns.append(self._plate_strip(plate.columns, data, tags))
        return np.concatenate(columns).astype(np.uint16)

    def _plate_strip(self, columns: int, data: slice, tags: slice) -> NDArray[np.int64]:
        """[columns, 15]: tag pages by kind, tagged pages served, pins."""
        strip = np.zeros((columns, KINDS + 2), dtype=np.int64)
        blocks = self._count[data.start // 512 : -(-data.stop // 512), K_TAGGED]
        strip[:, KINDS] = np.add.reduceat(blocks, np.arange(0, len(blocks), self.geometry.P))
        kinds = self.arrays["kind"][tags]
        if len(kinds):
            width = self.geometry.P * PAGEBLOCK_PAGES // PAGES_PER_TAG_PAGE
            cell = np.arange(len(kinds)) // width * KINDS + kinds
            strip[:, :KINDS] = np.bincount(cell, minlength=columns * KINDS).reshape(columns, KINDS)
            pinned = self.arrays["pin_page"][: self.arrays["dim"][D_PINS]]
            inside = pinned[(pinned >= tags.start) & (pinned < tags.stop)] - tags.start
            strip[:, KINDS + 1] = np.bincount(inside // width, minlength=columns)
        return strip

    def _small_pages(self) -> NDArray[np.uint8]:
        parts = [self._kinds(part) for pair in zip(self._data, self._tags, strict=True) for part in pair]
        return np.concatenate(parts)

    def _kinds(self, pages: slice) -> NDArray[np.uint8]:
        pinned = (self.arrays["flags"][pages] & F_PINNED) != 0
        kinds: NDArray[np.uint8] = self.arrays["kind"][pages].astype(np.uint8) | (pinned.astype(np.uint8) << 7)
        return kinds

    def _zone(self, z: int, name: str, tag_kinds: NDArray[np.int64]) -> ZoneView:
        a = self.arrays
        start, end = int(a["z_start"][z]), int(a["z_end"][z])
        blocks = slice(start // 512, -(-end // 512))
        banks = self.layout.zone_banks(name)
        types = np.bincount(a["pb_mt"][blocks][a["pb_zone"][blocks] == z], minlength=MIGRATETYPES)
        low = a["z_reserve"][z * 4 : z * 4 + 4]
        return ZoneView(
            name=name,
            start_pfn=banks[0].start_pfn,
            spanned=banks[-1].end - banks[0].start_pfn,
            present=sum(bank.pages for bank in banks),
            managed=int(a["z_managed"][z]),
            free=int(a["z_free"][z]),
            free_metadata=int(a["z_meta"][z]),
            min=int(a["z_min"][z]),
            low=int(a["z_low"][z]),
            high=int(a["z_high"][z]),
            protection=(int(low[0]), int(low[1]), int(low[2]), int(low[3])),
            free_lists=a["nr_free"].reshape(-1, ORDERS, MIGRATETYPES)[z].T.copy(),
            block_types=types,
            data_kinds=self._count[blocks, :KINDS].sum(axis=0, dtype=np.int64) - tag_kinds,
            tag_kinds=tag_kinds,
            pcp=tuple(self._pcp(z, cpu) for cpu in range(self.layout.cpus)),
        )

    def _pcp(self, z: int, cpu: int) -> PcpView:
        a, pcp = self.arrays, z * self.layout.cpus + cpu
        lists = tuple(int(n) for n in a["pcp_len"][pcp * PCP_LISTS : (pcp + 1) * PCP_LISTS])
        return PcpView(int(a["pcp_count"][pcp]), int(a["pcp_high"][z]), int(a["pcp_batch"][z]), lists)

    def _process(self, i: int) -> ProcessView:
        a = self.arrays
        anon, tagged, slab, unmovable, pagetable, file, dirty = (
            int(n) for n in a["p_count"][i * CLASSES : (i + 1) * CLASSES]
        )
        if a["dim"][D_POLICY] == P_OFF:
            anon, tagged = anon + tagged, 0
        name, pid = self.names[i]
        adj, alive = int(a["p_adj"][i]), bool(a["p_alive"][i])
        return ProcessView(pid, name, adj, alive, anon, tagged, slab, unmovable, pagetable, file + dirty)

    def _last_request(self) -> tuple[str, int, str]:
        req = self.arrays["req"]
        if not req[R_DONE]:
            return ("", 0, "")
        name, pid = self.names[int(req[R_PROCESS])]
        order = int(req[R_ORDER])
        return (name, pid, ASKED[int(req[R_CLASS])] + (f", order {order}" if order else ""))

    # What was remembered

    def _pins(self) -> tuple[PinView, ...]:
        a = self.arrays
        return tuple(self._pin(i) for i in range(int(a["dim"][D_PINS])))

    def _pin(self, i: int) -> PinView:
        a = self.arrays
        pfn = self.layout.pfn_of(int(a["pin_page"][i]))
        region = self._region_of_tag(pfn)
        first, last = self._served(region, pfn) if region else (-1, -2)
        name, pid = self.names[int(a["pin_owner"][i])]
        owner = f"{name} ({pid})" if pid else "somebody"
        since, until = int(a["pin_since"][i]), int(a["pin_until"][i])
        return PinView(pfn, owner, since, until, region is not None, first, last - first + 1)

    def _ooms(self) -> tuple[OomView, ...]:
        total = int(self.arrays["dim"][D_OOMS])
        rows = self.arrays["oom"].reshape(-1, OOM_FIELDS)
        return tuple(self._oom(rows[n % OOM_ROWS]) for n in range(max(0, total - OOM_ROWS), total))

    def _oom(self, row: NDArray[np.int64]) -> OomView:
        op, asked, victim, order, tagged, free, meta, refused, refusals, tag, _passes, freed = (
            int(n) for n in row[:12]
        )
        closed = meta if tagged or asked == 0 else 0
        (name, pid), (victim_name, victim_pid) = self.names[asked], self.names[victim]
        return OomView(
            op=op,
            requester=name,
            requester_pid=pid,
            victim=victim_name,
            victim_pid=victim_pid,
            order=order,
            tagged=bool(tagged),
            free=free,
            free_metadata=meta,
            usable=free - closed,
            refused_pfn=self.layout.pfn_of(refused) if refused >= 0 else -1,
            refusals=refusals,
            tag_pfn=self.layout.pfn_of(tag) if tag >= 0 else -1,
            freed=freed,
        )

    def _recent_events(self) -> tuple[Event, ...]:
        total = int(self.arrays["dim"][D_EVENTS])
        rows = self.arrays["ev"].reshape(-1, EVENT_FIELDS)
        wanted = range(max(0, total - EVENTS_SHOWN), total)
        self._events = {n: self._events.get(n) or self._event(rows[n % EVENT_ROWS]) for n in wanted}
        return tuple(self._events.values())

    def _event(self, row: NDArray[np.int64]) -> Event:
        return decode([int(n) for n in row], self.layout, self.names)

    def _marks(self) -> tuple[Mark, ...]:
        rows = self.arrays["mark"].reshape(-1, 3)[: self.arrays["dim"][D_MARKS]]
        return tuple(mark_view(int(op), int(event)) for op, event, _ in rows)

    def _series(self) -> Series:
        rows = self.arrays["series"].reshape(-1, SERIES_FIELDS)[: self.arrays["dim"][D_SAMPLES]]
        return Series(**{name: rows[:, i].copy() for i, name in enumerate(SERIES_NAMES)})

    # One page, or a range

    def _region_of_tag(self, pfn: int) -> Region | None:
        return next((r for r in self.layout.regions if r.tag_start <= pfn < r.tag_end), None)

    def _region_of_data(self, pfn: int) -> Region | None:
        return next((r for r in self.layout.regions if r.data_start <= pfn < r.data_end), None)

    def _served(self, region: Region, tag_pfn: int) -> tuple[int, int]:
        """First and last data pfn whose tags lie in the block of this tag page."""
        block = (tag_pfn - region.tag_start) // region.block_pages * region.block_pages
        first = region.data_start + block * PAGES_PER_TAG_PAGE
        return first, first + region.block_pages * PAGES_PER_TAG_PAGE - 1

    def page(self, pfn: int) -> PageView:
        """One page. Raises ScenarioError where there is no memory."""
        page = self.layout.page_of(pfn)
        if page < 0:
            raise ScenarioError(f"pfn: {pfn:#x}: there is no memory here")
        a = self.arrays
        in_tags, in_data = self._region_of_tag(pfn), self._region_of_data(pfn)
        tag_pfn = in_data.tag_start + (pfn - in_data.data_start) // PAGES_PER_TAG_PAGE if in_data else -1
        tag_page = self.layout.page_of(tag_pfn) if in_data else -1
        region = in_tags or in_data
        first, last = self._served(region, pfn if in_tags else tag_pfn) if region else (pfn, pfn)
        served = self._range(first, last - first + 1)
        name, pid = self.names[int(self._owners(page, page + 1)[0])]
        return PageView(
            pfn=pfn,
            kind=int(a["kind"][page]),
            order=self._order_of(page),
            owner=name if pid else "",
            pid=pid,
            pinned=bool(a["flags"][page] & F_PINNED),
            in_tag_storage=in_tags is not None,
            tag_pfn=tag_pfn,
            tag_kind=int(a["kind"][tag_page]) if in_data else -1,
            tag_pinned=bool(a["flags"][tag_page] & F_PINNED) if in_data else False,
            served=(first, last),
            tagged=int((a["kind"][served] == K_TAGGED).sum()) if region else 0,
            migratetype=int(a["pb_mt"][page // PAGEBLOCK_PAGES]),
        )

    def _order_of(self, page: int) -> int:
        """Order of the free, per-CPU or allocated block that holds the page."""
        for order in range(MAX_ORDER + 1):
            found = int(self.arrays["order"][page & ~((1 << order) - 1)])
            if found >= order:
                return found
        return 0

    def _owners(self, start: int, end: int) -> NDArray[np.int8]:
        """Process of every page of a range: that of the first page of its block."""
        first = start & ~((1 << MAX_ORDER) - 1)
        flags, order = self.arrays["flags"][first:end], self.arrays["order"][first:end]
        owners = np.zeros(end - first, dtype=np.int8)
        heads = np.flatnonzero(flags & F_HEAD)
        for i in heads[order[heads] > 0]:
            owners[i : i + (1 << int(order[i]))] = self.arrays["owner"][first + i]
        single = heads[order[heads] == 0]
        owners[single] = self.arrays["owner"][first + single]
        return owners[start - first :]

    def pages(self, start_pfn: int, end_pfn: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Kind and pid of every pfn of the range."""
        kinds = np.zeros(end_pfn - start_pfn, dtype=np.uint8)
        pids = np.zeros(end_pfn - start_pfn, dtype=np.int32)
        for bank, base in zip(self.layout.banks, self.layout.bases, strict=True):
            low, high = max(start_pfn, bank.start_pfn), min(end_pfn, bank.end)
            if low < high:
                part = slice(base + low - bank.start_pfn, base + high - bank.start_pfn)
                kinds[low - start_pfn : high - start_pfn] = self._kinds(part)
                pids[low - start_pfn : high - start_pfn] = self._pids[self._owners(part.start, part.stop)]
        return kinds, pids

    def rows(self, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
        """[rows of 32 pages, 13] pages by kind."""
        kinds, _ = self.pages(start_pfn, end_pfn)
        rows = -(-len(kinds) // PAGES_PER_TAG_PAGE)
        cell = np.arange(len(kinds)) // PAGES_PER_TAG_PAGE * KINDS + (kinds & 0x7F)
        counts: NDArray[np.uint8] = np.bincount(cell, minlength=rows * KINDS).astype(np.uint8)
        return counts.reshape(rows, KINDS)
