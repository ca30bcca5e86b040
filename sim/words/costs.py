"""What an allocation costs, as sentences. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.policies import Policy
from sim.run.snapshot import CostView
from sim.scenario.costs import PATHS
from sim.words.text import duration, part, plural

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row

Costs = tuple[CostView, ...]
TAGGED = {path.slug for path in PATHS if path.tagged}


def _row(costs: Costs, path: str) -> CostView | None:
    """The row of a path that some request has taken."""
    return next((row for row in costs if row.path == path and row.count), None)


def _ordinary(costs: Costs) -> CostView | None:
    """The row of an ordinary page: off a per-CPU list, and if that has never happened off the buddy lists."""
    return _row(costs, "pcp") or _row(costs, "buddy") or _row(costs, "slow")


def tagged_costs(costs: Costs) -> str:
    """The last part of the answer: what a tagged request of any order costs, of what has happened; "" for nothing."""
    whens = (("taken", "when its tag pages are free"), ("moved", "when data must move first"))
    found = [(_row(costs, path), when) for path, when in whens]
    parts = [f"<b>{duration(row.p50)}</b> {when}" for row, when in found if row]
    ordinary = _ordinary(costs)
    if not parts:
        return ""
    if ordinary:
        parts.append(f"an ordinary one <b>{duration(ordinary.p50)}</b>")
    return f" A {part('tagged', 'tagged')} request costs {', '.join(parts)}."


def ordinary_cost(costs: Costs) -> str:
    """The end of the answer where storage is kept: a tagged page costs what any page does."""
    row = _ordinary(costs)
    return f"; a tagged allocation costs what any other does, <b>{duration(row.p50)}</b>." if row else "."


def cost_sentence(costs: Costs, rules: Policy) -> str:
    """The answer of the panel."""
    ordinary = _ordinary(costs)
    price = f"<b>{duration(ordinary.p50)}</b>" if ordinary else ""
    if not rules.knows_tags:
        return f"Nothing can be tagged{f'; any page costs {price}' if price else ''}."
    if rules.keeps:
        return f"A tagged page costs what any page does{f', {price}' if price else ''}: nothing has to be reserved."
    tagged = [row for row in costs if row.path in TAGGED]
    asked = sum(row.count for row in tagged)
    if not asked:
        return f"Nobody has asked for a tagged page{f'; an ordinary one costs {price}' if price else ''}."
    free = sum(row.count for row in tagged if row.path == "reserved")
    if asked == 1:
        cost = next(duration(row.p50) for row in tagged if row.count)
        return f"The only tagged request cost <b>{cost}</b>: its tag page was {'' if free else 'not yet '}reserved."
    return f"<b>{_percent(free, asked)}</b> of {asked:,} tagged requests found their tag page reserved."


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.1f}%" if 99 < share < 100 or 0 < share < 1 else f"{share:.0f}%"


def story_cost(rows: "tuple[Row, ...]") -> str:
    """What the requests of one op cost, and how much of that tag pages took that could not be emptied; "" for none."""
    asks = [row for row in rows if row.event == c.E_ALLOC]
    if not asks:
        return ""
    spent, lost = sum(row.c for row in asks), sum(row.d for row in asks)
    said = f"<b>{duration(spent)}</b>"
    if not lost:
        idle = sum(row.event == c.E_DIRECT_RECLAIM and row.a == 0 for row in rows)
        return f"{said}, {plural(idle, 'round')} of reclaim without progress." if idle else f"{said}."
    refused = [row for row in rows if row.event == c.E_RESERVE and row.e not in (c.OK, c.EINTR)]
    if not refused:  # lost from the ring
        return f"{said}, {duration(lost)} of it on tag pages that could not be emptied."
    what = "pinned page" if all(row.e == c.EBUSY for row in refused) else "full tag page"
    where = f"one {what}" if len({row.a for row in refused}) == 1 else f"{what}s"
    return f"{said}, {duration(lost)} of it on {where}."
