"""Counts of a machine at one op: tag storage, zones, processes."""

import numpy as np
from numpy.typing import NDArray

from sim.core.reclaim.reclaim import KSWAPD_GIVES_UP
from sim.core.rules import MEND_W1, RULE_ONE_REF
from sim.core.state.consts import (
    CLASSES,
    K_ANON,
    K_DIRTY,
    K_FILE,
    K_FREE,
    K_PCP,
    K_TAGGED,
    K_TAGS,
    KINDS,
    MIGRATETYPES,
    ORDERS,
    PAGEBLOCK_PAGES,
    PAGES_PER_TAG_PAGE,
)
from sim.core.state.indices import D_KSWAPD, D_KSWAPD_FAILURES, D_OOMS, D_PINS, D_RULES, D_TAGGED
from sim.core.state.state import OOM_FIELDS, OOM_ROWS, PCP_LISTS
from sim.look.place import Place
from sim.run.snapshot import (
    Ledger,
    PcpView,
    ProcessView,
    ZoneView,
)


def ledger_view(at: Place, kinds: NDArray[np.int64]) -> Ledger:
    """Tag storage by use; `kinds` are its pages by kind."""
    shown = (K_TAGS, K_ANON, K_FILE, K_DIRTY, K_FREE, K_PCP)
    tags, anon, file, dirty, free, pcp = (int(kinds[k]) for k in shown)
    total = int(kinds.sum())
    tagged = int(at.arrays["dim"][D_TAGGED])
    other = total - tags - anon - file - dirty - free - pcp
    return Ledger(total, tags, tagged, anon, file, dirty, free, pcp, other)


def packing_view(at: Place) -> tuple[int, ...]:
    """Reserved tag pages by how many tagged pages they serve, 0 to 32."""
    if not at.layout.regions:
        return (0,) * (PAGES_PER_TAG_PAGE + 1)
    refs = at.arrays["tag_ref"]
    one = int(at.arrays["dim"][D_RULES]) & (RULE_ONE_REF | MEND_W1) == RULE_ONE_REF
    served = np.minimum(refs - 1, PAGES_PER_TAG_PAGE)
    if one:  # the zero page is tagged too, but no page of that kind
        served = np.maximum(served, served_pages(at))
    return tuple(np.bincount(served[refs > 0], minlength=PAGES_PER_TAG_PAGE + 1).tolist())


def served_pages(at: Place) -> NDArray[np.int64]:
    """[tag pages] tagged pages that each serves, counted page by page: where a count is of allocations it says less."""
    found = np.zeros(len(at.arrays["tag_ref"]), dtype=np.int64)
    tagged = at.arrays["kind"] == K_TAGGED
    for r, region in enumerate(at.layout.regions):
        start, base = int(at.arrays["r_data"][r]), int(at.arrays["r_base"][r])
        rows = tagged[start : start + region.data_pages].reshape(-1, PAGES_PER_TAG_PAGE)
        found[base : base + region.tag_pages] = rows.sum(axis=1)
    return found


def strip_view(at: Place) -> NDArray[np.uint16]:
    """[columns of the map, 15]: what stands under each column."""
    columns = []
    for plate, data, tags in zip(at.geometry.plates, at.data, at.tags, strict=True):
        columns.append(plate_strip(at, plate.columns, data, tags))
    return np.concatenate(columns).astype(np.uint16)


def plate_strip(at: Place, columns: int, data: slice, tags: slice) -> NDArray[np.int64]:
    """[columns, 15]: tag pages by kind, tagged pages served, pins."""
    strip = np.zeros((columns, KINDS + 2), dtype=np.int64)
    blocks = at.count[data.start // 512 : -(-data.stop // 512), K_TAGGED]
    strip[:, KINDS] = np.add.reduceat(blocks, np.arange(0, len(blocks), at.geometry.P))
    kinds = at.arrays["kind"][tags]
    if len(kinds):
        width = at.geometry.P * PAGEBLOCK_PAGES // PAGES_PER_TAG_PAGE
        cell = np.arange(len(kinds)) // width * KINDS + kinds
        strip[:, :KINDS] = np.bincount(cell, minlength=columns * KINDS).reshape(columns, KINDS)
        pinned = at.arrays["pin_page"][: at.arrays["dim"][D_PINS]]
        inside = pinned[(pinned >= tags.start) & (pinned < tags.stop)] - tags.start
        strip[:, KINDS + 1] = np.bincount(inside // width, minlength=columns)
    return strip


def small_pages(at: Place) -> NDArray[np.uint8]:
    """Every page of a small machine, plate after plate: data, then tag storage."""
    parts = [at.kinds(part) for pair in zip(at.data, at.tags, strict=True) for part in pair]
    return np.concatenate(parts)


def zone_view(at: Place, z: int, name: str, tag_kinds: NDArray[np.int64]) -> ZoneView:
    """One zone; `tag_kinds` are the pages of its tag storage by kind."""
    a = at.arrays
    start, end = int(a["z_start"][z]), int(a["z_end"][z])
    blocks = slice(start // 512, -(-end // 512))
    banks = at.layout.zone_banks(name)
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
        data_kinds=at.count[blocks, :KINDS].sum(axis=0, dtype=np.int64) - tag_kinds,
        tag_kinds=tag_kinds,
        pcp=tuple(pcp_view(at, z, cpu) for cpu in range(at.layout.cpus)),
        boost=int(a["z_boost"][z]),
        free_cma=int(a["z_cma"][z]),
        kswapd_awake=bool(a["dim"][D_KSWAPD]),
        unreclaimable=bool(a["dim"][D_KSWAPD_FAILURES] >= KSWAPD_GIVES_UP),
    )


def pcp_view(at: Place, z: int, cpu: int) -> PcpView:
    """The per-CPU lists of one zone and CPU."""
    a, pcp = at.arrays, z * at.layout.cpus + cpu
    lists = tuple(int(n) for n in a["pcp_len"][pcp * PCP_LISTS : (pcp + 1) * PCP_LISTS])
    return PcpView(int(a["pcp_count"][pcp]), int(a["pcp_high"][z]), int(a["pcp_batch"][z]), lists)


def process_view(at: Place, i: int) -> ProcessView:
    """One process and what it holds."""
    a = at.arrays
    anon, tagged, slab, unmovable, pagetable, file, dirty = (
        int(n) for n in a["p_count"][i * CLASSES : (i + 1) * CLASSES]
    )
    if not at.rules.knows_tags:
        anon, tagged = anon + tagged, 0
    name, pid = at.names[i]
    adj, alive = int(a["p_adj"][i]), bool(a["p_alive"][i])
    killed = not alive and i in _victims(at)
    return ProcessView(pid, name, adj, alive, anon, tagged, slab, unmovable, pagetable, file + dirty, killed)


def _victims(at: Place) -> set[int]:
    kills = min(at.dim(D_OOMS), OOM_ROWS)
    return set(at.arrays["oom"].reshape(-1, OOM_FIELDS)[:kills, 2].tolist())


def tag_kinds_by_zone(at: Place) -> NDArray[np.int64]:
    """[zone, kind] pages of tag storage."""
    sums = np.zeros((len(at.layout.zones), KINDS), dtype=np.int64)
    for pages in at.tag_pages:
        z = at.arrays["pb_zone"][pages.start // PAGEBLOCK_PAGES]
        blocks = slice(pages.start // PAGEBLOCK_PAGES, pages.stop // PAGEBLOCK_PAGES)
        sums[z] += at.count[blocks, :KINDS].sum(axis=0)
    return sums
