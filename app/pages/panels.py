"""The panels of a run. One value here is a URL, a template, a place in the stream and a heading of the help."""

from dataclasses import dataclass
from typing import Literal

Live = Literal["html", "frame", "series"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: `templates/panels/<slug>.html`, alone at `/runs/{id}/panels/<slug>`, in a run at `#panel-<slug>`.

    `live` says what moves it: `html` is rendered again by the server and swapped in, `frame` and `series` are drawn by
    its component from the stream.
    """

    slug: str
    question: str  # its title
    help: str  # one or two sentences: what is shown, in which unit
    live: Live

    @property
    def template(self) -> str:
        """The template that renders it, alone or inside the run page."""
        return f"panels/{self.slug}.html"

    @property
    def csv(self) -> str:
        """The end of the address of its table, after `/runs/{id}/`."""
        return f"panels/{self.slug}.csv"


PANELS: tuple[Panel, ...] = (
    Panel(
        "page-map",
        "Where does everything lie?",
        "Data above, the tag storage that serves it straight below. A pageblock is poured left to right by what its "
        "pages hold; a column of tag storage is stacked bottom up. Point at a page to read what it is.",
        "frame",
    ),
    Panel(
        "costs",
        "What does an allocation cost?",
        "What requests have cost so far, by the way they were served: the dot is the median, the whisker ends at the "
        "90th and the 99th of a hundred, on a logarithmic axis. A cost is the sum of prices, and most prices are "
        "assumptions: the table of prices says which. Change one with costs.<name>, on the command line "
        "(--set costs.migrate_page=20000) or in the address (?set=costs.migrate_page=20000).",
        "html",
    ),
    Panel(
        "free-lists",
        "Free lists: in what pieces is the free memory?",
        "Free blocks by zone, migratetype and order. Height is memory, the number counts blocks of that order.",
        "frame",
    ),
    Panel(
        "tag-storage",
        "How much tag storage is given back, through time?",
        "The carve-out from op 0 to the furthest op recorded: kept for tags, lent to data, free. In MiB.",
        "series",
    ),
    Panel(
        "pinned",
        "What is pinned, since when, and what does it block?",
        "Pages that a reference keeps where they are. While a tag page is pinned, none of the data pages it serves can "
        "be tagged.",
        "html",
    ),
    Panel(
        "oom",
        "Who was killed, and how much was free?",
        "Each out-of-memory kill: who asked, who was killed, how much was free and how much of that this request could "
        "not have.",
        "html",
    ),
    Panel(
        "processes",
        "Who holds tagged memory?",
        "Resident memory of each process in MiB, its tagged part first.",
        "html",
    ),
    Panel(
        "vmstat",
        "What does the kernel count?",
        "Counters by their names in /proc/vmstat, with their totals since boot and their rates per 1,000 ops.",
        "html",
    ),
    Panel(
        "events",
        "The trace, in both languages",
        "The newest events, as the kernel's trace would print them and as a plain sentence.",
        "html",
    ),
)


def find_panel(slug: str) -> Panel | None:
    """The panel of this slug."""
    return next((panel for panel in PANELS if panel.slug == slug), None)
