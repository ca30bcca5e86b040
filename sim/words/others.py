"""The stories of ops that concern tag storage from afar: reclaim, a steal, a pin. HTML."""

from html import escape
from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.run.snapshot import Story
from sim.words.binding import binding_head, why_each_zone
from sim.words.events import what, who
from sim.words.reclaimed import reclaimed
from sim.words.teller import Teller, bold, pfn_link
from sim.words.text import MIGRATETYPES, article, plural

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row
    from sim.look.scene import Scene


def tell_reclaim(scene: "Scene", teller: Teller) -> Story:
    """A request that had to reclaim by itself."""
    rounds = [row for row in scene.rows if row.event == c.E_DIRECT_RECLAIM]
    asks = [row for row in scene.rows if row.event == c.E_ALLOC]
    name = bold(who(rounds[0].process, scene.names))
    if asks:
        teller.step("Ask.", f"{name} asked for {escape(what(asks[-1].a, asks[-1].b, asks[-1].order))}.")
    pages = reclaimed(scene.rows)
    back = f"{plural(pages, 'page')} came back"
    got = f"{plural(len(rounds), 'round')} of direct reclaim, {back}."
    failed = scene.failed
    why = f"{why_each_zone(failed)}. " if failed is not None else ""
    teller.step(binding_head(failed) if failed is not None else "Slow path.", f"{why}{got}")
    _end(scene, teller, asks)
    return teller.done(f"{name} had to reclaim by itself: {back}.")


def _end(scene: "Scene", teller: Teller, asks: "list[Row]") -> None:
    if asks and asks[-1].page >= 0:
        teller.step("Take.", f"The request got pfn {pfn_link(scene.layout.pfn_of(asks[-1].page))}.")
        teller.stop(scene.layout.pfn_of(asks[-1].page))
    elif asks:
        teller.step("Nothing.", "The request got nothing.", bad=True)


def tell_steal(scene: "Scene", teller: Teller) -> Story:
    """A request of one migratetype took a block of another."""
    row = next(row for row in scene.rows if row.event == c.E_EXTFRAG)
    taker, giver = MIGRATETYPES[row.b], MIGRATETYPES[row.c]
    pfn = scene.layout.pfn_of(row.page)
    name, kind = bold(who(row.process, scene.names)), article(taker.lower())
    teller.step("Ask.", f"{name} asked for {kind} page: the lists of its own type are empty.")
    teller.step("Steal.", f"An order-{row.a} block of {giver}, at {pfn_link(pfn)}.")
    teller.stop(pfn)
    if row.d:
        teller.step("Keep.", f"The whole pageblock is now {taker}.")
    stole = f"{kind.capitalize()} request stole an order-{row.a} block from {giver}: its own lists were empty."
    return teller.done(f"{stole} Metadata is never stolen from.")


def tell_pin(scene: "Scene", teller: Teller) -> Story:
    """Somebody took or dropped a reference."""
    row = next(row for row in scene.rows if row.event in {c.E_PIN, c.E_UNPIN})
    pfn = scene.layout.pfn_of(row.page)
    name = bold(who(row.process, scene.names))
    if row.event == c.E_UNPIN:
        teller.step("Unpin.", f"The pin on {pfn_link(pfn)} is gone: the page can be moved again.")
        teller.stop(pfn)
        return teller.done(f"The pin on {pfn_link(pfn)} is gone.")
    teller.step("Pin.", f"{name} holds a reference on {pfn_link(pfn)}: it stays where it is.")
    blocked = blocked_by(scene, pfn)
    teller.stop(pfn, bad=blocked is not None)
    if blocked is None:
        return teller.done(f"{name} pinned {pfn_link(pfn)}, in ordinary memory.")
    pages, first = blocked
    teller.step(
        "Block.", f"While it lasts, none of the {pages} pages from {pfn_link(first)} on can be tagged.", bad=True
    )
    return teller.done(f"{name} pinned {pfn_link(pfn)}, in tag storage.")


def blocked_by(scene: "Scene", pfn: int) -> tuple[int, int] | None:
    """How many data pages the tag block of this pfn serves, and the first of them; None outside tag storage."""
    for region in scene.layout.regions:
        if region.tag_start <= pfn < region.tag_end:
            block = (pfn - region.tag_start) // region.block_pages * region.block_pages
            pages = region.block_pages * c.PAGES_PER_TAG_PAGE
            return pages, region.data_start + block * c.PAGES_PER_TAG_PAGE
    return None
