"""A moment as the bytes that every viewer gets. Whole each time: whoever misses one needs nothing but the next.

docs/http.md says what is in it. Runs in the worker's thread, once per moment.
"""

import base64
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.runs.moment import Moment, Recorded
from sim import words
from sim.run.snapshot import CostView, Mark, PinView, Snapshot, Story, ZoneView

FREE_LISTS = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Metadata", "Isolate")
SERIES = ("op", "tags", "tagged", "lent_anon", "lent_file", "free_metadata", "free", "refused")
EMPTIED = ("reserve", "migrate")  # kinds of marks that say: a tag page could be taken after all


def frame(moment: Moment, seq: int, watching: int) -> dict[str, Any]:
    """Everything the map, the ledger and the free lists draw, and how the run goes."""
    snap = moment.snapshot
    return {
        "op": snap.op,
        "head": moment.recorded.op,
        "seq": seq,
        "at": time.time(),
        "length": snap.length,
        "state": moment.state,
        "speed": moment.speed,
        "pause_at_oom": moment.pause_at_oom,
        "ops_per_s": moment.ops_per_s,
        "digest": moment.short_digest,
        "watching": watching,
        "fault": moment.fault,
        "ledger": asdict(snap.ledger),
        "packing": list(snap.packing),
        "zones": [zone_view(zone) for zone in snap.zones],
        "pins": [pin_view(pin) for pin in snap.pins],
        "refused": refused(snap),
        "oom": oom_view(snap),
        "costs": costs_view(snap),
        "story": story_view(snap.story),
        "knobs": dict(snap.knobs),
        "map": base64.b64encode(deflate(map_bytes(snap))).decode("ascii"),
    }


def zone_view(zone: ZoneView) -> dict[str, Any]:
    """One zone: watermarks, kinds, free lists by the kernel's names."""
    return {
        "name": zone.name,
        "start_pfn": zone.start_pfn,
        "free": zone.free,
        "free_metadata": zone.free_metadata,
        "min": zone.min,
        "low": zone.low,
        "high": zone.high,
        "data_kinds": zone.data_kinds.tolist(),
        "tag_kinds": zone.tag_kinds.tolist(),
        "free_lists": dict(zip(FREE_LISTS, zone.free_lists.tolist(), strict=True)),
    }


def pin_view(pin: PinView) -> dict[str, Any]:
    """One pin: where, since when, which data pages it blocks."""
    return {
        "pfn": pin.pfn,
        "since": pin.since_op,
        "until": pin.until_op,
        "tag": pin.in_tag_storage,
        "blocks": pin.blocks_pfn,
    }


def costs_view(snap: Snapshot) -> dict[str, Any]:
    """The answer of the panel, HTML, and one row a path, in nanoseconds."""
    return {"words": words.panel_sentence("costs", snap), "rows": [cost_view(row) for row in snap.costs]}


def cost_view(row: CostView) -> dict[str, Any]:
    """What requests of one path have cost so far."""
    view = {"path": row.path, "label": row.label, "count": row.count}
    return view | {"p50": row.p50, "p90": row.p90, "p99": row.p99, "max": row.most}


def story_view(story: Story) -> dict[str, Any]:
    """Where the numbers of the story stand on the map; its sentences are HTML and come with the partials."""
    stops = [{"n": stop.n, "pfn": stop.pfn, "link": stop.link, "bad": stop.bad} for stop in story.stops]
    return {"what": story.what, "op": story.op, "bad": story.bad, "stops": stops}


def refused(snap: Snapshot) -> dict[str, int] | None:
    """The page that the last OOM was refused, while its tag page is pinned or nothing was taken since."""
    if not snap.ooms or snap.ooms[-1].tag_pfn < 0:
        return None
    oom = snap.ooms[-1]
    pinned = any(pin.pfn == oom.tag_pfn for pin in snap.pins)
    taken = any(mark.op > oom.op and mark.kind in EMPTIED for mark in snap.marks)
    return {"pfn": oom.refused_pfn, "tag_pfn": oom.tag_pfn} if pinned or not taken else None


def oom_view(snap: Snapshot) -> dict[str, int | str] | None:
    """The last OOM kill: pages free, those of them closed to the request, and what it failed by, HTML."""
    if not snap.ooms:
        return None
    oom = snap.ooms[-1]
    return {"op": oom.op, "free": oom.free, "closed": oom.free - oom.usable, "why": words.why_killed(oom)}


def map_bytes(snap: Snapshot) -> bytes:
    """Little endian: uint16 blocks, uint16 strip, then on small machines one byte a page."""
    parts = [snap.blocks.astype("<u2", copy=False).tobytes(), snap.strip.astype("<u2", copy=False).tobytes()]
    if snap.pages is not None:
        parts.append(snap.pages.tobytes())
    return b"".join(parts)


def deflate(data: bytes) -> bytes:
    """`deflate-raw` of the browsers' DecompressionStream."""
    packer = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def series(recorded: Recorded, commands: Sequence[str] = ()) -> dict[str, Any]:
    """Tag storage through time, as far as this run ever went, with its marks and the commands as links have them."""
    columns = {name: getattr(recorded.series, name).tolist() for name in SERIES}
    return columns | {
        "marks": [mark_view(mark) for mark in recorded.marks],
        "head": recorded.op,
        "commands": list(commands),
    }


def mark_view(mark: Mark) -> dict[str, Any]:
    """One mark of the timeline."""
    return {"op": mark.op, "kind": mark.kind, "words": mark.words, "bad": mark.bad}


def event(name: str, data: str, op: int | None = None) -> bytes:
    """One server-sent event; unnamed when `name` is empty."""
    head = (f"id: {op}\n" if op is not None else "") + (f"event: {name}\n" if name else "")
    body = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"{head}{body}\n".encode()
