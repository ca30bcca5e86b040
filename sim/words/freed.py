"""The stories of memory that comes back: the release of a tag page, a process that leaves. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.run.snapshot import Story
from sim.words.events import who
from sim.words.teller import Teller, bold, pfn_link
from sim.words.text import plural, size

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row
    from sim.look.scene import Scene


def tell_release(scene: "Scene", teller: Teller) -> Story:
    """A tagged block was freed: the last one of its 32 or not."""
    releases = [row for row in scene.rows if row.event == c.E_RELEASE]
    first = releases[0]
    pfn = pfn_link(scene.layout.pfn_of(first.page))
    freed = f"{bold(who(first.process, scene.names))} freed {_block(first.order)}{pfn}"
    teller.step("Free.", f"{freed}.")
    teller.stop(scene.layout.pfn_of(first.page), link=True)
    given = [row for row in releases if row.c > 0]
    if first.order > 5 or len(releases) > 1:
        return _huge(scene, teller, freed, releases, given)
    served = _served(scene, first)
    tags = pfn_link(scene.layout.pfn_of(first.a))
    if first.c < 0:
        teller.step("Not reserved.", f"Its tag page {tags} was not reserved: it was handed out without one.", bad=True)
        return teller.done(f"{freed}, which had no tag storage.", bad=True)
    if first.c:
        teller.step(
            "Give back.", f"No tagged page needs tag page {tags} any more: it is free again, for anyone movable."
        )
        teller.stop(scene.layout.pfn_of(first.a))
        last = "last tagged pages" if first.order else "last tagged page"
        return teller.done(f"{freed}, the {last} of its {served}. Tag page {tags} is free again.")
    verb = "needs" if first.b == 1 else "need"
    teller.step("Keep.", f"{plural(first.b, 'tagged page')} of {served} still {verb} tag page {tags}.")
    teller.stop(scene.layout.pfn_of(first.a))
    return teller.done(f"{freed}. {plural(first.b, 'tagged page')} still {verb} {tags}.")


def _block(order: int) -> str:
    return f"the order-{order} block at " if order else ""


def _served(scene: "Scene", row: "Row") -> int:
    region = scene.region_of(row.page)
    return c.PAGES_PER_TAG_PAGE * (region.block_pages if region else 1)


def _huge(scene: "Scene", teller: Teller, freed: str, releases: "list[Row]", given: "list[Row]") -> Story:
    region = scene.region_of(releases[0].page)
    pages = len(given) * (region.block_pages if region else 1)
    if given:
        text = f"{plural(pages, 'tag page')} from {pfn_link(scene.layout.pfn_of(given[0].a))} on"
        verb = "is" if pages == 1 else "are"
        teller.step("Give back.", f"{text} {verb} free again, for anyone movable.")
        teller.stop(scene.layout.pfn_of(given[0].a))
    kept = [row for row in releases if row.c == 0]
    if kept:
        teller.step(
            "Keep.", f"Of its {plural(len(releases), 'tag block')}, {len(kept)} still serve other tagged pages."
        )
    return teller.done(f"{freed}, and {plural(pages, 'tag page')} came back.")


def tell_exit(scene: "Scene", teller: Teller) -> Story:
    """A process left by itself."""
    row = next(row for row in scene.rows if row.event == c.E_EXIT)
    name = bold(who(row.process, scene.names))
    teller.step("Leave.", f"{name} ended. Everything it owned was freed; the file pages it read stay.")
    teller.step("Free.", f"{plural(row.a, 'page')} ({size(row.a)}) came back to the free lists.")
    title = f"{name} left; {size(row.a)} came back."
    given = [other for other in scene.rows if other.event == c.E_RELEASE and other.c > 0]
    if not given or not scene.whole:
        return teller.done(title)
    pages = sum(_block_pages(scene, other) for other in given)
    verb = "is" if pages == 1 else "are"
    teller.step("Give back.", f"{plural(pages, 'tag page')} held tags for it alone and {verb} free again.")
    teller.stop(scene.layout.pfn_of(given[-1].a))
    return teller.done(f"{title[:-1]}, and {plural(pages, 'tag page')} with it.")


def _block_pages(scene: "Scene", row: "Row") -> int:
    region = scene.region_of(row.page)
    return region.block_pages if region else 1
