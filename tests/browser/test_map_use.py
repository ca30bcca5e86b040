"""The map in use: keyboard cursor, selection and its inspector, layers, going to a page, what the address keeps."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

MINI = "/open?scenario=quiet-mix&op=4000"


def ready(opened: "Opened", path: str, **options: object) -> "Page":
    """A run page, drawn."""
    page = opened(path, **options)
    page.locator("time-line svg").wait_for()
    page.wait_for_function("() => document.querySelector('page-map').tally")
    return page


def test_the_cursor_is_the_selection_and_its_sentence_is_spoken(opened: "Opened") -> None:
    page = ready(opened, MINI)
    page.locator("canvas.over").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.locator("page-map [aria-live]", has_text="pfn 0x80021").wait_for()
    page.locator("page-inspector h2", has_text="0x80021").wait_for()
    page.keyboard.press("t")
    page.locator("page-map [aria-live]", has_text="Tag page 0x84001").wait_for()
    page.wait_for_url(re.compile("sel=0x84001"))


def test_enter_goes_deeper_minus_comes_back_and_the_cursor_stays_in_view(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&sel=0x81234")
    page.locator("canvas.over").focus()
    for level in ("zone", "pageblock", "page"):
        page.keyboard.press("Enter")
        page.locator(f"[data-level={level}][aria-pressed=true]").wait_for()
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    page.locator("page-inspector h2", has_text="0x81240").wait_for()
    seen = "() => document.querySelector('page-map').drawn().dataPfns.some(([a, b]) => a <= 0x81240 && 0x81240 < b)"
    page.wait_for_function(seen)
    for _ in range(12):
        page.keyboard.press("-")
    page.locator("[data-level=machine][aria-pressed=true]").wait_for()


def test_escape_closes_the_inspector_and_the_answers_come_back(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&sel=0x80520", width=1920, height=1080)
    page.locator("page-inspector h2", has_text="0x80520").wait_for()
    assert not page.locator(".side").is_visible()
    page.keyboard.press("Escape")
    page.locator(".side").wait_for()
    assert not page.locator("page-inspector").is_visible()


def test_a_click_selects_a_page_and_its_tag_page_is_one_button_away(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&level=pageblock&at=0x80520")
    page.locator("canvas.over").click(position={"x": 300, "y": 90})
    heading = page.locator("page-inspector h2 code")
    heading.wait_for()
    page.locator("page-inspector button", has_text="Its tag page").click()
    page.locator("page-inspector article[data-kind=tag-page]").wait_for()
    assert heading.inner_text().startswith("0x84")


def test_go_to_finds_a_page_and_a_process(opened: "Opened") -> None:
    page = ready(opened, MINI)
    page.keyboard.press("/")
    page.keyboard.type("0x81234")
    page.keyboard.press("Enter")
    page.locator("page-inspector h2", has_text="0x81234").wait_for()
    page.locator("[data-level=machine][aria-pressed=false]").wait_for()
    page.locator(".find input").fill("server")
    page.keyboard.press("Enter")
    page.locator("page-inspector article[data-kind=process]").wait_for()
    page.wait_for_url(re.compile("proc=420"))


@pytest.mark.parametrize("layer", ["migratetype", "order", "owner", "pinned"])
def test_a_layer_counts_the_same_pages_in_its_own_classes(opened: "Opened", layer: str) -> None:
    page = ready(opened, "/open?scenario=quiet-mix&set=layout=fvp-v1&op=20000")
    page.locator("[data-layers]").select_option(layer)
    page.wait_for_function(
        f"() => (d => d.settled && d.layer === '{layer}')(document.querySelector('page-map').drawn())"
    )
    drawn = page.evaluate("() => document.querySelector('page-map').drawn()")
    assert sum(drawn["data"]) == 2 * 507904
    assert page.locator("[data-layer-key] button").count() >= 3
    page.wait_for_url(re.compile(f"layer={layer}"))


def test_what_the_address_says_is_on_screen_after_a_reload(opened: "Opened") -> None:
    page = ready(opened, "/open?scenario=quiet-mix&set=layout=fvp-v1&op=20000")
    page.locator("[data-level=pageblock]").click()
    page.wait_for_url(re.compile("level=pageblock"))
    page.wait_for_timeout(800)
    at = re.search(r"at=(0x[0-9a-f]+)", page.url)
    page.reload()
    page.locator("[data-level=pageblock][aria-pressed=true]").wait_for()
    drawn = page.evaluate("() => document.querySelector('page-map').drawn()")
    assert at
    assert any(first <= int(at[1], 16) < last for first, last in drawn["dataPfns"])


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
def test_the_inspector_and_the_zoomed_map_have_no_barrier(opened: "Opened", theme: str) -> None:
    page = ready(opened, f"{MINI}&sel=0x80520&level=page&theme={theme}")
    page.locator("page-inspector h2").wait_for()
    page.locator("[data-layers]").select_option("order")
    page.wait_for_timeout(300)
    assert violations(page) == []


def test_the_inspector_is_a_sheet_on_a_phone_and_can_be_closed(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&sel=0x80520", width=390, height=844, has_touch=True)
    page.locator("page-inspector [data-close]").tap()
    assert not page.locator("page-inspector").is_visible()


def test_two_fingers_zoom_and_one_drags(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&level=pageblock", width=390, height=844, has_touch=True)
    fingers = page.context.new_cdp_session(page)
    box = page.locator("canvas.over").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 90

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})

    camera = "() => (({ z, u }) => ({ z, u }))(document.querySelector('page-map').camera)"
    before = page.evaluate(camera)
    touch("touchStart", (x - 30, y), (x + 30, y))
    for spread in (40, 50, 60):
        touch("touchMove", (x - spread, y), (x + spread, y))
    touch("touchEnd")
    zoomed = page.evaluate(camera)
    assert zoomed["z"] > before["z"] * 1.5
    touch("touchStart", (x, y))
    for step in (20, 40, 60):
        touch("touchMove", (x - step, y))
    touch("touchEnd")
    assert page.evaluate(camera)["u"] > zoomed["u"]


def test_a_pageblock_is_named_with_its_migratetype(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&level=pageblock", width=1920, height=1080)
    page.wait_for_function(
        "() => (m => m.types().block(m.camera.view[0].plate, m.camera.view[0].c0)?.pages?.[0] >= 0)"
        "(document.querySelector('page-map'))"
    )


def test_a_process_of_the_table_is_shown_on_the_map(opened: "Opened") -> None:
    page = ready(opened, MINI)
    page.locator("table.processes button", has_text="server").click()
    page.locator("page-inspector article[data-kind=process]").wait_for()
    page.locator("page-inspector [data-do=show]").click()
    page.wait_for_function("() => document.querySelector('page-map').drawn().layer === 'owner'")
    page.locator("[data-layer-key] [aria-pressed=true]", has_text="server").wait_for()


def test_a_button_of_the_inspector_stays_while_it_is_held_down(opened: "Opened") -> None:
    page = ready(opened, f"{MINI}&sel=0x80520", width=1920, height=1080)
    page.locator("page-inspector [data-do=show]").hover()
    page.mouse.down()
    with page.expect_response(re.compile("/inspect")) as asked:
        page.keyboard.press("ArrowRight")  # the run moves on, and the inspector asks again
    asked.value.finished()
    page.wait_for_timeout(300)
    page.mouse.up()
    page.locator("[data-level=pageblock][aria-pressed=true]").wait_for()
    page.locator("page-inspector article[data-op='4001']").wait_for()
