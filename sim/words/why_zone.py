"""The steps up to a page on offer: entry, watermark, lists. HTML."""

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.kernel.gfp import gfp_text
from sim.words.text import MIGRATETYPES, code, plural, size
from sim.words.why_text import Picture, Telling, Told, no, strong

BESIDE = {c.CMA: "CMA", c.METADATA: "tag storage", c.HIGHATOMIC: "the reserve for atomic requests"}


def tell_ask(on: Telling, step: s.Ask) -> Told:
    """The entry: what is asked, and whether it may live in tag storage."""
    flags = gfp_text(step.gfp).replace("__GFP_ZEROTAGS", "__GFP_TAGGED").replace("|", " | ")
    instead = f"Instead, order {step.order}" if on.request is not on.explained.requests[0] else ""
    return Told(0, f"alloc_pages(order {step.order}, {flags})", *_may_be_lent(on, step), zone=instead)


def _may_be_lent(on: Telling, step: s.Ask) -> tuple[str, str]:
    free = sum(zone.metadata for zone in on.explained.before)
    if not on.layout.regions:
        return "This machine has no tag storage: any list of its type may serve it.", ""
    if on.rules.keeps:
        return f"May it live in tag storage? {no('No:')} {code(on.rules.name)} keeps all of it.", ""
    if not on.rules.knows_tags:
        return "MTE is off: tag storage is ordinary memory, for anyone.", ""
    asked = "May the request itself live in tag storage?"
    if on.request.tagged:
        other = f"{strong('An untagged movable request')} gets {code('ALLOC_FROM_METADATA')} and may take"
        return f"{asked} {strong('No: it is tagged.')}", f"{other} the {free:,} free tag-storage pages."
    if step.lent:
        other = f"{strong('A tagged request')} may have none of the {free:,} free tag-storage pages, and needs one."
        return f"{asked} {strong('Yes:')} movable and not tagged, {code('ALLOC_FROM_METADATA')}.", other
    other = f"{strong('A movable request')} could have the {free:,} free tag-storage pages too."
    kind = MIGRATETYPES[step.mt].lower()
    return f"{asked} {strong('No:')} it is {kind} and could not move out again.", other


def tell_zone(on: Telling, step: s.Zone, heading: str) -> Told:
    """One watermark test."""
    asked = "Enough free memory, not counting tag storage?" if step.test.metadata else "Enough free memory?"
    missing = "" if step.ok else _missing(step)
    enough = step.test.usable > step.test.needed
    verdict = strong("Yes.") if step.ok else no("Yes, but in no block:" if enough else "No:")
    mark = f"{step.test.which} watermark {step.test.mark:,}"
    label = f"{step.test.usable:,} pages usable of {step.test.free:,} free; {mark}"
    data = {
        "free": step.test.free,
        "usable": step.test.usable,
        "needed": step.test.needed,
        "metadata": step.test.metadata,
        "mark": mark + (f", lowered to {step.test.lowered:,}" if step.test.lowered != step.test.mark else ""),
        "reserve": step.test.reserve,
        "boost": step.test.boost,
    }
    html = f"{asked} {verdict}{missing}"
    other = _not_ok(on, step) if step.ok else _if_counted(step)
    return Told(step.cost, "zone_watermark_fast", html, other, "" if step.ok else "short", heading, _mark(data, label))


def _mark(data: dict[str, object], label: str) -> Picture:
    return Picture("mark", data, label)


def _missing(step: s.Zone) -> str:
    if step.test.usable <= step.test.needed:
        return f" {step.test.usable:,} is not above {step.test.needed:,}."
    return f" no list it may use has one of order {step.test.order} or more."


def _not_ok(on: Telling, step: s.Zone) -> str:
    below = strong(f"Below {step.test.which}:")
    if step.zone > 0:
        return f"{below} {on.zone(step.zone - 1)} is tried at once."
    after = {"low": "kswapd wakes, the slow path begins", "min": "reclaim, compaction, at last OOM"}
    return f"{below} no zone is left; {after.get(step.test.which, 'the OOM killer')}."


def _if_counted(step: s.Zone) -> str:
    if not step.test.metadata:
        return ""
    if step.test.usable > step.test.needed:
        has = strong("Tag storage has one:") + " an untagged movable request may take it."
        return has if step.test.closed_block else ""
    usable = step.test.usable + step.test.metadata
    counted = strong("Had tag storage counted,")
    if usable > step.test.needed:
        return f"{counted} {usable:,} would be above {step.test.needed:,}: for an untagged movable request it does."
    return f"{counted} {usable:,} would not be above {step.test.needed:,} either."


