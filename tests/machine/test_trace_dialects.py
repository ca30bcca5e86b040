"""Traces as people have them: every tool's way of writing the same events comes to the same rows."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.state.consts import T_ALLOC, T_EXTFRAG, T_FREE
from sim.errors import ScenarioError
from sim.kernel import gfp
from sim.replay.dump import read_dump
from sim.replay.trace import Trace, parse_trace, read_trace
from tests.support import run_carveout

RECORDED = Path(__file__).parent.parent / "data" / "traces" / "arm64-mte-512m"
PFN = 0xECFF8
HEADS = {
    "tracefs": "            chrome-22275   [006] ....1   889.213383: mm_page_alloc: ",
    "without flags": "            chrome-22275   [006]   889.213383: mm_page_alloc: ",
    "with tgid": "            chrome-22275   ( 1803) [006] ....1   889.213383: mm_page_alloc: ",
    "tgid unknown": "            chrome-22275   (-----) [006] ....   889.213383: mm_page_alloc: ",
    "trace-cmd report": "          chrome-22275 [006]   889.213383: mm_page_alloc:        ",
    "perf script": "chrome 22275 [006]   889.213383: kmem:mm_page_alloc: ",
    "perf script with tid": "chrome  1803/22275 [006]   889.213383:       kmem:mm_page_alloc: ",
    "a dash and a space in the name": "    kworker/u16:3-ev 2-22275   [006] ....1   889.213383: mm_page_alloc: ",
}
BODIES = {
    "6.x": "page=00000000d2be5665 pfn=0xecff8 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER|__GFP_ZERO",
    "before 5.14": "page=00000000d2be5665 pfn=970744 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER|__GFP_ZERO",
    "a vendor's": "page=00000000d2be5665 pfn=970744 order=0 migratetype=1 nr_free=36 gfp_flags=GFP_HIGHUSER|__GFP_ZERO",
    "perf's pointer": "page=0xffffea0003b3fe00 pfn=0xecff8 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER|__GFP_ZERO",
    "flags as a number": "page=0xffffea0003b3fe00 pfn=0xecff8 order=0 migratetype=1 gfp_flags=0x100dc2",
}
ROW = [T_ALLOC, PFN, 0, 1, gfp.USER | 0x2 | gfp.ZERO, 0, 0, 0, 22275, 6]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("body", BODIES)
def test_every_tool_and_kernel_says_the_same(head: str, body: str) -> None:
    trace = parse_trace((HEADS[head] + BODIES[body]).encode())

    assert (trace.rows.tolist(), str(trace.unread)) == ([ROW], "")


@given(st.integers(1, 1 << 40), st.integers(0, 10), st.integers(1, 1 << 22), st.integers(0, 999))
def test_a_free_reads_alike_in_every_dialect(pfn: int, order: int, pid: int, cpu: int) -> None:
    written = {
        f"  task-{pid} [{cpu:03d}] ...1. 1.000001: mm_page_free: page=(ptrval) pfn={pfn:#x} order={order}",
        f"  task-{pid} [{cpu:03d}] 1.000001: mm_page_free:   page=(ptrval) pfn={pfn} order={order}",
        f"task {pid} [{cpu:03d}] 1.000001: kmem:mm_page_free: page=0xffff pfn={pfn:#x} order={order}",
    }
    rows = {tuple(parse_trace(line.encode()).rows[0].tolist()) for line in written}
    assert rows == {(T_FREE, pfn, order, 0, 0, 0, 0, 0, pid, cpu)}


def test_a_request_that_failed_has_no_page_in_any_kernel() -> None:
    failed = b"kswapd0-1207  [005] ...1   889.213398: mm_page_alloc: page=%b order=0 migratetype=1 gfp_flags=GFP_NOWAIT"
    pages = [parse_trace(failed % page).rows[0, 1] for page in (b" (null) pfn=0", b"0000000000000000 pfn=0x0")]
    assert pages == [-1, -1]


def test_an_old_kernels_steal_has_a_decimal_pfn() -> None:
    line = (
        b"<idle>-0 [006] d.s. 1110.217281: mm_page_alloc_extfrag: page=ffffea0064142000 pfn=26235008 alloc_order=3 "
        b"fallback_order=3 pageblock_order=9 alloc_migratetype=0 "
        b"fallback_migratetype=2 fragmenting=1 change_ownership=1"
    )
    assert parse_trace(line).rows[0, :8].tolist() == [T_EXTFRAG, 26235008, 3, 0, 3, 2, 1, 0]


def good_and(line: str) -> Trace:
    return parse_trace(f"# tracer: nop\n{HEADS['tracefs']}{BODIES['6.x']}\n{line}\n => some_function\n".encode())


def test_what_cannot_be_read_is_counted_and_shown() -> None:
    trace = good_and("chrome-1 [000] .... 1.0: mm_page_free: pfn=here order=0")

    assert (len(trace.rows), trace.unread.lines) == (1, 1)
    assert str(trace.unread).startswith("1 line could not be read, the first: 'chrome-1 [000]")


@pytest.mark.parametrize(
    "body",
    [
        "mm_page_alloc: page=0xff pfn=0x10",
        "mm_page_alloc: page=0xff order=0 migratetype=0 gfp_flags=GFP_KERNEL",
        "mm_page_free: page=0xff pfn=0xffffffffffffffff order=0",
        "mm_page_free: page=0xff pfn=-1 order=0",
        "mm_page_alloc_extfrag: page=0xff pfn=0x10",
    ],
)
def test_a_line_that_lacks_what_it_must_have_is_counted(body: str) -> None:
    trace = good_and(f"chrome-1 [000] .... 1.0: {body}")

    assert (len(trace.rows), trace.unread.lines) == (1, 1)


def test_call_chains_of_perf_and_no_flags_at_all_are_nothing_to_tell() -> None:
    trace = good_and("\tffffffff81200000 __alloc_pages+0x1 ([kernel.kallsyms])")
    none = parse_trace((HEADS["perf script"] + "page=1 pfn=0x1 order=0 migratetype=0 gfp_flags=none").encode())
    assert [str(trace.unread), str(none.unread)] == ["", ""]


@pytest.mark.parametrize("head", ["task-1 [000] 1.5: print: ", "task 1 [000] 1.5: ftrace:print: "])
def test_marks_are_found_as_every_tool_shows_them(head: str) -> None:
    trace = good_and(f"{head}   tracing_mark_write: SNAP_BEGIN 00-start")
    assert trace.find("SNAP_BEGIN 00-start") == 1


def test_ranges_are_read_with_flags_and_padded_names() -> None:
    trace = good_and(
        "t-1 [000] .... 1.5: mm_compaction_isolate_freepages:   range=(0x10 ~ 0x20) nr_scanned=3 nr_taken=2"
    )
    assert (len(trace.rows), trace.rows[1, 1], trace.rows[1, 4]) == (2, 0x10, 0x20)


def test_a_flag_that_nobody_knows_is_named() -> None:
    trace = good_and(HEADS["tracefs"] + "page=1 pfn=0x1 order=0 migratetype=0 gfp_flags=GFP_KERNEL|__GFP_COLD")

    assert str(trace.unread) == "unknown gfp flags are left out: __GFP_COLD"


def test_events_of_others_are_nothing_to_tell() -> None:
    assert str(good_and("chrome-1 [000] .... 1.0: sched_switch: prev_comm=chrome").unread) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no event of the page allocator in it: it is empty"),
        ("# tracer: nop\n#\n", "no event of the page allocator in it"),
        ("1.0: lines of\nsomething else\n", "but 2 lines that cannot be read, the first: '1.0: lines of'"),
    ],
)
def test_a_trace_without_events_is_an_error_that_says_what_is_there(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_trace(path)
    assert str(caught.value).startswith(f"trace: {path}: no event")
    assert reason in str(caught.value)


def test_a_damaged_trace_says_so(tmp_path: Path) -> None:
    whole = gzip.compress((HEADS["tracefs"] + BODIES["6.x"]).encode())
    for name, data in {"short": whole[:-12], "wrong": whole[:12] + b"\xff" * 20 + whole[12:], "none": b"hello"}.items():
        path = tmp_path / f"{name}.txt.gz"
        path.write_bytes(data)
        with pytest.raises(ScenarioError, match=f"{name}.txt.gz: cut short or damaged: it cannot be unpacked"):
            read_trace(path)


PARTS = ("state.json", "freelists.txt", "pcp.txt", "pageblocks.txt", "pages.txt")


def small_dump(folder: Path) -> Path:
    zone = {"name": "DMA", "start_pfn": 0, "spanned": 512, "managed": 512, "watermark_min_low_high_promo": [1, 2, 3, 4]}
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps({"zones": [zone]}))
    (folder / "freelists.txt").write_text("DMA 0 U 1 : 1\n")
    (folder / "pcp.txt").write_text("zone DMA cpu 0 count 0 high 1 batch 1 free_factor 0\n")
    (folder / "pageblocks.txt").write_text("# from pfn 0\nU\n")
    (folder / "pages.txt").write_text(f"# from pfn 0\n{'f' * 512}\n")
    return folder


@pytest.mark.parametrize("name", PARTS)
def test_a_dump_without_one_of_its_files_names_the_file(tmp_path: Path, name: str) -> None:
    folder = small_dump(tmp_path / "00-start")
    read_dump(folder)
    (folder / name).unlink()

    with pytest.raises(ScenarioError) as caught:
        read_dump(folder)

    assert str(caught.value) == f"dump: {folder / name}: is missing"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("state.json", "{", "is not written as such a file is"),
        ("state.json", "{}", "'zones' is missing in it, or not known"),
        ("freelists.txt", "DMA 0 Z 1 : 1\n", "'Z' is missing in it, or not known"),
        ("freelists.txt", "DMA 0 U 1 : no pfn\n", "is not written as such a file is"),
        ("freelists.txt", "", "no free list in it"),
        ("pcp.txt", "", "no per-CPU list of zone DMA in it"),
        ("pageblocks.txt", "", "cut short: 0 of 1 letters of zone DMA"),
        ("pages.txt", "# from pfn 0\nff\n", "cut short: 2 of 512 letters of zone DMA"),
        ("pcp.txt", "zone DMA cpu 0\n", "'count' is missing in it, or not known"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_the_reason(tmp_path: Path, name: str, text: str, reason: str) -> None:
    folder = small_dump(tmp_path / "00-start")
    (folder / name).write_text(text)

    with pytest.raises(ScenarioError) as caught:
        read_dump(folder)

    assert str(caught.value) == f"dump: {folder / name}: {reason}"


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "trace.txt").write_text("hello\n")
    for name in ("00-start", "01-end"):
        (tmp_path / "snapshots").mkdir(exist_ok=True)
        small_dump(tmp_path / "snapshots" / name)

    ended = run_carveout("replay", str(tmp_path))

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "no event of the page allocator in it, but 1 line that cannot be read, the first: 'hello'" in ended.stderr
