"""Events: lines in the kernel's format, sentences in plain words."""

import re
from pathlib import Path

import pytest

from sim.core.state import consts as c
from sim.kernel import gfp
from sim.kernel.kernel_trace import LINES, decode
from sim.run.snapshot import Event
from sim.scenario.layout import load_layout

MINI = load_layout("mini")
NAMES = [("kernel", 0), ("server", 41), ("a-name-longer-than-15", 73)]
USER = gfp.HIGHUSER_MOVABLE | gfp.ZERO


def event(kind: int, process: int = 1, page: int = 16, order: int = 0, *rest: int) -> Event:
    return decode([7, kind, process, page, order, *rest, *[0] * (5 - len(rest))], MINI, NAMES)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (
            (c.E_ALLOC, 1, 16, 0, 1, USER | 0x40000 | gfp.TAGGED),
            (
                "mm_page_alloc: page=fffffc0000000400 pfn=0x80010 order=0 migratetype=1 "
                "gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO|__GFP_ZEROTAGS"
            ),
        ),
        (
            (c.E_ALLOC, 1, -1, 3, 0, gfp.KERNEL),
            "mm_page_alloc: page=0000000000000000 pfn=0x0 order=3 migratetype=0 gfp_flags=GFP_KERNEL",
        ),
        ((c.E_FREE, 1, 16, 2), "mm_page_free: page=fffffc0000000400 pfn=0x80010 order=2"),
        (
            (c.E_EXTFRAG, 1, 512, 0, 10, 0, 1, 1),
            (
                "mm_page_alloc_extfrag: page=fffffc0000008000 pfn=0x80200 alloc_order=0 fallback_order=10 "
                "pageblock_order=9 alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1"
            ),
        ),
        (
            (c.E_RESERVE, 1, 16, 0, 0x4000, 1, 0, 5, -16),
            "metadata_reserve: pfn=0x80010 order=0 block=0x84000 nblocks=1 taken=0 tries=5 ret=-16",
        ),
        (
            (c.E_RELEASE, 1, 16, 0, 0x4000, 25, 0),
            "metadata_free: pfn=0x80010 order=0 block=0x84000 refs=25 released=0",
        ),
        (
            (c.E_RETURN, 1, 16, 0, 0, 10, 0, 1),
            "metadata_return: pfn=0x80010 order=0 merged_pfn=0x80000 merged_order=10 alone=0 is_tail=1",
        ),
        ((c.E_PIN, 1, 0x403D), "metadata_pin: pfn=0x8403d"),
        ((c.E_UNPIN, 1, 0x403D), "metadata_unpin: pfn=0x8403d"),
        (
            (c.E_MIGRATE, 1, 0x4000, 0, 7, c.K_ANON, 1, c.MR_CONTIG_RANGE, c.MIGRATE_SYNC),
            "move_to_new_folio: src=0x84000 dst=0x80007 mode=MIGRATE_SYNC reason=contig_range",
        ),
        (
            (c.E_MIGRATE_START, 1, -1, 0, c.MR_CONTIG_RANGE, c.MIGRATE_SYNC),
            "mm_migrate_pages_start: mode=MIGRATE_SYNC reason=contig_range",
        ),
        (
            (c.E_LOCKED, 1, 16, 0, c.MOVABLE),
            ("mm_page_alloc_zone_locked: page=fffffc0000000400 pfn=0x80010 order=0 migratetype=1 percpu_refill=1"),
        ),
        (
            (c.E_LOCKED, 1, 0x4000, 0, c.METADATA),
            ("mm_page_alloc_zone_locked: page=fffffc0000100000 pfn=0x84000 order=0 migratetype=5 percpu_refill=0"),
        ),
        (
            (c.E_LOCKED, 1, 16, 4, c.MOVABLE),
            ("mm_page_alloc_zone_locked: page=fffffc0000000400 pfn=0x80010 order=4 migratetype=1 percpu_refill=0"),
        ),
        (
            (c.E_DRAIN, 1, 16, 3, c.UNMOVABLE),
            "mm_page_pcpu_drain: page=fffffc0000000400 pfn=0x80010 order=3 migratetype=0",
        ),
        ((c.E_BATCHED, 1, 16), "mm_page_free_batched: page=fffffc0000000400 pfn=0x80010 order=0"),
        ((c.E_DROP, 1, 0x4000), "reclaim_clean_pages_from_list: pfn=0x84000"),
        (
            (c.E_MIGRATE_PAGES, 1, -1, 0, c.MR_COMPACTION, c.MIGRATE_ASYNC, 31, 1),
            (
                "mm_migrate_pages: nr_succeeded=31 nr_failed=1 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 "
                "mode=MIGRATE_ASYNC reason=compaction"
            ),
        ),
        (
            (c.E_SUITABLE, 1, -1, -1, 0, c.COMPACT_CONTINUE),
            "mm_compaction_suitable: node=0 zone=DMA32    order=-1 ret=continue",
        ),
        (
            (c.E_COMPACT_BEGIN, 1, 0, 0, 0x4000, 0, c.MIGRATE_SYNC),
            (
                "mm_compaction_begin: zone_start=0x80000 migrate_pfn=0x80000 free_pfn=0x84000 zone_end=0x84200, "
                "mode=sync"
            ),
        ),
        (
            (c.E_COMPACT_END, 1, 0x4200, 0, 0x4000, 0, c.MIGRATE_ASYNC, c.COMPACT_PARTIAL_SKIPPED),
            (
                "mm_compaction_end: zone_start=0x80000 migrate_pfn=0x84200 free_pfn=0x84000 zone_end=0x84200, "
                "mode=async status=partial_skipped"
            ),
        ),
        (
            (c.E_ISOLATE_FREE, 1, 0x4000, 0, 0x4200, 512, 5),
            "mm_compaction_isolate_freepages: range=(0x84000 ~ 0x84200) nr_scanned=512 nr_taken=5",
        ),
        (
            (c.E_DEFER, 1, -1, 9, 0, 9, 0, 3),
            "mm_compaction_defer_compaction: node=0 zone=DMA32    order=9 order_failed=9 consider=0 limit=8",
        ),
        (
            (c.E_KCOMPACTD_WAKE, 0, -1, 9, 1),
            "mm_compaction_kcompactd_wake: nid=0 order=9 classzone_idx=DMA32   ",
        ),
        (
            (c.E_RECLAIM_BEGIN, 1, -1, 9, gfp.KERNEL),
            "mm_vmscan_direct_reclaim_begin: order=9 gfp_flags=GFP_KERNEL",
        ),
        ((c.E_KSWAPD_WAKEUP, 1, -1, 0, gfp.KERNEL), "mm_vmscan_wakeup_kswapd: nid=0 order=0 gfp_flags=GFP_KERNEL"),
        (
            (c.E_RECLAIM_RETRY, 1, -1, 0, 0, 2, 6960, 450, 2 * 16 + 1),
            (
                "reclaim_retry_zone: node=0 zone=DMA32    order=0 reclaimable=2 available=6960 min_wmark=450 "
                "no_progress_loops=16 wmark_check=1"
            ),
        ),
        ((c.E_KSWAPD_WAKE, 0, -1), "mm_vmscan_kswapd_wake: nid=0 order=0"),
        ((c.E_DIRECT_RECLAIM, 1, -1, 0, 50), "mm_vmscan_direct_reclaim_end: nr_reclaimed=50"),
        ((c.E_OOM_KILL, 2, -1, 0, 1, 9, 3), "mark_victim: pid=73 comm=a-name-longer-t"),
        ((c.E_EXIT, 1, -1, 0, 12), "sched_process_exit: comm=server pid=41 prio=120"),
    ],
)
def test_a_line_is_what_the_kernels_trace_prints(row: tuple[int, ...], line: str) -> None:
    found = event(*row)
    assert found.line == line
    assert found.line.startswith(f"{found.name}: ")


