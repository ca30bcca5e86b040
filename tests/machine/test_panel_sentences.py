"""The one sentence of each panel, from real runs."""

import re

import pytest

from sim.machine import Machine
from sim.policies import NAMES
from sim.scenario.scenario import load_scenario
from sim.words.panels import SENTENCES, panel_sentence


def say(slug: str, scenario: str, op: int, **changes: object) -> str:
    loaded = load_scenario(scenario)
    machine = Machine(loaded.with_changes(changes) if changes else loaded)
    machine.seek(op)
    return re.sub("<[^>]+>", "", panel_sentence(slug, machine.snapshot())).replace("\u00a0", " ")


SAID = [
    ("costs", "first-tagged-page", 0, "Nobody has asked for a tagged page."),
    ("costs", "first-tagged-page", 32, "97% of 32 tagged requests found their tag page reserved."),
    ("page-map", "first-tagged-page", 32, "Of 66.0 MiB of memory 128 KiB is tagged; tag storage keeps 4 KiB for tags"),
    (
        "free-lists",
        "first-tagged-page",
        0,
        "66.0 MiB is free, 33 whole pageblocks of it; 2.0 MiB of it is tag storage.",
    ),
    (
        "tag-storage",
        "first-tagged-page",
        32,
        "Of 2.0 MiB of tag storage 2.0 MiB is given back now; none of it has held",
    ),
    ("tag-storage", "busy-phone", 170_000, "held data at most, at op "),
    ("pinned", "first-tagged-page", 0, "Nothing is pinned at this op."),
    ("pinned", "spurious-oom", 39, "1 page pinned, 1 of them in tag storage: 32 data pages cannot be tagged."),
    ("oom", "first-tagged-page", 0, "No OOM so far."),
    ("oom", "spurious-oom", 42, "server (41) asked for a tagged page. It was refused 20 times"),
    ("processes", "first-tagged-page", 0, "Nobody: none of the 1 process holds a tagged page."),
    ("processes", "first-tagged-page", 32, "server (41) holds 128 KiB of 128 KiB tagged, 100%."),
    (
        "vmstat",
        "first-tagged-page",
        64,
        "Since boot: 1 tag page reserved, 1 given back, 0 refused; 0 pages of data moved",
    ),
    ("events", "first-tagged-page", 0, "Nothing has happened yet."),
    ("events", "spurious-oom", 42, "events, up to op 42: "),
]


@pytest.mark.parametrize(("slug", "scenario", "op", "text"), SAID)
def test_a_panel_answers_its_question_with_a_number(slug: str, scenario: str, op: int, text: str) -> None:
    assert text in say(slug, scenario, op)


@pytest.mark.parametrize("slug", SENTENCES)
@pytest.mark.parametrize("policy", NAMES)
def test_every_panel_says_something_under_every_policy(slug: str, policy: str) -> None:
    assert say(slug, "spurious-oom", 42, policy=policy).endswith((".", "asked."))


def test_who_left_is_not_told_as_killed() -> None:
    machine = Machine(load_scenario("spurious-oom"))
    machine.seek(42)
    fates = {process.name: (process.alive, process.killed) for process in machine.snapshot().processes}
    assert fates == {"server": (True, False), "worker": (False, True), "browser": (False, False)}


def test_the_oom_of_a_busy_phone_is_old_news_when_memory_is_free_again() -> None:
    from sim.words import question

    scenario = load_scenario("busy-phone")
    machine = Machine(scenario)
    found = machine.history.find("oom", 0, "next", machine.length)
    assert found is not None
    machine.seek(found.op)
    assert question(machine.snapshot(), scenario).startswith("Why is there an OOM")
    machine.step(500)
    assert question(machine.snapshot(), scenario) == scenario.question
