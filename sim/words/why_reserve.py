"""The steps of a reservation: which tag page, what it holds, how it ended, where the page went. HTML."""

from collections.abc import Sequence

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.kernel.trace_row import Row
from sim.words.text import KINDS, code, duration, plural
from sim.words.why_text import Picture, Telling, Told, no, strong

SHOWN = 8  # tries that are drawn
ERRORS = {c.EBUSY: "-EBUSY", c.ENOMEM: "-ENOMEM", c.EINTR: "-EINTR"}


def tell_reserve(on: Telling, step: s.Reserve, last: bool) -> list[Told]:
    """What the tag page is, then how it was taken or not. `last`: the page is handed out."""
    if not step.blocks:
        return []
    end = ", prep_new_page" if last else ""
    asked, other = _asked(on, step)
    if step.ret == c.OK and not step.moved:
        html = f"{asked} {_taken(step)}"
        return [_told(on, step, "reserve_metadata_storage" + end, html, other, "done" if last else "")]
    first = Told(step.since, "reserve_metadata_storage", asked, other, picture=_row(on, step))
    return [first, _emptied(on, step, end)]


def _told(on: Telling, step: s.Reserve, fn: str, html: str, other: str, look: str) -> Told:
    return Told(step.cost, fn, html, other, look, picture=_row(on, step, after=True), part="tags")


def _asked(on: Telling, step: s.Reserve) -> tuple[str, str]:
    block = step.blocks[0]
    if step.needed > 1:
        held = [other for other in step.blocks if not other.reserved and other.kind != c.K_FREE]
        free = [other for other in step.blocks if other.kind == c.K_FREE]
        reserved = len(step.blocks) - len(held) - len(free)
        seen = f"{reserved} reserved already, {len(free)} free, {len(held)} with data"
        looked = "" if len(step.blocks) == step.needed else f" {len(step.blocks)} looked at:"
        html = f"It needs {step.needed} tag blocks, from {on.pfn(block.block)} on.{looked} {strong(seen)}."
        return html, f"{strong('One that cannot be emptied')} is enough: then all that were taken are given back."
    return f"Tag page {_formula(on, block)}. Already reserved? {_state(on, block)}", _if_reserved(block)


def _formula(on: Telling, block: s.Block) -> str:
    region = on.region(block.page)
    if region is None or region.block_pages != 1:
        return on.pfn(block.block)
    parts = f"{region.tag_start:#x} + ({on.hex(block.page)} - {region.data_start:#x}) / 32"
    return code(f"{parts} = {on.hex(block.block)}")


def _state(on: Telling, block: s.Block) -> str:
    if block.reserved:
        tagged = block.kinds.count(c.K_TAGGED)
        return strong(f"Yes, it holds the tags of {tagged} of 32." if block.pages == 1 else "Yes.")
    if block.kind == c.K_FREE:
        return strong("No: it is free.")
    whose = f" of {on.who(block.owner)}" if block.owner else ""
    return strong(f"No: it holds {_data(block.kind)}{whose}.")


def _data(kind: int) -> str:
    short = {c.K_ANON: "anon data", c.K_FILE: "a clean file page", c.K_DIRTY: "a dirty file page"}
    return short.get(kind, f"a page {KINDS[kind]}")


def _if_reserved(block: s.Block) -> str:
    if block.reserved:
        return f"{strong('Not reserved:')} it would have to be taken first, at once if free, else its data moves out."
    return f"{strong('Reserved already:')} count one more and return. The 31 neighbours of a tagged page cost nothing."


def _taken(step: s.Reserve) -> str:
    if not step.taken:
        return "One more is counted, nothing is taken." if step.needed == 1 else "All are only counted."
    how = "Reserved at the first try." if step.needed == 1 else f"{plural(step.taken, 'tag page')} taken."
    return f"{strong(how)} {_counters('success', step.taken)}; {code('nr_free_metadata')} -= {step.taken}."


def _counters(name: str, n: int) -> str:
    return f"{code(f'metadata_reserve_{name}')} += {n}"


def _emptied(on: Telling, step: s.Reserve, end: str) -> Told:
    """alloc_contig_range: what moved, or why nothing could."""
    block = step.failed_at or _held(step)
    fn = f"alloc_contig_range({on.hex(block.block)}, +{block.pages}, MIGRATE_METADATA)"
    if step.ret == c.OK:
        html = f"Move the data out? {strong('Yes.')} {_moves(on, step.moved)} {_counters('success', step.taken)}."
        other = _if(on, "empty", "Had it been free:") or f"{strong('Pinned:')} -EBUSY, and the page goes back."
        return Told(step.cost, fn + end, html, other, "done" if end else "", part="tags", picture=_row(on, step, True))
    if step.ret == c.EINTR:
        html = f"{no('-EINTR:')} a fatal signal is pending. It counts as failed; the page goes out without storage."
        return Told(step.cost, fn + end, html, "", "bad", part="fail")
    picture = _tries(step)
    return Told(step.cost, fn, _refusal(on, step, block), _if_not(on, block), "bad", part="fail", picture=picture)


def _held(step: s.Reserve) -> s.Block:
    sources = {row.page for row in step.moved}
    within = (one for one in step.blocks if any(page in sources for page in range(one.block, one.block + one.pages)))
    return next(within, step.blocks[-1])