FIELDS = {  # a, b, ... of events whose fields cannot all be 1 on a machine of one zone
    c.E_SUITABLE: (0, c.COMPACT_SKIPPED),
    c.E_COMPACT_FINISHED: (0, c.COMPACT_CONTINUE),
    c.E_DEFERRED: (0, 1, 1, 1),
    c.E_DEFER: (0, 1, 1, 1),
    c.E_DEFER_RESET: (0, 1, 1, 1),
    c.E_COMPACT_BEGIN: (64, 0, 1),
    c.E_COMPACT_END: (64, 0, 1, c.COMPACT_COMPLETE),
    c.E_ISOLATE_FREE: (32, 16, 1),
    c.E_ISOLATE_MIGRATE: (32, 16, 1),
    c.E_RECLAIM_RETRY: (0, 1, 1, 1, 3),
}
RECORDED = (Path(__file__).parent.parent / "data" / "trace-lines.txt").read_text().splitlines()


@pytest.mark.parametrize("line", RECORDED)
def test_the_fields_of_a_line_are_those_of_a_recorded_kernel(line: str) -> None:
    name = line.split(":", maxsplit=1)[0]
    kind = next(kind for kind, (known, _) in LINES.items() if known == name)
    assert shape(event(kind, 1, 16, 0, *FIELDS.get(kind, (1, 1))).line) == shape(line)