def tell_list(on: Telling, step: s.Take) -> Told:
    """Whether the per-CPU list may serve it."""
    asked = "Use this CPU's own list?"
    if step.from_pcp:
        html = f"{asked} {strong('Yes:')} it has {plural(step.pcp, 'block')}, the first is {on.pfn(step.page)}."
        return Told(step.cost, "rmqueue_pcplist", html, f"{strong('Empty:')} the buddy lists fill it up first.")
    if step.listed:
        html = f"{asked} {strong('Yes, but it is empty:')} the buddy lists fill it up."
        return Told(step.cost, "rmqueue_pcplist", html, f"{strong('Not empty:')} its first page, and no buddy list.")
    return Told(step.cost, "rmqueue_pcplist", f"{asked} {_not_listed(step)}", _if_listed(step))


def _not_listed(step: s.Take) -> str:
    if step.order not in (0, 1, 2, 3, c.PAGEBLOCK_ORDER):
        return f"{strong('No.')} There is none for order {step.order}."
    return f"{strong('No.')} Its Movable list may hold tag-storage pages."


def _if_listed(step: s.Take) -> str:
    if step.order not in (0, 1, 2, 3, c.PAGEBLOCK_ORDER):
        return ""
    has = f"one of the {step.pcp:,} on it at once" if step.pcp > 1 else "the one on it at once" if step.pcp else ""
    filled = "it is empty now and is filled up first"
    return f"{strong('Untagged:')} {has or filled}. Every tagged request in v1 pays the buddy price."


def tell_take(on: Telling, step: s.Take) -> Told:
    """Which list gives, which order."""
    source = step.source
    if source is None:
        return _from_nothing(on, step)
    mt, order = source
    counts = step.counts if mt == step.mt else step.others[mt]
    where = f"{MIGRATETYPES[step.mt]} block"
    at = f", at {on.pfn(step.page)}" if step.page != c.NO_PAGE and not step.listed else ""
    if mt == step.mt:
        html = f"Smallest {where} that fits? {strong(f'Order {order}')}{at}."
    elif step.cma_first:
        html = f"More than half of the free memory is CMA: {strong('taken there first')}, order {order}{at}."
    else:
        html = f"No {where} fits. {strong(f'{BESIDE[mt].capitalize()} gives one')} of order {order}{at}."
    fn = {c.CMA: "__rmqueue_cma_fallback", c.METADATA: "__rmqueue_metadata_fallback"}.get(mt, "__rmqueue_smallest")
    picture = Picture("orders", {"counts": counts, "at": order}, _counted(mt, counts))
    look = "" if step.page != c.NO_PAGE else "short"
    if step.stolen is not None:
        giver = MIGRATETYPES[step.stolen.other]
        html += f" Filling the list empties it: an order-{step.stolen.order} block is stolen from {giver}."
    return Told(step.cost, fn, html, _other_order(step, counts, order), look, picture=picture)


def _counted(mt: int, counts: tuple[int, ...]) -> str:
    listed = ", ".join(f"order {order}: {n:,}" for order, n in enumerate(counts) if n)
    return f"Free {MIGRATETYPES[mt]} blocks: {listed or 'none'}"


def _other_order(step: s.Take, counts: tuple[int, ...], order: int) -> str:
    larger = next((o for o in range(order + 1, len(counts)) if counts[o]), None)
    if order > step.order:
        split = (
            f"{strong('No split')} if order {step.order} were free; so the rest of the block goes back to the lists."
        )
        return split + (f" Order {larger} has {counts[larger]:,}, not looked at." if larger else "")
    if larger is None:
        return f"{strong('One block less,')} and another type would be stolen from."
    return f"{strong('Splitting:')} the next larger is order {larger}. {strong('Stealing:')} only if all were empty."


def _from_nothing(on: Telling, step: s.Take) -> Told:
    """Its own lists are empty: it steals, or the zone has nothing."""
    own = MIGRATETYPES[step.mt]
    picture = Picture("orders", {"counts": step.counts, "at": -1}, _counted(step.mt, step.counts))
    if step.stolen is None:
        html = f"Any {own} block, or one to steal? {no('No.')}"
        return Told(step.cost, "__rmqueue_fallback", html, "", "short", picture=picture)
    stolen = step.stolen
    whole = f" The whole pageblock is {own} now." if stolen.whole else " The pageblock keeps its type."
    html = (
        f"No {own} block fits. {strong(f'It steals an order-{stolen.order} block from {MIGRATETYPES[stolen.other]}')}"
    )
    other = f"{strong('Tag storage')} is in no row of the fallback table: it is never stolen from."
    return Told(step.cost, "__rmqueue_fallback", f"{html}, at {on.pfn(stolen.page)}.{whole}", other, picture=picture)


def free_text(free: int, metadata: int) -> str:
    """`64.1 MiB free, 2.0 MiB of it tag storage`."""
    return f"{size(free)} free" + (f", {size(metadata)} of it tag storage" if metadata else "")
