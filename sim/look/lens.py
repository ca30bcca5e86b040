"""Looking at a machine: from its arrays to frozen values. Reads, never writes."""

import numpy as np
from numpy.typing import NDArray

from sim.core.state.consts import EVENT_FIELDS, KINDS
from sim.core.state.indices import D_EVENTS, D_OP
from sim.core.state.state import EVENT_ROWS
from sim.kernel.kernel_trace import decode
from sim.kernel.knobs import knobs_of
from sim.kernel.vmstat import vmstat
from sim.look import costs, counts, history, layers, pages, refusals
from sim.look.inspect import BlockView, Pair, ProcessPages, block_view, pair_of, process_pages
from sim.look.place import Arrays, Place
from sim.look.scene import scene_of
from sim.run.geometry import Geometry
from sim.run.snapshot import Event, PageView, Snapshot
from sim.scenario.layout import Layout
from sim.scenario.scenario import Scenario
from sim.words.commands import told
from sim.words.story import tell

EVENTS_SHOWN = 48


class Lens:
    """One machine's eyes."""

    def __init__(self, arrays: Arrays, scenario: Scenario, layout: Layout, geometry: Geometry) -> None:
        """Work out once where things are."""
        self._at = Place(arrays, scenario, layout, geometry)
        self._events: dict[int, Event] = {}

    def snapshot(self, scenario: Scenario) -> Snapshot:
        """The machine as it is now, on its way through a scenario."""
        at = self._at
        tags = counts.tag_kinds_by_zone(at)
        zones = tuple(counts.zone_view(at, z, name, tags[z]) for z, name in enumerate(at.layout.zones))
        return Snapshot(
            op=at.dim(D_OP),
            length=scenario.length,
            blocks=at.count[at.blocks, :KINDS].astype(np.uint16),
            strip=counts.strip_view(at),
            pages=counts.small_pages(at) if at.geometry.small else None,
            ledger=counts.ledger_view(at, tags.sum(axis=0)),
            packing=counts.packing_view(at),
            zones=zones,
            counters=self.counters(),
            processes=tuple(counts.process_view(at, i) for i in range(1, len(at.names))),
            pins=history.pin_views(at),
            ooms=history.oom_views(at),
            events=self._recent_events(),
            marks=history.with_commands(history.mark_views(at), scenario.commands, at.dim(D_OP)),
            series=history.series_view(at),
            costs=costs.cost_views(at),
            failed=refusals.failed_requests(at),
            last_failed=refusals.last_failed(at),
            story=told(tell(scene_of(at, zones)), scenario.commands, at.dim(D_OP)),
            knobs=knobs_of(at.arrays, at.layout, at.rules),
            rules=at.rules,
        )

    def counters(self) -> dict[str, int]:
        """Counters by their names in /proc/vmstat."""
        return vmstat(self._at.arrays, self._at.layout)

    def page(self, pfn: int) -> PageView:
        """One page. Raises ScenarioError where there is no memory."""
        return pages.page_view(self._at, pfn)

    def pair(self, view: PageView) -> Pair | None:
        """The 32:1 picture of a page."""
        return pair_of(self._at, view)

    def block(self, pfn: int) -> BlockView:
        """The pageblock of a pfn. Raises ScenarioError where there is no memory."""
        return block_view(self._at, pfn)

    def process(self, pid: int) -> ProcessPages:
        """What a process holds. Raises ScenarioError when there is none of this pid."""
        return process_pages(self._at, pid)

    def pages(self, start_pfn: int, end_pfn: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Kind and pid of every pfn of the range."""
        return pages.page_kinds(self._at, start_pfn, end_pfn)

    def layer_pages(self, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
        """Class of every pfn of the range in a layer."""
        return layers.layer_pages(self._at, layer, start_pfn, end_pfn)

    def layer_rows(self, layer: str, start_pfn: int, end_pfn: int) -> NDArray[np.uint8]:
        """[rows of 32 pages, classes] pages by class of a layer."""
        return layers.layer_counts(self._at, layer, start_pfn, end_pfn)

    def _recent_events(self) -> tuple[Event, ...]:
        """The last events, oldest first; each is decoded once, since an event number means the same event for ever."""
        total = self._at.dim(D_EVENTS)
        wanted = range(max(0, total - EVENTS_SHOWN), total)
        self._events = {n: self._events.get(n) or self._decode(n) for n in wanted}
        return tuple(self._events.values())

    def _decode(self, n: int) -> Event:
        row = self._at.arrays["ev"].reshape(-1, EVENT_FIELDS)[n % EVENT_ROWS]
        return decode([int(field) for field in row], self._at.layout, self._at.names)
