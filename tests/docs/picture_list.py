"""Which pictures there are: one for each of the drawing, by its name, with the address and what is done on the page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import busy_phone_oom

if TYPE_CHECKING:
    from playwright.sync_api import Page

Act = Callable[["Page"], object]
SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
NAME = re.compile(r"^(?P<page>.+?)-(?P<size>\d+)-(?P<theme>light|dark|projector)(-(?P<state>.+))?$")
# What the drawing shows and the product does not have (yet), so that it cannot be photographed.
ABSENT = {}


@dataclass(frozen=True)
class Picture:
    """One picture; size and theme are in its name."""

    name: str
    path: str  # a run is opened with /open and what `RUNS` says
    act: Act | None = None
    full: bool = False  # with everything below the fold

    @property
    def size(self) -> str:
        """The width of the screen."""
        return _parts(self.name)["size"]

    @property
    def theme(self) -> str:
        """light, dark or projector."""
        return _parts(self.name)["theme"]


def _parts(name: str) -> dict[str, str]:
    found = NAME.match(name)
    if found is None:
        raise ValueError(f"picture: {name!r}: not <page>-<size>-<theme>[-<state>]")
    return found.groupdict()


def hover(page: "Page") -> None:
    """The pointer rests on a page at the middle of the map."""
    box = page.locator("canvas.over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.31, box["y"] + box["height"] * 0.42)


def deuteranopia(page: "Page") -> None:
    """As someone sees it who lacks the green cones (Chromium's simulation)."""
    wanted = {"type": "deuteranopia"}
    page.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", wanted)


def tracks(page: "Page") -> None:
    """The timeline, opened."""
    page.keyboard.press("h")


def poke(page: "Page") -> None:
    """The sheet of commands, over the map, ten ops behind live: it says what a command would drop."""
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("[data-note]", has_text="10 ops behind live").wait_for()
    page.keyboard.press("p")
    page.locator("#poke [name=pfn]").fill("0x8fc5e2")


BUSY = "/open?scenario=busy-phone&op=168606"  # refused once, then served; the OOM kill is 11,200 ops ago
OOM = f"/open?scenario=busy-phone&op={busy_phone_oom()}"
MINI = "/open?scenario=sprawl&op=17300"  # a full machine whose tagged pages are scattered
MIXED = "/open?scenario=quiet-mix&op=12000"
PINNED = "/open?scenario=spurious-oom&op=42"  # one pinned tag page, and an OOM with most memory free
TWINS = (
    Picture("idea-timeline-tracks-1920-light", BUSY, tracks),
    Picture("panel-1920-projector", "/runs/{run}/panels/tag-storage"),
    Picture("run-1366-dark-hover", BUSY, hover),
    Picture("run-1366-light-off", f"{BUSY}&policy=off"),
    Picture("run-1366-light-oom", OOM),
    Picture("run-1366-light-poke", BUSY, poke),
    Picture("run-1366-light-process", f"{BUSY}&proc=2140"),
    Picture("run-1366-light-static", f"{BUSY}&policy=static"),
    Picture("run-1366-light", BUSY),
    Picture("run-1920-dark-page", f"{BUSY}&level=page&sel={{refused}}"),
    Picture("run-1920-light-16g", "/open?scenario=quiet-mix&set=layout%3Dphone-16g&op=200000"),
    Picture("run-1920-light-block2", f"{MIXED}&set=layout%3Dmini-b2&sel=0x80a00"),
    Picture("run-1920-light-deuteranopia", BUSY, deuteranopia),
    Picture("run-1920-light-full", BUSY, full=True),
    Picture("run-1920-light-fvp-v3", "/open?scenario=quiet-mix&set=layout%3Dfvp-v3&op=200000"),
    Picture("run-1920-light-mini-pageblock", f"{PINNED}&level=pageblock&sel=0x80000"),
    Picture("run-1920-light-mini", MINI),
    Picture("run-1920-light-zone", f"{BUSY}&level=zone&sel=0x8fd0a3"),
    Picture("run-1920-light", BUSY),
    Picture("run-1920-projector", BUSY),
    Picture("run-390-light-mini", MINI),
    Picture("run-390-light-sheet", f"{PINNED}&sel=0x80000"),
    Picture("run-390-light", BUSY),
    Picture("why-1920-light", "/runs/{run}/why?op=22200&go=next-refusal"),
)
