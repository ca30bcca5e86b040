"""What a request failed by, as sentences: every one that is about a refusal asks here. HTML."""

from sim.kernel.refusal import Binding, Refusal, ZoneTest
from sim.words.text import plural

HEADS = {
    Binding.MARK: "No zone is above its mark.",
    Binding.CLOSED: "No zone has enough that is open to it.",
    Binding.BLOCK: "No zone has a block of the order.",
    Binding.HELD: "A tag page is held.",
    Binding.LISTS: "No list gave a block.",
}
LOST = "What it failed by is no longer known: going back has lost the numbers of that moment"


def binding_head(refusal: Refusal) -> str:
    """The head of a step."""
    return HEADS[refusal.binding]


def why_refused(refusal: Refusal | None) -> str:
    """The binding test as a clause, with its numbers. No full stop."""
    return LOST if refusal is None else zone_clause(refusal.nearest, refusal.refusals)


def why_each_zone(refusal: Refusal) -> str:
    """The same of every zone that was asked, in that order. No full stop."""
    return "; ".join(zone_clause(test, refusal.refusals) for test in refusal.tests)


def zone_clause(test: ZoneTest, refusals: int) -> str:
    """`Normal has 593 usable pages, above its min watermark of 64, but no block of order 3 or more`."""
    has = f"{test.name} has <b>{test.usable:,}</b> usable {'page' if test.usable == 1 else 'pages'}"
    match test.binding(refusals):
        case Binding.MARK:
            return f"{has}, not above {mark_words(test)}"
        case Binding.CLOSED:
            closed = f"{plural(test.closed, 'free page')} of {test.closed_to} are closed to it"
            return f"{has}, not above {mark_words(test)}; {closed}, with them it would be enough"
        case Binding.BLOCK:
            return f"{has}, above {mark_words(test)}, but {no_block(test)}"
        case Binding.HELD:
            times = "once" if refusals == 1 else f"{refusals} times"
            return f"{test.name} has enough, but a tag page is held that cannot be emptied: refused {times}"
    return f"{has}, above {mark_words(test)}, but no list that may give one did"


def no_block(test: ZoneTest) -> str:
    """`no block of order 3 or more`, and where one is that the request may not have."""
    if test.closed_block and test.closed:
        return f"no block of order {test.order} or more but in {test.closed_to}, closed to this request"
    return f"no block of order {test.order} or more"


def mark_words(test: ZoneTest) -> str:
    """`its min watermark of 64`, with what is in it: a boost, a lowmem reserve, access to reserves."""
    mark = f"its {test.which} watermark of {test.mark:,}"
    if test.boost:
        mark += f" ({test.boost:,} of it boost)"
    if test.lowered != test.mark:
        mark += f", lowered to {test.lowered:,} for this request"
    return mark + (f" and its lowmem reserve of {test.reserve:,}" if test.reserve else "")
