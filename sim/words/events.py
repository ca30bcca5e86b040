"""One event as a plain sentence (no HTML): who, what, where, in the words of the page."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.core.state import consts
from sim.kernel import gfp
from sim.scenario.layout import Layout, Region
from sim.words import compaction
from sim.words.text import KINDS, MIGRATETYPES, article, plural, size

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row

Names = Sequence[tuple[str, int]]


def event_sentence(row: "Row", layout: Layout, processes: Names) -> str:
    """The sentence of one row of the event ring."""
    return SENTENCES[row.event](row, layout, processes)


def who(process: int, processes: Names) -> str:
    """`server (41)`, or the kernel."""
    name, pid = processes[process]
    return f"{name} ({pid})" if pid else "The kernel"


def _at(page: int, layout: Layout) -> str:
    return f"{layout.pfn_of(page):#x}"


def _tag_region(page: int, layout: Layout) -> Region | None:
    pfn = layout.pfn_of(page)
    return next((region for region in layout.regions if region.tag_start <= pfn < region.tag_end), None)


def what(mt: int, flags: int, order: int) -> str:
    """What a request was for, from its migratetype and gfp."""
    if flags & gfp.TAGGED:
        noun = "tagged page"
    elif mt == consts.MOVABLE:
        noun = "anonymous page" if flags & (gfp.ZERO | gfp.COMP) else "page for file data"
    elif mt == consts.RECLAIMABLE:
        noun = "reclaimable slab page"
    else:
        noun = "page table" if flags & gfp.ACCOUNT else "unmovable page"
    return article(noun) if order == 0 else f"an order-{order} block of {1 << order} {noun}s"


def _alloc(row: "Row", layout: Layout, processes: Names) -> str:
    wanted = what(row.a, row.b, row.order)
    if row.page < 0:
        return f"{who(row.process, processes)} asked for {wanted} and got nothing."
    return f"{who(row.process, processes)} got {wanted}: pfn {_at(row.page, layout)}."


def _free(row: "Row", layout: Layout, _: Names) -> str:
    block = f"The order-{row.order} block at pfn" if row.order else "Pfn"
    return f"{block} {_at(row.page, layout)} was freed."


def _locked(row: "Row", layout: Layout, _: Names) -> str:
    return f"An order-{row.order} block left the {MIGRATETYPES[row.a]} lists: {_at(row.page, layout)}."


def _drain(row: "Row", layout: Layout, _: Names) -> str:
    return (
        f"An order-{row.order} block left a per-CPU list for the {MIGRATETYPES[row.a]} lists: {_at(row.page, layout)}."
    )


def _batched(row: "Row", layout: Layout, _: Names) -> str:
    return f"Pfn {_at(row.page, layout)} had its turn in a batch of freed pages."


def _extfrag(row: "Row", layout: Layout, _: Names) -> str:
    taker, giver = MIGRATETYPES[row.b], MIGRATETYPES[row.c]
    owner = " The whole pageblock is now " + taker + "." if row.d else ""
    stole = f"{article(taker.lower()).capitalize()} request stole an order-{row.a} block from {giver}"
    return f"{stole}, at {_at(row.page, layout)}: its own lists were empty.{owner}"


def _reserve(row: "Row", layout: Layout, _: Names) -> str:
    pfn, tags = _at(row.page, layout), _at(row.a, layout)
    if row.e == consts.OK:
        return _reserved(row, pfn, tags)
    if row.e == consts.EINTR:
        return f"Killed while it reserved tag page {tags}: {pfn} is handed out without tag storage (-EINTR)."
    reason = "-EBUSY" if row.e == consts.EBUSY else "-ENOMEM"
    if row.b > 1:
        before = "the one taken before it is" if row.c == 1 else f"the {row.c} taken before it are"
        given = f"; {before} given back" if row.c else ""
        needs = f"An order-{row.order} page needs {row.b} tag blocks from {tags} on"
        return f"{needs}. One cannot be emptied ({reason}){given}."
    tries = f"{plural(row.d, 'try', 'tries')}, {reason}"
    return f"The tags of {pfn} belong in tag page {tags}, which cannot be emptied: {tries}."


def _reserved(row: "Row", pfn: str, tags: str) -> str:
    if row.b > 1:
        taken = f"{plural(row.c, 'tag page')} of {row.b} blocks from {tags} on" if row.c else "No tag page"
        verb = "was" if row.c == 1 else "were"
        return f"{taken} {verb} taken for the {1 << row.order} pages at {pfn}."
    if not row.c:
        return f"Tag page {tags} holds tags already: {pfn} can be tagged for nothing more."
    neighbours = f" Its {consts.PAGES_PER_TAG_PAGE * row.c - 1} neighbours now cost nothing." if not row.order else ""
    return f"Tag page {tags} was taken for the tags of {pfn}.{neighbours}"


def _release(row: "Row", layout: Layout, _: Names) -> str:
    pfn, tags = _at(row.page, layout), _at(row.a, layout)
    if row.c < 0:
        return f"{pfn} was freed as tagged, but its tag page {tags} was not reserved."
    if row.c:
        return f"{pfn} was the last tagged page that needed {tags}: the tag page is free again, for anyone movable."
    verb = "needs" if row.b == 1 else "need"
    return f"{pfn} lost its tags; {plural(row.b, 'tagged page')} still {verb} tag page {tags}."


def _return(row: "Row", layout: Layout, _: Names) -> str:
    back = f"{_at(row.page, layout)} was refused and goes back to the tail of its order-{row.b} list"
    return f"{back}, where it stands alone: the next pass takes it again." if row.c else f"{back}."


def _pin(row: "Row", layout: Layout, processes: Names) -> str:
    pinned = f"{who(row.process, processes)} pinned pfn {_at(row.page, layout)}"
    region = _tag_region(row.page, layout)
    if region is None:
        return f"{pinned}."
    block = (layout.pfn_of(row.page) - region.tag_start) // region.block_pages * region.block_pages
    first = region.data_start + block * consts.PAGES_PER_TAG_PAGE
    last = first + region.block_pages * consts.PAGES_PER_TAG_PAGE - 1
    return f"{pinned}, in the tag storage that serves {first:#x} to {last:#x}."


def _unpin(row: "Row", layout: Layout, _: Names) -> str:
    return f"The pin on pfn {_at(row.page, layout)} is gone."


def _data(kind: int) -> str:
    return KINDS[kind].replace("file, dirty", "dirty file").replace("file, clean", "clean file") + " data"


def _migrate(row: "Row", layout: Layout, _: Names) -> str:
    if row.d == consts.MR_COMPACTION:
        return f"Compaction moved {_data(row.b)} from {_at(row.page, layout)} to {_at(row.a, layout)}."
    again = ", which is tag storage too: it may have to move again" if _tag_region(row.a, layout) else ""
    return f"Tag page {_at(row.page, layout)} held {_data(row.b)}. It moved to {_at(row.a, layout)}{again}."


def _drop(row: "Row", layout: Layout, _: Names) -> str:
    return f"Tag page {_at(row.page, layout)} held a clean file page. It was dropped, no copy."


def _kswapd(_row: "Row", _layout: Layout, _: Names) -> str:
    return "kswapd woke up: free memory is below the low watermark."


def _reclaim(row: "Row", _layout: Layout, processes: Names) -> str:
    pages = plural(row.a, "page") if row.a else "no page"
    return f"{who(row.process, processes)} had to reclaim by itself and got {pages} back."


def _oom(row: "Row", _layout: Layout, processes: Names) -> str:
    victim = who(row.process, processes)
    closed = f", {size(row.c)} of it tag storage" if row.c else ""
    other = "" if row.process == row.a else f" {who(row.a, processes)} had asked."
    return f"Out of memory with {size(row.b)} free{closed}: {victim} was killed.{other}"


def _exit(row: "Row", _layout: Layout, processes: Names) -> str:
    return f"{who(row.process, processes)} left; {plural(row.a, 'page')} came back."


SENTENCES: dict[int, Callable[["Row", Layout, Names], str]] = {
    consts.E_ALLOC: _alloc,
    consts.E_FREE: _free,
    consts.E_LOCKED: _locked,
    consts.E_DRAIN: _drain,
    consts.E_BATCHED: _batched,
    consts.E_EXTFRAG: _extfrag,
    consts.E_RESERVE: _reserve,
    consts.E_RELEASE: _release,
    consts.E_RETURN: _return,
    consts.E_PIN: _pin,
    consts.E_UNPIN: _unpin,
    consts.E_MIGRATE: _migrate,
    consts.E_DROP: _drop,
    consts.E_KSWAPD_WAKE: _kswapd,
    consts.E_DIRECT_RECLAIM: _reclaim,
    consts.E_OOM_KILL: _oom,
    consts.E_EXIT: _exit,
    **compaction.SENTENCES,
}
