"""Numbers and names as sentences say them. Pages are 4 KiB."""

from html import escape

KINDS = (
    "no memory here",
    "reserved by the kernel",
    "free",
    "on a per-CPU list",
    "unmovable",
    "slab, reclaimable",
    "anonymous",
    "file, clean",
    "file, dirty",
    "tagged",
    "page table",
    "reserved for tags",
    "isolated",
)
MIGRATETYPES = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Metadata", "Isolate")
NBSP = "\u00a0"


def size(pages: int) -> str:
    """`12 KiB` below 256 KiB, then MiB: two decimals below 1 MiB, one below 1000 MiB."""
    if abs(pages) < 64:
        return f"{pages * 4}{NBSP}KiB"
    mib = pages / 256
    digits = 2 if pages < 256 else 1 if pages < 256_000 else 0
    return f"{mib:,.{digits}f}{NBSP}MiB"


def duration(ns: int) -> str:
    """`94 ns` below a microsecond, from there on two significant digits: `1.9 µs`, `280 µs`, `4.6 ms`."""
    if ns < 1000:
        return f"{ns}{NBSP}ns"
    unit = 10 ** (len(str(ns)) - 2)
    rounded = (ns + unit // 2) // unit * unit
    scale, name = (1e3, "µs") if rounded < 1e6 else (1e6, "ms") if rounded < 1e9 else (1e9, "s")
    value = rounded / scale
    return f"{value:.1f}{NBSP}{name}" if value < 10 else f"{value:,.0f}{NBSP}{name}"


def plural(n: int, one: str, many: str = "") -> str:
    """`1 page`, `2,000 pages`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def article(noun: str) -> str:
    """`a page`, `an anonymous page`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def span(css: str, text: str) -> str:
    """HTML: a number in its colour."""
    return f'<b class="k-{css}">{text}</b>'


def part(name: str, text: str) -> str:
    """HTML: a number that singles out its part of the map when it is pressed."""
    return f'<b class="k-{name}" data-part="{name}" tabindex="0" role="button">{text}</b>'


def live_part(name: str, pages: int, of: str = "") -> str:
    """HTML: as `part`, a size that the page keeps up to date from its frames: `of` what, by default the part itself."""
    return part(name, size(pages)).replace(" tabindex", f' data-size="{of or name}" tabindex', 1)


def code(text: str) -> str:
    """HTML: something quoted from the kernel."""
    return f"<code>{escape(text)}</code>"


def pfn_code(pfn: int) -> str:
    """HTML: a pfn."""
    return code(f"{pfn:#x}")


def pfn_link(pfn: int) -> str:
    """HTML: a pfn that can be selected."""
    return f'<code data-pfn="{pfn}">{pfn:#x}</code>'
