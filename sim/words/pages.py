"""One sentence about one page: the hover, the live region and the inspector say the same words. HTML."""

from html import escape

from sim.core.state.consts import (
    K_ANON,
    K_FREE,
    K_KERNEL,
    K_PAGETABLE,
    K_SLAB,
    K_TAGGED,
    K_TAGS,
    K_UNMOVABLE,
)
from sim.policies import DEFAULT, Policy
from sim.run.snapshot import PageView
from sim.words.text import KINDS

TAG_BYTES = 128  # of one data page
KERNEL_KINDS = {K_KERNEL, K_UNMOVABLE, K_SLAB, K_PAGETABLE}


def describe(view: PageView, rules: Policy = DEFAULT) -> str:
    """What a page is, whose, and what its tag page is doing, or which pages it serves."""
    who = f", {escape(view.owner)} ({view.pid})" if view.owner else ""
    owner = who + (", <b>pinned</b>" if view.pinned else "")
    plain = f"<b>pfn {view.pfn:#x}</b>: {KINDS[view.kind]}{owner}"
    if not rules.knows_tags and (view.in_tag_storage or view.tag_pfn >= 0):
        return f"{plain}<br>{_small('MTE is off: tag storage is ordinary memory and nothing is tagged.')}"
    if view.in_tag_storage:
        return _tag_page(view, rules, owner)
    if view.tag_pfn < 0:
        return f"{plain}<br>{_small('Outside every tag region: there is no storage for tags of this page.')}"
    return f"{plain}<br>{_its_tags(view)}<br>{_small(_cost(view))}"


def _small(text: str) -> str:
    return f'<span class="s">{text}</span>'


def _served(view: PageView) -> int:
    return view.served[1] - view.served[0] + 1


def _tag_page(view: PageView, rules: Policy, owner: str) -> str:
    if view.kind == K_TAGS:
        state = "kept for tags" if rules.keeps else "reserved for tags"
    elif view.kind == K_FREE:
        state = "free, can be lent"
    elif view.kind in KERNEL_KINDS:
        state = KINDS[view.kind]
    else:
        state = f"lent, holds {KINDS[view.kind]} data"
    serves = f"Serves pfn {view.served[0]:#x} to {view.served[1]:#x}: {view.tagged} of {_served(view)} tagged."
    return f"<b>Tag page {view.pfn:#x}</b>: {state}{owner}<br>{serves}<br>{_small(_future(view, rules))}"


def _future(view: PageView, rules: Policy) -> str:
    if rules.keeps:
        return "It is never lent, whatever is tagged."
    if view.kind == K_TAGS:
        return (
            "When the last of them is freed, it is free again." if view.tagged else "Nothing is tagged, yet it stays."
        )
    if view.pinned:
        return f"While the pin lasts, none of the {_served(view)} can be tagged."
    if view.kind == K_FREE:
        return "The first tagged one takes it; its data need not move: it has none."
    moves = "would migrate" if view.kind == K_ANON else "would migrate or be dropped"
    return f"The first tagged one takes it; its data {moves}."


def _its_tags(view: PageView) -> str:
    first = (view.pfn - view.served[0]) % 32 * TAG_BYTES
    if view.tag_pinned:
        state = "<b>pinned</b>"
    elif view.tag_kind == K_TAGS:
        state = f"reserved, {view.tagged} of {_served(view)} tagged"
    else:
        state = "free" if view.tag_kind == K_FREE else "lent"
    return f"Tags: bytes {first} to {first + TAG_BYTES - 1} of tag page {view.tag_pfn:#x}, {state}."


def _cost(view: PageView) -> str:
    if view.kind in KERNEL_KINDS:
        return "Kernel memory, never tagged: it would have to be freed first."
    if view.kind == K_TAGGED:
        return "Its neighbours can be tagged for nothing."
    if view.tag_kind == K_TAGS:
        return "Its tag page is reserved already: a tagged page here costs nothing more."
    return (
        "Cannot be tagged: the tag page cannot be emptied."
        if view.tag_pinned
        else "Tagging it would reserve that page first."
    )