def shape(line: str) -> list[str]:
    """Names of the fields and how each value is written: hexadecimal after 0x, bare, or in letters."""
    return [name + ("0x" if value.startswith("0x") else "") for name, value in re.findall(r"(\w+)=(\S+)", line)]


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (0, "none"),
        (gfp.KERNEL | gfp.ZERO | gfp.ACCOUNT, "GFP_KERNEL_ACCOUNT|__GFP_ZERO"),
        (gfp.HIGHUSER_MOVABLE | 0x40000, "GFP_HIGHUSER_MOVABLE|__GFP_COMP"),
        (gfp.TRANSHUGE_LIGHT | 0x400 | 0x10000 | 0x200000, "GFP_TRANSHUGE|__GFP_NORETRY|__GFP_THISNODE"),
        (gfp.TRANSHUGE_LIGHT | gfp.TAGGED, "GFP_TRANSHUGE_LIGHT|__GFP_ZEROTAGS"),
        (gfp.USER | 0x4000 | 0x40000 | 0x8, "GFP_USER|__GFP_RETRY_MAYFAIL|__GFP_COMP|__GFP_MOVABLE"),
        (0x800 | 0x2000 | 0x10000 | 0x80000, "GFP_NOWAIT|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC"),
        (
            gfp.NOFS | 0x2000 | 0x10000 | 0x40000 | 0x100000,
            "GFP_NOFS|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_HARDWALL",
        ),
        (0x20 | 0x200 | 0x800 | 0x2000, "GFP_ATOMIC|__GFP_NOWARN"),
        (0x1000000, "0x1000000"),
    ],
)
def test_gfp_flags_are_named_as_in_the_captures(flags: int, text: str) -> None:
    assert gfp.gfp_text(flags) == text


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ((c.E_ALLOC, 1, 16, 0, 1, USER | gfp.TAGGED), "server (41) got a tagged page: pfn 0x80010."),
        (
            (c.E_ALLOC, 1, -1, 9, 1, USER),
            "server (41) asked for an order-9 block of 512 anonymous pages and got nothing.",
        ),
        ((c.E_ALLOC, 0, 16, 0, 0, gfp.KERNEL), "The kernel got an unmovable page: pfn 0x80010."),
        ((c.E_FREE, 1, 16, 2), "The order-2 block at pfn 0x80010 was freed."),
        (
            (c.E_EXTFRAG, 1, 512, 0, 9, 0, 1, 1),
            (
                "An unmovable request stole an order-9 block from Movable, at 0x80200: its own lists were empty. "
                "The whole pageblock is now Unmovable."
            ),
        ),
        (
            (c.E_RESERVE, 1, 16, 0, 0x4000, 1, 1, 1, 0),
            "Tag page 0x84000 was taken for the tags of 0x80010. Its 31 neighbours now cost nothing.",
        ),
        (
            (c.E_RESERVE, 1, 16, 0, 0x4000, 1, 0, 0, 0),
            "Tag page 0x84000 holds tags already: 0x80010 can be tagged for nothing more.",
        ),
        (
            (c.E_RESERVE, 1, 0, 9, 0x4000, 16, 3, 8, -16),
            (
                "An order-9 page needs 16 tag blocks from 0x84000 on. "
                "One cannot be emptied (-EBUSY); the 3 taken before it are given back."
            ),
        ),
        (
            (c.E_RESERVE, 1, 16, 0, 0x4000, 1, 0, 1, -4),
            "Killed while it reserved tag page 0x84000: 0x80010 is handed out without tag storage (-EINTR).",
        ),
        (
            (c.E_RELEASE, 1, 16, 0, 0x4000, 1, 0),
            "0x80010 lost its tags; 1 tagged page still needs tag page 0x84000.",
        ),
        (
            (c.E_RELEASE, 1, 16, 0, 0x4000, 0, 1),
            "0x80010 was the last tagged page that needed 0x84000: the tag page is free again, for anyone movable.",
        ),
        (
            (c.E_RETURN, 1, 16, 0, 0, 5, 1, 1),
            (
                "0x80010 was refused and goes back to the tail of its order-5 list, "
                "where it stands alone: the next pass takes it again."
            ),
        ),
        ((c.E_PIN, 1, 0x4001), "server (41) pinned pfn 0x84001, in the tag storage that serves 0x80020 to 0x8003f."),
        ((c.E_PIN, 1, 5), "server (41) pinned pfn 0x80005."),
        ((c.E_MIGRATE, 1, 0x4000, 0, 7, c.K_ANON), "Tag page 0x84000 held anonymous data. It moved to 0x80007."),
        (
            (c.E_MIGRATE, 1, 0x4000, 0, 0x4009, c.K_DIRTY),
            (
                "Tag page 0x84000 held dirty file data. It moved to 0x84009, which is tag storage too: "
                "it may have to move again."
            ),
        ),
        (
            (c.E_OOM_KILL, 1, -1, 0, 2, 16415, 511),
            (
                "Out of memory with 64.1\u00a0MiB free, 2.0\u00a0MiB of it tag storage: server (41) was killed. "
                "a-name-longer-than-15 (73) had asked."
            ),
        ),
        ((c.E_EXIT, 1, -1, 0, 1), "server (41) left; 1 page came back."),
        (
            (c.E_MIGRATE, 1, 0x4000, 0, 7, c.K_FILE, 1, c.MR_COMPACTION),
            "Compaction moved clean file data from 0x84000 to 0x80007.",
        ),
        (
            (c.E_MIGRATE_PAGES, 1, -1, 0, c.MR_COMPACTION, c.MIGRATE_ASYNC, 31, 1),
            "31 pages moved together, 1 could not, for compaction.",
        ),
        ((c.E_COMPACT_PAGES, 1, -1, 0, 32, 1), "Compaction moved 32 pages, 1 could not move."),
        (
            (c.E_ISOLATE_MIGRATE, 1, 0, 0, 32, 32, 2),
            "Compaction looked at 32 pages from 0x80000 on and took 2 pages to move.",
        ),
        (
            (c.E_DEFERRED, 1, -1, 9, 0, 9, 1, 2),
            "Compaction of zone DMA32 for order 9 is left out, 1 attempt of 4: it failed before.",
        ),
        (
            (c.E_DEFER, 1, -1, 9, 0, 9, 0, 3),
            "Compaction of zone DMA32 did not help: the next 7 attempts from order 9 on are left out.",
        ),
        (
            (c.E_COMPACT_TRY, 1, -1, 9, gfp.KERNEL, c.PRIO_ASYNC),
            "server (41) found no order-9 block and compacts memory itself (async).",
        ),
    ],
)
def test_an_event_is_a_plain_sentence(row: tuple[int, ...], sentence: str) -> None:
    assert event(*row).sentence == sentence


@pytest.mark.parametrize("kind", LINES)
def test_every_event_has_a_line_and_a_sentence_that_ends(kind: int) -> None:
    found = event(kind, 1, 16, 0, *FIELDS.get(kind, (1, 1)))
    assert found.op == 7
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("row", "bad"),
    [
        ((c.E_ALLOC, 1, 16, 0, 1, USER), False),
        ((c.E_ALLOC, 1, -1, 0, 1, USER), True),
        ((c.E_RESERVE, 1, 16, 0, 0x4000, 1, 1, 1, 0), False),
        ((c.E_RESERVE, 1, 16, 0, 0x4000, 1, 0, 5, -16), True),
        ((c.E_RETURN, 1, 16), True),
        ((c.E_RELEASE, 1, 16, 0, 0x4000, 0, -1), True),
        ((c.E_OOM_KILL, 1, -1), True),
        ((c.E_PIN, 1, 16), False),
    ],
)
def test_refusals_failures_and_ooms_are_bad(row: tuple[int, ...], bad: bool) -> None:
    assert event(*row).bad is bad