def _moves(on: Telling, moved: Sequence[Row]) -> str:
    copied = [row for row in moved if row.event == c.E_MIGRATE]
    dropped = len(moved) - len(copied)
    said = []
    if len(copied) == 1:
        to = "another tag page, and may have to move again" if on.in_tags(copied[0].a) else "ordinary memory"
        said.append(f"One page moves to {on.pfn(copied[0].a)}, {to}.")
    elif copied:
        again = sum(on.in_tags(row.a) for row in copied)
        said.append(f"{len(copied)} pages move" + (f", {again} of them to other tag pages." if again else "."))
    if dropped:
        said.append(f"{plural(dropped, 'clean file page')} {'is' if dropped == 1 else 'are'} dropped, no copy.")
    return " ".join(said)


def _refusal(on: Telling, step: s.Reserve, block: s.Block) -> str:
    said = no(f"{_times(in_vain(step)).capitalize()} {ERRORS[step.ret]}:")
    given = f" The {plural(step.taken, 'tag page')} taken before are given back." if step.taken else ""
    if step.ret == c.ENOMEM:
        return f"Move the data out? {said} there is nowhere to put it.{given}"
    if block.pinned == c.NO_PAGE:
        return f"Move the data out? {said} compaction has a page of it in hand.{given}"
    why = f"more references than mappings, so {on.who(block.pinner)} holds a pin"
    at = "" if block.pinned == block.block else f" on {on.pfn(block.pinned)}"
    return f"Move the data out? {said} {why}{at}.{given}"


def _if_not(on: Telling, block: s.Block) -> str:
    if block.pinned != c.NO_PAGE:
        return _if(on, "unpin", "Not pinned:")
    return _if(on, "empty", "Had it been free:")


def _if(on: Telling, change: str, head: str) -> str:
    """What the run with that one change gave."""
    other = on.what_if(change)
    if other is None or other.outcome is None:
        return ""
    end = other.outcome
    how = f"{plural(end.moved, 'page')} moves" if end.moved == 1 else f"{plural(end.moved, 'page')} move"
    how = how if end.moved else f"{plural(end.dropped, 'file page')} dropped" if end.dropped else "nothing moves"
    cost = f", {duration(end.cost)} in all" if end.cost else ""
    served = f"served from {end.zone}" if end.page != c.NO_PAGE else "not served either"
    return f"{strong(head)} {how}, {served}{cost}."


def _row(on: Telling, step: s.Reserve, after: bool = False) -> Picture | None:
    block = step.failed_at or step.blocks[0]
    data = {
        "first": on.layout.pfn_of(block.first),
        "kinds": block.kinds,
        "at": block.page - block.first,
        "tag": on.layout.pfn_of(block.block),
        "kind": block.kind,
        "pinned": block.pinned != c.NO_PAGE,
        "holds": block.kinds.count(c.K_TAGGED) + after,
        "tags": after or block.reserved,
    }
    state = "pinned" if data["pinned"] else "reserved for tags" if data["tags"] else KINDS[block.kind]
    label = f"32 pages from {data['first']:#x} on and tag page {data['tag']:#x}, {state}"
    return Picture("row", data, label) if step.needed == 1 else None


def _tries(step: s.Reserve) -> Picture:
    each = (step.cost - step.since) // max(step.tries, 1)
    label = "isolate the pageblock, drain, try to migrate, undo"
    text = f"{duration(each)} each: {label}" if each else label
    n = in_vain(step)
    return Picture(
        "tries", {"n": min(n, SHOWN), "error": ERRORS[step.ret], "text": text}, plural(n, "try", "tries") + " in vain"
    )


def in_vain(step: s.Reserve) -> int:
    """The tries of the block that failed: those taken before it needed one each."""
    return step.tries - sum(not block.reserved for block in step.blocks[:-1])


def _times(n: int) -> str:
    return {1: "once", 5: "five times"}.get(n, f"{n:,} times")


def tell_same(on: Telling, take: s.Take, step: s.Reserve, back: s.Back) -> Told:
    """An offer that has been told already, and ends the same way."""
    html = f"It offers {on.pfn(take.page)} {no('again')}: {_times(in_vain(step))} {ERRORS[step.ret]}, back to the tail."
    return Told(back.cost, "rmqueue, reserve_metadata_storage, return_page_to_buddy", html, "", "bad", part="fail")


def tell_back(on: Telling, step: s.Back) -> Told:
    """return_page_to_buddy: to the tail."""
    merged = step.merged_order > step.order
    how = f"it merges into the order-{step.merged_order} block at {on.pfn(step.merged)}"
    how = how if merged else "its buddy is in use, nothing merges"
    alone = f" It stands {no('alone')} there, so it is the head again." if step.alone else ""
    tail = f"Back to the {no('tail')} of the order-{step.merged_order} list; {how}.{alone}"
    outside = "" if on.region(step.page) else f"It lies {no('outside')} every tag region. "
    html = f"{outside}{tail} {_counters('fail', 1)}."
    fn = f"return_page_to_buddy({on.hex(step.page)}, {step.order})"
    return Told(step.cost, fn, html, _no_loop(on, step), "bad", part="fail")


def _no_loop(on: Telling, step: s.Back) -> str:
    head = strong("No loop in a zone.")
    offered = [one for one in on.request.path if isinstance(one, s.Back) and one.page == step.page]
    behind = on.what_if("other-block")
    if step.alone and len(offered) > 1 and behind is not None and behind.outcome is not None:
        end = behind.outcome
        if not end.refusals and end.page != c.NO_PAGE:
            return f"{head} Only this block is offered, pass after pass; without it {on.pfn(end.page)} is."
    if step.order == 0:
        return f"{head} One pass tries one page a zone. The other 31 pages of its row would fail the same way."
    return f"{head} One pass tries one block a zone."
