"""How a reservation was refused, and where the page went. HTML."""

from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.words.attempts import Attempt, Request
from sim.words.events import who
from sim.words.teller import Teller, bold, escape, pfn_link
from sim.words.text import plural

if TYPE_CHECKING:
    from sim.kernel.trace_row import Row
    from sim.look.scene import Scene

ERRORS = {c.EBUSY: "-EBUSY", c.ENOMEM: "-ENOMEM", c.EINTR: "-EINTR"}


def how_refused(scene: "Scene", teller: Teller, attempt: Attempt) -> None:
    """The step after a zone has offered a page that could not be kept."""
    row = attempt.reserve
    if row.e == c.EINTR:
        text = "A fatal signal is pending: the page is handed out without tag storage, and the try counts as failed."
        teller.step("Interrupted: -EINTR.", text, bad=True)
        return
    pin = pinned_in(scene, row) if row.e == c.EBUSY else None
    where = pin if pin is not None else row.a
    reason = _rolled_back(scene, row, pin) if row.b > 1 else _cannot(scene, row, pin)
    teller.step(f"Refused: {ERRORS[row.e]}.", reason + _back(scene, attempt), bad=True)
    teller.stop(scene.layout.pfn_of(where), bad=True)


def pinned_in(scene: "Scene", row: "Row") -> int | None:
    """The page of the tag blocks of a request that is pinned, if one still is."""
    region = scene.region_of(row.page)
    size = row.b * (region.block_pages if region else 1)
    return next((page for page in sorted(scene.pins) if row.a <= page < row.a + size), None)


def _cannot(scene: "Scene", row: "Row", pin: int | None) -> str:
    tags = pfn_link(scene.layout.pfn_of(row.a))
    if row.e == c.ENOMEM:
        return f"Its tags belong in {tags}, and the data there has nowhere to go."
    held = f"where {escape(scene.pins[pin])} <em>pinned</em> a page" if pin is not None else "which cannot be emptied"
    tries = "five tries" if row.d == 5 else plural(row.d, "try", "tries")
    return f"Its tags belong in {tags}, {held}: {tries}."


def _rolled_back(scene: "Scene", row: "Row", pin: int | None) -> str:
    """A block of several tag blocks: those taken before the one that failed are given back (#25)."""
    region = scene.region_of(row.page)
    block = region.block_pages if region else 1
    needs = f"An order-{row.order} page needs {row.b * block} tag pages. {_taken(row.c)}"
    failed = "one cannot be emptied"
    if row.e == c.ENOMEM:
        failed = "the data of the next one has nowhere to go"
    elif pin is not None:
        number = (pin - row.a) // block + 1
        failed = f"number {number} is <em>pinned</em> by {escape(scene.pins[pin])}"
    given = "" if not row.c else ": the first is given back" if row.c == 1 else f": all {row.c} are given back"
    return f"{needs}, {failed}{given}."


def _taken(blocks: int) -> str:
    return "None was taken" if not blocks else "One was taken" if blocks == 1 else f"{blocks} were taken"


def _back(scene: "Scene", attempt: Attempt) -> str:
    row = attempt.returned
    if row is None:
        return ""
    back = f" {pfn_link(scene.layout.pfn_of(row.page))} goes back to the <em>tail</em> of its order-{row.b} list"
    alone = ", where it stands alone, so it is the head again" if row.c else ""
    times = f" This happened {attempt.times} times in a row." if attempt.times > 1 else ""
    return f"{back}{alone}.{times}"


def title_of_rollback(scene: "Scene", huge: Request, requests: tuple[Request, ...]) -> str:
    """A huge page that could not be had, and what came instead."""
    name = bold(who(huge.alloc.process, scene.names))
    refused = f"{name} asked for an order-{huge.alloc.order} tagged page. One of its tag pages cannot be emptied"
    small = [request for request in requests if request.alloc.order == 0 and request.alloc.page != c.NO_PAGE]
    return f"{refused}: a 4 KiB page instead." if small else f"{refused}."
