"""From the core's rows of decisions to steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sim.core.hooks import why as y
from sim.core.state import consts as c
from sim.core.state.consts import ORDERS
from sim.core.zone import watermark as w
from sim.explain import steps as s
from sim.explain.explained import Request
from sim.explain.fold import fold
from sim.kernel.refusal import zone_test
from sim.kernel.trace_row import Row

Rows = Sequence[Sequence[int]]
NIBBLES = 8  # kinds a value


@dataclass(slots=True)
class Reader:
    """Collects the steps of one request after another."""

    zones: Sequence[str]  # their names
    path: list[s.Step] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    lists: dict[int, s.Counts] = field(default_factory=dict)
    blocks: list[s.Block] = field(default_factory=list)  # of the reservation under way
    moved: list[Row] = field(default_factory=list)
    since: int = 0
    reclaimed: tuple[int, bool] = 0, False  # pages of the direct reclaim that ends; whether compaction was ready

    def cut(self, rows: int, same_request: bool) -> None:
        """Here so many rows are lost; what comes next belongs to the request that was told, or to a later one."""
        self.blocks, self.moved, self.lists = [], [], {}
        cost = self.path[-1].cost if self.path else 0
        self.path = [*self.path, s.Lost(cost, rows)] if same_request else []

    def feed(self, row: Sequence[int], cost: int) -> None:
        """One row, and what the request had cost when the next one was written."""
        what, zone, values = row[0], row[1], row[3:]
        if what == y.W_BLOCK:
            if not self.blocks:
                self.since = row[2]
            self.blocks.append(_block(values))
        elif what == y.W_EVENT:
            self._event(Row(0, *values[:9]), cost)
        elif self.blocks:  # inside a reservation: the search for a place to move to
            return
        elif what == y.W_LIST:
            self.lists[values[1]] = tuple(values[6 : 6 + ORDERS])
        else:
            self._decision(what, zone, values, cost)

    def _decision(self, what: int, zone: int, v: Sequence[int], cost: int) -> None:
        if what == y.W_ASK:
            self.path = [s.Ask(cost, v[0], v[1], v[2], v[3], bool(v[4] & w.ALLOC_FROM_METADATA), v[5])]
        elif what == y.W_ZONE:
            self.path.append(s.Zone(cost, zone_test(zone, self.zones[zone], v)))
        elif what == y.W_TAKE:
            order, mt, flags, listed, pcp, cma = v[:6]
            counts = tuple(v[6 : 6 + ORDERS])
            turns = _turns(mt, flags, cma)
            self.path.append(s.Take(cost, zone, order, mt, turns, bool(listed), pcp, bool(cma), counts, self.lists))
            self.lists = {}
        elif what == y.W_SLOW:
            self.path.append(s.Slow(cost))
        elif what == y.W_ROUND:
            self.path.append(s.Round(cost, v[0], v[1], bool(v[2])))
        elif what == y.W_LAST:
            self.path.append(s.Last(cost))
        elif what == y.W_RECLAIM:
            self.reclaimed = v[0], bool(v[1])

    def _event(self, row: Row, cost: int) -> None:
        if row.event == c.E_RESERVE:
            self._reserved(row, cost)
        elif row.event == c.E_ALLOC:
            self._done(row, cost)
        elif row.event in (c.E_MIGRATE, c.E_DROP) and self.blocks:
            self.moved.append(row)
        elif row.event == c.E_DIRECT_RECLAIM and self.path:
            self.path.append(s.Reclaim(cost, *self.reclaimed))
        elif self.path and not self.blocks:
            step = _step(row, cost)
            if step is not None:
                self.path.append(step)

    def _reserved(self, row: Row, cost: int) -> None:
        self._offered(row.page)
        made = s.Reserve(
            cost, row.page, row.order, tuple(self.blocks), row.b, row.c, row.d, row.e, tuple(self.moved), self.since
        )
        self.path.append(made)
        self.blocks, self.moved = [], []

    def _offered(self, page: int) -> None:
        """The last zone that was to give a block gave this page."""
        for at in range(len(self.path) - 1, -1, -1):
            step = self.path[at]
            if isinstance(step, s.Take):
                if step.page == c.NO_PAGE:
                    stolen = next((later for later in self.path[at:] if isinstance(later, s.Steal)), None)
                    self.path[at] = replace(step, page=page, stolen=stolen, cost=max(step.cost, self.since))
                    self.path[at + 1 :] = [later for later in self.path[at + 1 :] if not isinstance(later, s.Steal)]
                return
            if not isinstance(step, s.Steal | s.Woken):
                return

    def _done(self, row: Row, cost: int) -> None:
        ask = self.path[0] if self.path else None
        if not isinstance(ask, s.Ask):
            return
        if row.page != c.NO_PAGE and not _reserved_last(self.path):
            self.since = cost
            self._offered(row.page)
        got = s.Got(max(cost, row.c), row.page, row.order)
        path = tuple(self.path)
        self.requests.append(Request(ask, (*path, got), (*fold(path), got), got))
        self.path = []


def _turns(mt: int, flags: int, cma_first: int) -> tuple[int, ...]:
    """Types of the lists that rmqueue asks, in turn: as rmqueue_buddy and rmqueue_one do."""
    first = [c.HIGHATOMIC] * bool(flags & w.ALLOC_HIGHATOMIC) + [c.CMA] * cma_first
    lent = [c.CMA] * bool(flags & w.ALLOC_CMA) + [c.METADATA] * bool(flags & w.ALLOC_FROM_METADATA)
    last = [c.HIGHATOMIC] * bool(flags & (w.ALLOC_OOM | w.ALLOC_NON_BLOCK))
    return (*first, mt, *lent, *last)


def _reserved_last(path: list[s.Step]) -> bool:
    return bool(path) and isinstance(path[-1], s.Reserve)


def _block(v: Sequence[int]) -> s.Block:
    kinds = tuple(v[9 + i // NIBBLES] >> 4 * (i % NIBBLES) & 15 for i in range(c.PAGES_PER_TAG_PAGE))
    return s.Block(v[0], v[2], v[3], v[4], v[5], v[6], v[7], v[8], kinds, v[13])


def _step(row: Row, cost: int) -> s.Step | None:
    if row.event == c.E_EXTFRAG:
        return s.Steal(cost, row.page, row.a, row.b, row.c, bool(row.d))
    if row.event == c.E_RETURN:
        return s.Back(cost, row.page, row.order, row.a, row.b, bool(row.c))
    if row.event == c.E_KSWAPD_WAKE:
        return s.Woken(cost)
    if row.event == c.E_COMPACT_END:
        return s.Compact(cost, row.d, row.b)
    if row.event == c.E_SUITABLE and row.b != c.COMPACT_CONTINUE:
        return s.Compact(cost, row.b, row.a)
    if row.event == c.E_OOM_KILL:
        return s.Oom(cost, row.process, row.b, row.c)
    return None


def read(table: Rows, zones: Sequence[str]) -> tuple[Request, ...]:
    """The requests of an op, in order, from the rows as the core wrote them. Row 0 is their header."""
    header = table[0]
    reader = Reader(zones)
    begin, tail = _begin_and_tail(table)
    _feed(reader, begin)
    if header[y.H_LOST]:
        reader.cut(header[y.H_LOST], _asks(begin) + _asks(tail) == header[y.H_ASKS])
        _feed(reader, tail)
    return tuple(reader.requests)


def _begin_and_tail(table: Rows) -> tuple[Rows, Rows]:
    """The rows of the op in order: those up to the ring, and the ring from its oldest row on."""
    header, ring = table[0], len(table) - y.TAIL_ROWS
    if not header[y.H_LOST]:
        return table[1 : 1 + header[y.H_ROWS]], ()
    oldest = header[y.H_LAST] + 1
    return table[1:ring], [*table[oldest:], *table[ring:oldest]]


def _asks(rows: Rows) -> int:
    return sum(row[0] == y.W_ASK for row in rows)


def _feed(reader: Reader, rows: Rows) -> None:
    for row, following in zip(rows, [*rows[1:], *rows[-1:]], strict=True):
        reader.feed(row, _end(row, following))


def _end(row: Sequence[int], following: Sequence[int]) -> int:
    """What the request had cost when this row's step was over: most rows are written before it.

    An OOM kill is told when it is over, and a new request begins at nothing.
    """
    killed = following[0] == y.W_EVENT and following[3] == c.E_OOM_KILL
    return row[2] if killed or following[0] == y.W_ASK else max(row[2], following[2])
