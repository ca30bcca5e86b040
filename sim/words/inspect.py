"""The inspector: what a page, a pageblock or a process is, one verdict, and what there is to know about it. HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

from sim.core.state import consts as c
from sim.policies import Policy
from sim.run.snapshot import PageView, ProcessView
from sim.words.pages import KERNEL_KINDS
from sim.words.text import KINDS, MIGRATETYPES, part, pfn_link, plural, size

if TYPE_CHECKING:
    from sim.look.inspect import BlockView, Pair, ProcessPages
    from sim.run.touched import Touched

Facts = tuple[tuple[str, str], ...]
Poke = tuple[str, Mapping[str, int | str], str]  # a command: what it does, its data- attributes, its label


@dataclass(frozen=True, slots=True)
class Link:
    """A button: what it does, its data- attributes, its label."""

    do: str
    data: dict[str, int]
    label: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """One fragment of the inspector."""

    kind: str  # page, tag-page, pageblock, process
    what: str
    name: str
    verdict: str
    bad: bool  # crimson: refused or pinned
    ids: dict[str, int]  # data- attributes of the whole
    picture: tuple[str, dict[str, Any]] | None  # element and its data
    sentences: tuple[str, ...] = ()
    facts: Facts = ()
    links: tuple[Link, ...] = field(default=())
    pokes: tuple[Poke, ...] = ()


def inspect_page(view: PageView, pair: "Pair | None", rules: Policy) -> Inspection:
    """One page, data or tag storage."""
    verdict, bad = _tag_verdict(view, rules) if view.in_tag_storage else _verdict(view, rules)
    what = f"Tag page, {_tag_state(view, rules)}" if view.in_tag_storage else KINDS[view.kind].capitalize() + " page"
    return Inspection(
        kind="tag-page" if view.in_tag_storage else "page",
        what=what + (", pinned" if view.pinned else ""),
        name=pfn_link(view.pfn),
        verdict=verdict,
        bad=bad,
        ids={"pfn": view.pfn},
        picture=("inspect-pair", picture_of(pair, view.pfn)) if pair else None,
        sentences=_page_sentences(view, rules),
        facts=_page_facts(view),
        links=_page_links(view),
        pokes=_page_pokes(view),
    )


def picture_of(pair: "Pair", pfn: int) -> dict[str, Any]:
    """What draws the 32:1 relation."""
    tags = {"tag": pair.tag, "tags": pair.tags, "tagged": pair.tagged}
    return {"self": pfn, "first": pair.first, "kinds": pair.kinds} | tags


def _tag_state(view: PageView, rules: Policy) -> str:
    if not rules.knows_tags:
        return "ordinary memory"
    if view.kind == c.K_TAGS:
        return "kept" if rules.keeps else "reserved"
    return "free" if view.kind == c.K_FREE else "per-CPU list" if view.kind == c.K_PCP else "lent"


def _tag_verdict(view: PageView, rules: Policy) -> tuple[str, bool]:
    served = view.served[1] - view.served[0] + 1
    if not rules.knows_tags:
        return "MTE is off: it is used like any other page.", False
    if view.kind == c.K_TAGS:
        return f"Holds the tags of {view.tagged} of {served} pages.", False
    if view.pinned or view.tag_pinned:
        return f"Cannot be emptied: none of its {served} pages can be tagged.", True
    if view.kind in {c.K_FREE, c.K_PCP}:
        return "Free: the first tagged page takes it at once.", False
    return f"Lent: it holds {KINDS[view.kind]} data until a tag needs it.", False


def _verdict(view: PageView, rules: Policy) -> tuple[str, bool]:
    if not rules.knows_tags:
        return "MTE is off: it cannot be tagged.", False
    if view.tag_pfn < 0:
        return "Outside every tag region: there is no storage for its tags.", False
    if view.kind in KERNEL_KINDS:
        return "Kernel memory is never tagged.", False
    if view.kind == c.K_TAGGED:
        return "Tagged: its neighbours can be tagged for nothing.", False
    if view.tag_pinned:
        return "Refused: its tag page is pinned and cannot be emptied.", True
    if view.tag_kind == c.K_TAGS:
        return "Its tag page is reserved: tagging it costs nothing more.", False
    return "Tagging it would take its tag page first.", False


def _page_sentences(view: PageView, rules: Policy) -> tuple[str, ...]:
    first, last = (pfn_link(pfn) for pfn in view.served)
    pages = view.served[1] - view.served[0] + 1
    if view.in_tag_storage:
        return (f"It serves {first} to {last}: {part('tagged', f'{view.tagged} of {pages}')} tagged.",)
    if view.tag_pfn < 0 or not rules.knows_tags:
        return ()
    offset = (view.pfn - view.served[0]) % c.PAGES_PER_TAG_PAGE * 128
    at = f"Its tags are bytes {offset} to {offset + 127} of tag page {pfn_link(view.tag_pfn)}"
    return (f"{at}, shared with {pages - 1} neighbours: {part('tagged', f'{view.tagged} of {pages}')} tagged.",)


def _page_facts(view: PageView) -> Facts:
    owner = f"{escape(view.owner)} ({view.pid})" if view.owner else "nobody" if _is_free(view.kind) else "the kernel"
    block = f"order {view.order}, {size(1 << view.order)}"
    return (("owner", owner), ("block", block), ("pageblock", MIGRATETYPES[view.migratetype]))


def _is_free(kind: int) -> bool:
    return kind in {c.K_FREE, c.K_PCP, c.K_ISOLATED}


def with_history(it: Inspection, touched: "Touched") -> Inspection:
    """The same page, and since when it is what it is."""
    return replace(it, facts=(*it.facts, ("since", f"op {touched.since:,}" if touched.since else "boot")))


def _page_links(view: PageView) -> tuple[Link, ...]:
    links = [Link("show", {"pfn": view.pfn}, "Show on the map"), Link("inspect", {"block": view.pfn}, "Its pageblock")]
    if view.tag_pfn >= 0:
        links.append(Link("inspect", {"pfn": view.tag_pfn}, "Its tag page"))
    if view.in_tag_storage:
        links.append(Link("inspect", {"pfn": view.served[0]}, "The first page it serves"))
    if view.pid:
        links.append(Link("inspect", {"pid": view.pid}, "Its owner"))
    return tuple(links)


def _page_pokes(view: PageView) -> tuple[Poke, ...]:
    """Pin or unpin the page, free its block."""
    if view.pinned:
        return (("unpin", {"pfn": view.pfn}, "Unpin it"),)
    owned = bool(view.owner) or view.kind in (c.K_ANON, c.K_FILE, c.K_DIRTY, c.K_TAGGED, c.K_SLAB)
    head = view.pfn & ~((1 << view.order) - 1)
    free = ("free_page", {"pfn": head}, "Free its block" if view.order else "Free it")
    return (("pin", {"pfn": view.pfn}, "Pin it"), free) if owned else ()


def inspect_block(view: "BlockView", rules: Policy) -> Inspection:
    """One pageblock."""
    pinned = view.pair is not None and any(kind & 0x80 for kind in view.pair.tags) and rules.lends
    kernel = sum(view.counts[kind] for kind in sorted(KERNEL_KINDS))
    if view.counts[c.K_FREE] == c.PAGEBLOCK_PAGES:
        verdict = "Whole: all of it is free."
    elif pinned:
        verdict = "Part of it cannot be tagged: a tag page under it is pinned."
    elif view.counts[c.K_TAGS]:
        verdict = f"{plural(view.counts[c.K_TAGS], 'page')} of it hold tags."
    else:
        verdict = "It cannot become whole: kernel memory is in it." if kernel else "Everything in it can move."
    data = {"pfn": view.pfn, "counts": view.counts}
    if view.pair:
        data |= {"tag": view.pair.tag, "tags": view.pair.tags, "tagged": view.pair.tagged}
    return Inspection(
        kind="pageblock",
        what=f"Pageblock of {view.zone}, {MIGRATETYPES[view.migratetype]}",
        name=pfn_link(view.pfn),
        verdict=verdict,
        bad=pinned and view.counts[c.K_FREE] != c.PAGEBLOCK_PAGES,
        ids={"pfn": view.pfn},
        picture=("inspect-block", data),
        sentences=_block_sentences(view, rules),
        facts=tuple((KINDS[kind], f"{n:,}") for kind, n in enumerate(view.counts) if n),
        links=(
            Link("show", {"pfn": view.pfn}, "Show on the map"),
            Link("inspect", {"pfn": view.pfn}, "Its first page"),
        ),
    )


def _block_sentences(view: "BlockView", rules: Policy) -> tuple[str, ...]:
    if view.in_tag_storage:
        return ("It is tag storage: each of its pages can hold the tags of 32 data pages.",)
    if view.pair is None:
        return ("It lies outside every tag region: nothing in it can be tagged.",)
    if not rules.knows_tags:
        return ()
    last = view.pair.tag + len(view.pair.tags) - 1
    reserved = sum((kind & 0x7F) == c.K_TAGS for kind in view.pair.tags)
    serve = f"Its {len(view.pair.tags)} tag pages are {pfn_link(view.pair.tag)} to {pfn_link(last)}"
    return (f"{serve}: {part('tags', f'{reserved} of them')} hold tags, of {sum(view.pair.tagged)} tagged pages.",)


def inspect_process(view: ProcessView, pages: "ProcessPages", rules: Policy) -> Inspection:
    """One process."""
    rss = view.anon + view.tagged + view.file + view.slab + view.unmovable + view.pagetable
    share = f"{100 * view.tagged / rss:.0f}%" if rss else "0%"
    resident = f"{size(rss)} resident, {part('tagged', f'{size(view.tagged)} tagged')} ({share})."
    links = [Link("show", {"pfn": pages.first_pfn}, "Show on the map")] if pages.first_pfn >= 0 else []
    names = ("anon", "tagged", "file", "slab", "unmovable", "pagetable")
    split = tuple((name.replace("pagetable", "page tables"), size(getattr(view, name))) for name in names)
    return Inspection(
        kind="process",
        what=f"Process {view.pid}, oom_score_adj {view.oom_score_adj}",
        name=escape(view.name),
        verdict=resident if view.alive else "It is no longer there.",
        bad=False,
        ids={"pid": view.pid} | ({"first-pfn": pages.first_pfn} if pages.first_pfn >= 0 else {}),
        picture=("inspect-spread", _spread_of(pages)) if rss else None,
        sentences=_process_sentences(view, pages, rules) if view.alive else (),
        facts=split,
        links=tuple(links),
        pokes=(("kill", {"process": view.name}, "Kill it"),) if view.alive else (),
    )


def _spread_of(pages: "ProcessPages") -> dict[str, Any]:
    return {"bins": pages.spread, "plates": [{"zone": zone, "bin": first} for zone, first in pages.starts]}


def _process_sentences(view: ProcessView, pages: "ProcessPages", rules: Policy) -> tuple[str, ...]:
    said = []
    if pages.needs and rules.lends:
        mean = view.tagged / pages.needs
        keeps = f"Its tagged pages need <b>{plural(pages.needs, 'tag page')}</b>, {mean:.1f} of 32 each"
        said.append(f"{keeps}; {pages.alone:,} of them serve nobody else.")
    if pages.lent and rules.lends:
        pinned = f", {pages.lent_pinned} pinned" if pages.lent_pinned else ""
        said.append(
            f"{plural(pages.lent, 'page')} of it lie in lent tag storage{pinned}: they move when a tag needs it."
        )
    return tuple(said)
