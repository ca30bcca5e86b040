"""What the screen says when it is not simply live: the states of the drawing's sheet, on the real page."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.support import busy_phone_oom

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

COPIED = "() => { navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() } }"


def drawn(page: "Page") -> "Page":
    """The page, once its timeline is drawn."""
    page.locator("time-line svg").wait_for()
    return page


def link_of(page: "Page") -> str:
    """What Copy link puts on the clipboard."""
    page.evaluate(COPIED)
    page.keyboard.press("c")
    page.wait_for_function("() => window.copied")
    return str(page.evaluate("window.copied"))


def path_of(url: str) -> str:
    """A link without its host."""
    return "/" + url.split("/", 3)[3]


def test_the_past_says_how_far_back_it_is_and_leads_to_live(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("[data-note]", has_text="You look at the past: 10 ops behind live.").wait_for()
    assert page.locator("[data-conn]").inner_text() == "10 ops behind live"
    page.get_by_role("button", name="Back to live").click()
    page.locator("time-line text", has_text="op 30").wait_for()
    page.locator("[data-note]").wait_for(state="hidden")


def test_a_fork_in_the_past_is_a_run_of_ones_own_at_this_op(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("ArrowLeft")
    with page.context.expect_page() as tab:
        page.get_by_role("button", name="Fork here instead").click()
    forked = drawn(tab.value)
    assert forked.url.split("?")[0] != page.url.split("?")[0]
    assert "op 29" in forked.locator("time-line").inner_text()
    assert forked.locator("[data-conn]").inner_text() == "paused"


@pytest.mark.parametrize(("choice", "op"), [("Fork here", 20), ("Fork at live", 30)])
def test_another_policy_in_the_past_asks_from_which_op_on(opened: "Opened", choice: str, op: int) -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("time-line text", has_text="op 20").wait_for()
    page.locator("run-head select").select_option("static")
    assert "10 recorded ops come after op 20" in page.locator("past-question p").first.inner_text()
    page.locator("past-question").get_by_role("button", name=re.compile(f"^{choice}")).click()
    page.wait_for_url(lambda url: "policy=static" in url)
    assert f"op {op}" in drawn(page).locator("time-line").inner_text()


def test_cancel_leaves_the_run_and_its_policy_as_they_are(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("ArrowLeft")
    page.locator("time-line text", has_text="op 29").wait_for()
    page.locator("run-head select").select_option("static")
    page.locator("past-question").get_by_role("button", name="Cancel").click()
    page.wait_for_function("document.querySelector('run-head select').value === 'rfc-v1'")
    assert page.locator("time-line text", has_text="op 29").is_visible()


def test_a_copied_link_proves_itself(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    link = link_of(page)
    assert re.search(r"digest=[0-9a-f]{16}\b", link)
    other = drawn(opened(path_of(link).replace(re.findall(r"/runs/\w+", link)[0], "/open")))
    other.locator("[data-note]", has_text="Same state, verified:").wait_for()
    other.keyboard.press("ArrowRight")
    other.locator("[data-note]").wait_for(state="hidden")
    other.wait_for_url(lambda url: "op=31" in url and "digest" not in url)


def test_a_link_with_another_digest_differs(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30&digest=0123456789abcdef&engine=Carveout+0.0.9"))
    note = page.locator("[data-note].differs")
    note.wait_for()
    assert "Not the same state" in note.inner_text()
    assert "made with Carveout 0.0.9" in note.inner_text()


def test_a_link_that_differs_says_since_when_and_shows_both(opened: "Opened") -> None:
    link = path_of(link_of(drawn(opened("/open?scenario=spurious-oom&op=32"))))
    trail = re.findall(r"trail=([0-9a-f.]+)", link)[0].split(".")
    assert len(trail) == 8
    other = ".".join([*trail[:5], *("0" * 8 for _ in trail[5:])])
    other_link = re.sub(r"trail=[0-9a-f.]+", f"trail={other}", re.sub(r"digest=\w+", "digest=0123456789abcdef", link))
    page = drawn(opened(re.sub(r"/runs/\w+", "/open", other_link)))
    note = page.locator("[data-note].differs", has_text="it is the same at op 20 and differs at op 24")
    note.get_by_role("button", name="Show both").click()
    assert page.locator("link-trail [data-way] tr.bad").count() == 3
    page.get_by_role("button", name="Go to op 20, the last that is the same").click()
    page.locator("time-line text", has_text="op 20").wait_for()


def test_the_oom_is_a_state_of_its_own(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom"))
    page.keyboard.press("End")
    page.get_by_title("Go to an op (g)").first.click()
    page.locator("[data-goto] input").fill("42")
    page.keyboard.press("Enter")
    page.locator("[data-conn]", has_text="ended").wait_for()
    page.locator("#run-question h1", has_text="OOM").wait_for()
    page.locator(".story-head.bad").wait_for()
    page.locator("event-voice", has_text=re.compile(r"^Op \d+: .*")).wait_for(state="attached")


def test_nothing_there_yet_says_what_would_fill_it(opened: "Opened") -> None:
    page = opened("/")
    if page.locator(".open-runs table").count() == 0:
        assert "Start a chapter" in page.locator(".open-runs").inner_text()


@pytest.mark.parametrize(
    ("path", "words"),
    [("/open?scenario=mini-nonsense", "mini-nonsense"), ("/open?scenario=busy-phone&seed=0", "seed"), ("/no", "/no")],
)
def test_an_error_is_a_page_in_the_words_of_the_check_with_a_way_on(
    profile: object, server_url: str, path: str, words: str
) -> None:
    page = profile().new_page()  # type: ignore[operator]  (Chromium itself reports the status in the console)
    page.goto(server_url + path)
    assert words in page.locator(".lead").inner_text()
    page.get_by_role("link", name="To the gallery").click()
    assert page.locator(".toc .entry").count() > 0


def test_dropping_the_recorded_future_asks_first(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("Shift+ArrowLeft")
    page.get_by_role("button", name="Drop what came after").click()
    assert "10 recorded ops would be forgotten" in page.locator("past-question p").first.inner_text()
    page.locator("past-question").get_by_role("button", name="Drop them").click()
    page.locator("[data-note]").wait_for(state="hidden")
    page.locator("[data-conn]", has_text=re.compile("^paused$")).wait_for()


def test_a_run_pauses_at_an_oom_if_it_shall_and_the_address_says_so(opened: "Opened") -> None:
    op = busy_phone_oom()
    page = drawn(opened(f"/open?scenario=busy-phone&op={op - 400}"))
    page.get_by_label("pause at OOM").check()  # and stays focused: space would uncheck it
    page.wait_for_url(lambda url: "pause=oom" in url)
    page.keyboard.press(".")
    page.locator("[data-conn]", has_text="paused at the OOM").wait_for()
    page.locator("time-line text", has_text=f"op {op:,}").wait_for()
    page.keyboard.press(".")
    page.locator("[data-conn]", has_text="live").wait_for()


def test_a_link_opens_a_run_that_pauses_at_an_oom(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=41&pause=oom"))
    page.wait_for_function("() => document.querySelector('[data-pause-at-oom]').checked")
    page.keyboard.press("o")
    page.wait_for_function("() => !document.querySelector('[data-pause-at-oom]').checked")
    page.wait_for_url(lambda url: "pause=" not in url)
