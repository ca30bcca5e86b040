import base64
import json
import zlib
from dataclasses import replace

import numpy as np

from app.pages.frames import deflate, event, frame, map_bytes, refused, series
from app.pages.templating import embed
from app.runs.moment import Moment, Recorded
from sim.run.snapshot import Mark, OomView, PinView
from tests.app.fake import snapshot_at

PIN = PinView(0x84010, "server", 1, -1, True, 0x80200, 32)
OOM = OomView(5, "server", 41, "server", 41, 0, True, 9000, 200, 100, 0x80210, 12, 0x84010, 30)


def moment_at(op: int) -> Moment:
    snapshot = snapshot_at(op)
    return Moment(snapshot, Recorded.of(snapshot), "paused", 20.0, 0, "0123456789abcdef" * 2, "")


def test_a_frame_is_json_with_a_map_that_a_browser_can_inflate() -> None:
    message = json.loads(json.dumps(frame(moment_at(3), seq=1, watching=2)))

    unpacked = zlib.decompress(base64.b64decode(message["map"]), wbits=-15)

    assert unpacked == map_bytes(moment_at(3).snapshot)


def test_the_map_is_blocks_then_strip_then_pages_in_little_endian() -> None:
    data = map_bytes(snapshot_at(0))

    counts = np.frombuffer(data[: 2 * (13 + 15)], dtype="<u2").tolist()

    assert (counts, data[-2:]) == ([300] * 13 + [1] * 15, b"\x89\x02")


def test_a_large_machine_sends_no_single_pages() -> None:
    data = map_bytes(replace(snapshot_at(0), pages=None))

    assert len(data) == 2 * (13 + 15)


def test_a_frame_shows_half_of_the_digest() -> None:
    assert frame(moment_at(3), 1, 1)["digest"] == "0123456789abcdef"


def test_a_frame_of_the_past_says_how_far_the_run_ever_went() -> None:
    back = replace(moment_at(3), recorded=Recorded.of(snapshot_at(30)))

    assert (frame(back, 1, 1)["op"], frame(back, 1, 1)["head"]) == (3, 30)


def test_equal_columns_pack_well() -> None:
    assert len(deflate(b"\x00\x02" * 26_000)) < 300


def test_a_series_is_as_long_as_its_ops_and_says_how_far_it_goes() -> None:
    told = series(Recorded.of(snapshot_at(7, marks=(Mark(5, "oom", "server was killed", True),))))

    assert (len(told["op"]), len(told["free"]), told["head"], told["marks"][0]["kind"]) == (8, 8, 7, "oom")


def test_an_event_of_several_lines_is_several_data_lines() -> None:
    assert event("", "<p>\n</p>") == b"data: <p>\ndata: </p>\n\n"


def test_an_event_carries_its_op_as_id() -> None:
    assert event("frame", "{}", 12) == b"id: 12\nevent: frame\ndata: {}\n\n"


def test_a_page_is_refused_while_its_tag_page_is_pinned() -> None:
    snapshot = snapshot_at(9, pins=(PIN,), ooms=(OOM,), marks=(Mark(8, "reserve", "", False),))

    assert refused(snapshot) == {"pfn": 0x80210, "tag_pfn": 0x84010}


def test_a_page_is_no_longer_refused_once_storage_was_reserved_after_the_oom() -> None:
    snapshot = snapshot_at(9, ooms=(OOM,), marks=(Mark(8, "reserve", "", False),))

    assert refused(snapshot) is None


def test_embedded_json_cannot_end_its_script_element() -> None:
    assert "<" not in embed({"words": "</script><script>alert(1)</script>"})
