"""How tag pages came to hold tags: free at once, emptied first, or reserved already. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.words.attempts import Attempt
from sim.words.teller import Teller, escape, pfn_link
from sim.words.text import KINDS, plural

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row
    from sim.look.scene import Scene

MOVES_SHOWN = 2


def how_reserved(scene: "Scene", teller: Teller, attempt: Attempt) -> None:
    """The step, or the steps, after a zone has offered a page that could be kept."""
    row = attempt.reserve
    first = scene.layout.pfn_of(row.a)
    if not row.c:
        teller.step("Nothing to reserve.", _already(scene, row))
        teller.stop(first)
        return
    for move in attempt.moved[:MOVES_SHOWN]:
        _tell_move(scene, teller, move)
    rest = len(attempt.moved) - MOVES_SHOWN
    if rest > 0:
        teller.step("Move out.", f"{plural(rest, 'more page')} of data left the same way.")
    teller.step("Reserve.", _taken(scene, attempt))
    teller.stop(first)


def _already(scene: "Scene", row: "Row") -> str:
    tags = pfn_link(scene.layout.pfn_of(row.a))
    if row.b > 1:
        return f"All {row.b} tag blocks from {tags} on hold tags already."
    region = scene.region_of(row.page)
    of = c.PAGES_PER_TAG_PAGE * (region.block_pages if region else 1)
    if not scene.latest or row.order:
        return f"Its tag page {tags} holds tags already, so this page costs nothing more."
    n = scene.tagged(row.a)
    return f"Its tag page {tags} holds tags already, {n - 1} of {of}. This page is number {n}, for nothing."


def _taken(scene: "Scene", attempt: Attempt) -> str:
    row, tags = attempt.reserve, pfn_link(scene.layout.pfn_of(attempt.reserve.a))
    neighbours = plural(c.PAGES_PER_TAG_PAGE * row.c - (1 << row.order), "neighbour")
    free = "" if row.order else f" {neighbours} now cost nothing."
    if row.b > 1:
        old = row.b - row.c // _block(scene, row)
        kept = f", {plural(old, 'block')} of them were reserved already" if old else ""
        return f"{plural(row.c, 'tag page')} from {tags} on now hold tags for the {1 << row.order} pages{kept}."
    if row.c > 1:
        return f"{row.c} tag pages from {tags} on are one block and were taken together.{free}"
    if attempt.moved:
        return f"{tags} now holds tags.{free}"
    return f"Its tag page {tags} was free: taken at once.{free}"


def _block(scene: "Scene", row: "Row") -> int:
    region = scene.region_of(row.page)
    return region.block_pages if region else 1


def _tell_move(scene: "Scene", teller: Teller, move: "Row") -> None:
    source = scene.layout.pfn_of(move.page)
    if move.event == c.E_DROP:
        teller.step("Drop.", f"Tag page {pfn_link(source)} held a clean file page: it was dropped, no copy.")
        teller.stop(source)
        return
    name, pid = scene.names[move.c]
    owner = f" of {escape(name)} ({pid})" if pid else ""
    kind = KINDS[move.b].replace("file, dirty", "dirty file").replace("file, clean", "clean file")
    target = scene.layout.pfn_of(move.a)
    again = ", which is tag storage too, and may have to move again" if scene.holds_tags(move.a) else ""
    teller.step(
        "Move out.", f"Tag page {pfn_link(source)} held {kind} data{owner}. It moved to {pfn_link(target)}{again}."
    )
    teller.stop(source)
    teller.stop(target)
