"""Poke and fork on the page: a command is seen where it acts, on the timeline and in the link; the past asks first."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

COPIED = "() => { navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() } }"
PFN = "0x80010"
DIFFERS = "\u00d7 differs"


def drawn(page: "Page") -> "Page":
    """The page, once its timeline is drawn."""
    page.locator("time-line svg").wait_for()
    return page


def pin(page: "Page", pfn: str = PFN) -> None:
    """Pin a page with the sheet."""
    page.keyboard.press("p")
    page.locator("#poke [name=pfn]").fill(pfn)
    page.locator("#poke").get_by_role("button", name="pin", exact=True).click()


def test_a_pin_is_seen_on_the_map_on_the_timeline_and_in_the_link(opened: "Opened") -> None:
    page = drawn(opened(f"/open?scenario=spurious-oom&op=20&sel={PFN}"))
    page.locator("page-inspector .verdict").wait_for()
    page.locator(".do").get_by_role("button", name="Poke").click()
    assert page.locator("#poke [name=pfn]").input_value() == PFN
    page.locator("#poke [data-where]", has_text="A command happens at op 20 and is part of the run").wait_for()
    page.locator("#poke").get_by_role("button", name="pin", exact=True).click()

    page.locator("#poke [data-did]", has_text=f"{PFN} is pinned until it is unpinned").wait_for()
    page.locator("page-inspector .what", has_text="pinned").wait_for()
    page.keyboard.press("Escape")
    page.locator("#poke").wait_for(state="hidden")
    assert page.locator("page-inspector").is_visible()  # Esc closes one thing at a time
    page.locator("run-story", has_text=f"You: pin {PFN}").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowRight")
    page.locator("time-line text", has_text="you: pin").wait_for()
    page.wait_for_url(lambda url: url.endswith(f"&cmd=20:pin,pfn={PFN}"))
    page.wait_for_function("() => document.querySelector('[data-digest]').textContent.length > 15")
    page.evaluate(COPIED)
    page.keyboard.press("c")
    page.wait_for_function("() => window.copied")
    link = str(page.evaluate("window.copied"))

    other = drawn(opened(re.sub(r".*/runs/\w+", "/open", link)))
    other.locator("[data-note]", has_text="Same state, verified:").wait_for()


def test_a_pin_of_a_pinned_page_is_told_and_is_no_error(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=20"))
    pin(page)
    page.locator("#poke [data-did]", has_text="is pinned until").wait_for()
    page.locator("#poke").get_by_role("button", name="pin", exact=True).click()
    page.locator("#poke [data-did].bad", has_text=f"{PFN} is pinned already").wait_for()


def test_a_viewer_cannot_poke_and_is_told_why(opened: "Opened", profile: object, server_url: str) -> None:
    presenter = drawn(opened("/open?scenario=spurious-oom&op=20"))
    page = drawn(opened(presenter.url.removeprefix(server_url)))
    button = page.locator(".do").get_by_role("button", name="Poke")
    assert button.is_disabled()
    assert "only its presenter" in (button.get_attribute("title") or "")
    page.keyboard.press("p")
    assert not page.locator("#poke").is_visible()
    assert page.locator(".do").get_by_role("button", name="Fork: what if?").is_enabled()


@pytest.mark.parametrize("choice", ["Drop them and pin", "Fork and pin", "Cancel"])
def test_a_command_in_the_past_asks_first(opened: "Opened", choice: str) -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30"))
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("time-line text", has_text="op 20").wait_for()
    page.keyboard.press("p")
    page.locator("#poke [data-drops]", has_text="It drops the 10 recorded ops after this one.").wait_for()
    page.locator("#poke [name=pfn]").fill(PFN)
    page.locator("#poke").get_by_role("button", name="pin", exact=True).click()
    question = page.locator("past-question dialog")
    question.get_by_text("10 recorded ops come after op 20 and would be dropped.").wait_for()
    assert question.locator("h2").inner_text() == f"Pin {PFN} here?"
    button = question.get_by_role("button", name=choice)
    if choice == "Fork and pin":
        with page.context.expect_page() as tab:
            button.click()
        drawn(tab.value)
        assert tab.value.url.split("?")[0] != page.url.split("?")[0]
        tab.value.locator("time-line text", has_text="op 21").wait_for()
        tab.value.locator("[data-conn]", has_text=re.compile("^paused$")).wait_for()
        assert "10 ops behind live" in page.locator("[data-conn]").inner_text()
        return
    button.click()
    if choice == "Cancel":
        page.locator("[data-conn]", has_text="10 ops behind live").wait_for()
        return
    page.locator("time-line text", has_text="op 21").wait_for()
    page.locator("[data-conn]", has_text=re.compile("^paused$")).wait_for()


def test_the_inspector_pins_and_frees_the_selected_page(opened: "Opened") -> None:
    page = drawn(opened(f"/open?scenario=spurious-oom&op=20&sel={PFN}"))
    acts = page.locator("page-inspector .acts")
    acts.get_by_role("button", name="Pin it").click()
    page.locator("[data-note]", has_text=f"At op 20: {PFN} is pinned until it is unpinned.").wait_for()
    acts.get_by_role("button", name="Unpin it").click()
    page.locator("[data-note]", has_text=f"At op 21: {PFN}: the pin is gone.").wait_for()
    acts.get_by_role("button", name="Pin it").wait_for()


def test_a_knob_says_its_old_value_and_then_the_new_one(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=20"))
    page.keyboard.press("p")
    page.locator("#poke [data-old]", has_text=re.compile("^5$")).wait_for()
    page.locator("#poke [name=value]").fill("3")
    page.locator("#poke").get_by_role("button", name="set").click()
    page.locator("#poke [data-did]", has_text="reserve_tries is 3 now").wait_for()
    page.locator("#poke [data-old]", has_text=re.compile("^3$")).wait_for()


def test_what_if_opens_a_fork_with_another_policy_in_a_tab_of_its_own(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=20"))
    page.locator(".do").get_by_role("button", name="Fork: what if?").click()
    page.locator("#fork select").select_option("static")
    with page.context.expect_page() as tab:
        page.locator("#fork").get_by_role("button", name="Fork", exact=True).click()
    drawn(tab.value)
    assert "policy=static" in tab.value.url
    tab.value.locator("time-line text", has_text="op 20").wait_for()
    assert "policy=rfc-v1" in page.url or "policy" not in page.url


def test_a_fork_may_begin_with_a_command_also_for_a_viewer(opened: "Opened", server_url: str) -> None:
    presenter = drawn(opened("/open?scenario=spurious-oom&op=20"))
    page = drawn(opened(presenter.url.removeprefix(server_url)))
    page.keyboard.press("w")
    page.locator("#fork").get_by_role("button", name="Fork with a command").click()
    page.locator("#poke [data-where]", has_text="of a fork, in a tab of its own").wait_for()
    page.locator("#poke [name=pfn]").fill(PFN)
    with page.context.expect_page() as tab:
        page.locator("#poke").get_by_role("button", name="pin", exact=True).click()
    drawn(tab.value)
    assert f"cmd=20:pin,pfn={PFN}" in tab.value.url
    assert tab.value.locator("body").get_attribute("data-role") == "presenter"


def test_on_a_phone_the_menu_leads_to_poke(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=20", width=390, height=844))
    page.get_by_role("button", name="Menu").click()
    page.locator("#head-menu").get_by_role("button", name="Poke").click()
    page.locator("#poke [name=pfn]").fill(PFN)
    page.locator("#poke").get_by_role("button", name="pin", exact=True).click()
    page.locator("#poke [data-did]", has_text="is pinned until").wait_for()
    assert not page.locator("#head-menu").is_visible()


def test_a_link_that_differs_shows_its_figures_beside_those_here(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=32"))
    page.evaluate(COPIED)
    page.keyboard.press("c")
    page.wait_for_function("() => window.copied")
    link = re.sub(r".*/runs/\w+", "/open", str(page.evaluate("window.copied")))
    figures = re.findall(r"figures=([\d.]+)", link)[0].split(".")
    assert len(figures) == 5
    changed = ".".join([figures[0], str(int(figures[1]) + 2), *figures[2:]])
    other_link = re.sub(r"digest=\w+", "digest=0123456789abcdef", link).replace(".".join(figures), changed)
    other_link = re.sub(r"trail=[0-9a-f.]+", lambda trail: trail[0][:-8] + "00000000", other_link)

    other = drawn(opened(other_link))
    other.locator("[data-note].differs").get_by_role("button", name="Show both").click()
    table = other.locator("link-trail [data-figures]")
    assert table.locator("thead").inner_text().split("\t")[1:3] == ["the link says", "here"]
    assert table.locator("tr.bad").all_inner_texts() == [
        f"tagged pages\t{int(figures[1]) + 2}\t{figures[1]}\t{DIFFERS}"
    ]


def test_an_old_link_that_differs_says_that_it_carries_no_figures(opened: "Opened") -> None:
    page = drawn(opened("/open?scenario=spurious-oom&op=30&digest=0123456789abcdef&engine=Carveout+0.0.9"))
    page.locator("[data-note].differs").get_by_role("button", name="Show both").click()
    page.locator("link-trail [data-figures-words]", has_text="The link carries none").wait_for()
    assert page.locator("link-trail [data-figures] tbody tr").count() == 5
    assert page.locator("link-trail [data-way]").is_hidden()


@pytest.mark.parametrize(("theme", "width"), [("light", 1366), ("dark", 1366), ("projector", 1366), ("light", 390)])
def test_axe_finds_nothing_in_the_sheets(opened: "Opened", theme: str, width: int) -> None:
    page = drawn(opened(f"/open?scenario=spurious-oom&op=20&theme={theme}", width=width))
    for sheet, key in (("poke", "p"), ("fork", "w")):
        page.keyboard.press(key)
        page.locator(f"#{sheet}").wait_for()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.locator(f"#{sheet}").wait_for(state="hidden")  # until then a key is typed into its field
