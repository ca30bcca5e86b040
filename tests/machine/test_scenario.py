"""Scenario files: what the core gets from them, changes by name, and one clear line for everything wrong."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.core.state.consts import C_ANON, C_SLAB, C_TAGGED, C_UNMOVABLE, S_ALLOC, S_BULK, S_FREE, S_PIN, S_WORK
from sim.errors import ScenarioError
from sim.scenario.layout import list_layouts
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario, make_scenario, scenario_text
from tests.support import ONE_OF

SERVER: dict[str, Any] = {
    "name": "server",
    "pid": 41,
    "workload": {
        "tagged": {"weight": 4, "target": 3000, "grow": 20, "thp": 10},
        "slab": {"weight": 1, "target": 9, "order": 2},
    },
    "pin": {"per_mille": 5, "ops": 300},
}
BASE: dict[str, Any] = {
    "name": "try",
    "question": "What happens?",
    "layout": "mini",
    "processes": [SERVER, {"name": "idle", "pid": 42}],
    "program": [{"do": "work", "ops": 10}],
}


def scenario(**changes: Any) -> Scenario:
    return make_scenario(BASE | changes)


def refusal(**changes: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario(**changes)
    return str(caught.value)


@pytest.mark.parametrize("name", list_scenarios())
def test_every_shipped_scenario_begins_with_its_question(name: str) -> None:
    lines = scenario_text(name).splitlines()
    assert lines[0] == f"name: {name}"
    assert lines[1].startswith("question: ")
    assert lines[1].endswith("?")


@pytest.mark.parametrize("name", list_scenarios())
def test_every_shipped_scenario_says_what_was_observed(name: str) -> None:
    assert len(load_scenario(name).answer) > 80
    assert load_scenario(name).summary.endswith(".")


def test_scenarios_are_listed_chapter_by_chapter() -> None:
    chapters = [load_scenario(name).chapter for name in list_scenarios()]
    order = {"First principles": 0, "When it fails": 1, "In the wild": 2}
    assert sorted(chapters, key=order.__getitem__) == chapters


def test_the_program_reaches_the_core_as_rows_of_pages() -> None:
    steps = [
        {"do": "alloc", "process": "idle", "what": "anon", "order": 3, "count": 4},
        {"do": "free", "process": "server", "what": "tagged", "from": "oldest"},
        {"do": "pin", "pfn": "0x84010", "process": "server"},
        {"do": "alloc", "process": "idle", "what": "slab", "zone": "DMA32"},
        {"do": "alloc", "process": "idle", "what": "unmovable", "bulk": 64, "count": 2},
        {"do": "work", "ops": 7},
    ]
    assert scenario(program=steps).program_array().tolist() == [
        [S_ALLOC, 2, C_ANON, 3, 4, 0],
        [S_FREE, 1, C_TAGGED, 0, 1, 1],
        [S_PIN, 1, 0, 0, 1, 0x4010],
        [S_ALLOC, 2, C_SLAB, 0, 1, 4],
        [S_BULK, 2, C_UNMOVABLE, 0, 2, 64],
        [S_WORK, 0, 0, 0, 7, 0],
    ]


def test_the_length_of_a_scenario_is_the_sum_of_its_steps() -> None:
    steps = [{"do": "alloc", "process": "idle", "what": "anon", "count": 4}, {"do": "drain"}, {"do": "work", "ops": 7}]
    assert scenario(program=steps).length == 12


def test_the_workload_reaches_the_core_by_process_and_class() -> None:
    array = scenario().workload_array()
    assert array.shape == (2, 7, 6)
    assert array[0, C_TAGGED].tolist() == [4, 3000, 20, 10, 0, 0]
    assert array[0, C_SLAB].tolist() == [1, 9, 0, 0, 2, 0]
    assert not array[1].any()


def test_pins_reach_the_core_by_process() -> None:
    assert scenario().pin_array().tolist() == [[5, 300], [0, 0]]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"name": "../x"}, "name: ../x: must match ^[a-z0-9][a-z0-9-]*$"),
        ({"question": ""}, "question: '': empty"),
        ({"colour": 1}, "colour: 1: unknown key"),
        ({"bad\nkey": 1}, "'bad\\nkey': 1: unknown key"),
        ({"policy": "rfc-v9"}, f"policy: rfc-v9: must be {ONE_OF}"),
        ({"seed": 0}, "seed: 0: must be at least 1"),
        ({"seed": 2147483647}, "seed: 2147483647: must be at most 2147483646"),
        ({"seed": "lucky"}, "seed: lucky: not a whole number"),
        ({"seed": 1.5}, "seed: 1.5: not a whole number"),
        ({"speed": -1}, "speed: -1: must be at least 0"),
        ({"chapter": "Else"}, "chapter: Else: must be 'First principles', 'When it fails' or 'In the wild'"),
        (
            {"layout": "nano"},
            f"layout: 'nano': no such layout (there are {', '.join(list_layouts())})",
        ),
        ({"layout": 7}, "layout: 7: must be a name or a mapping"),
        ({"layout": True}, "layout: true: must be a name or a mapping"),
        ({"layout": None}, "layout: null: must be a name or a mapping"),
        ({"layout": {"name": "x"}}, "layout.banks: missing"),
        ({"processes": [SERVER] * 17}, "processes"),
        ({"processes": {"a": 1}}, "processes: {'a': 1}: not a list"),
        ({"processes": [SERVER, SERVER]}, "processes[1].name: server: is given twice"),
        ({"processes": [SERVER, SERVER | {"name": "b"}]}, "processes[1].pid: 41: is given twice"),
        ({"processes": [SERVER | {"cpu": 2}]}, "processes[0].cpu: 2: must be 0 to 1, the layout has 2 CPUs"),
        ({"processes": [SERVER | {"oom_score_adj": 1001}]}, "processes[0].oom_score_adj: 1001: must be at most 1000"),
        ({"processes": [SERVER | {"name": "two words"}]}, "processes[0].name: two words: must match ^[!-~]+$"),
        ({"processes": [SERVER | {"workload": {"tags": {}}}]}, "processes[0].workload.tags: tags: must be 'anon', "),
        (
            {"processes": [SERVER | {"workload": {"file": {"weight": 1, "target": 1, "thp": 5}}}]},
            "processes[0].workload.file.thp: 5: only anon and tagged have it",
        ),
        (
            {"processes": [SERVER | {"workload": {"anon": {"weight": 1, "target": 1, "order": 5}}}]},
            "processes[0].workload.anon.order: 5: only slab and unmovable have it",
        ),
        ({"program": []}, "program: []: fewer than 1 entries"),
        ({"program": [{}]}, "program[0].do: missing"),
        ({"program": [{"do": "jump"}]}, "program[0].do: jump: must be one of 'alloc', 'free', 'pin', "),
        ({"program": [{"do": "work", "ops": 0}]}, "program[0].ops: 0: must be at least 1"),
        ({"program": [{"do": "work", "ops": 99, "n": 1}]}, "program[0].n: 1: unknown key"),
        ({"program": [{"do": "exit", "process": "who"}]}, "program[0].process: who: no such process"),
        ({"program": [{"do": "pin", "pfn": 5}]}, "program[0].pfn: 0x5: no memory there"),
        ({"program": [{"do": "pin", "pfn": -5}]}, "program[0].pfn: -5: must be at least 0"),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "anon", "order": 11}]},
            "program[0].order: 11: must be at most 10",
        ),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "file", "order": 1}]},
            "program[0].order: 1: file pages come one by one",
        ),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "anon", "zone": "DMA32"}]},
            "program[0].zone: DMA32: anon pages may lie in any zone",
        ),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "slab", "zone": "DMA"}]},
            "program[0].zone: DMA: the lowest zone is DMA32",
        ),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "slab", "bulk": 9}]},
            "program[0].bulk: 9: only single unmovable pages, from any zone, come in bulk",
        ),
        (
            {"program": [{"do": "alloc", "process": "idle", "what": "unmovable", "bulk": 1}]},
            "program[0].bulk: 1: must be at least 2",
        ),
        ({"program": [{"do": "work", "ops": 60_000_000}] * 2}, "program: 120000000: more than 100000000 ops"),
        ({"program": None}, "program: null: not a list"),
        ({"seed": "7"}, "seed: '7': not a whole number"),
        ({"seed": "true"}, "seed: 'true': not a whole number"),
        ({"seed": True}, "seed: true: not a whole number"),
        ({"seed": date(2020, 1, 1)}, "seed: 2020-01-01: not a whole number"),
        ({"seed": [None, {"a": False}]}, "seed: [null, {'a': false}]: not a whole number"),
        ({"seed": b"hello"}, "seed: !!binary aGVsbG8=: not a whole number"),
        ({"seed": math.nan}, "seed: .nan: not a whole number"),
        ({"\ud800": 1}, "'\\ud800': not a key that can be written"),
        ({"layout": {"\ud800": 1}}, "layout.'\\ud800': not a key that can be written"),
        ({"question": "\ud800"}, "question: '\\ud800': not a text that can be written"),
        ({"question": "Why\x1b[31m?"}, r"question: 'Why\x1b[31m?': has a control character in it (U+001B)"),
        ({"answer": "One\ntwo\x9b2J"}, r"answer: 'One\ntwo\x9b2J': has a control character in it (U+009B)"),
        ({"answer": "a\u202eb"}, r"answer: 'a\u202eb': has a control character in it (U+202E)"),
        ({"name": "a\x1b"}, r"name: 'a\x1b': must match "),
        ({"processes": [SERVER | {"name": "a\x1bb"}]}, r"processes[0].name: 'a\x1bb': must match "),
        ({"processes": [], "program": [{"do": "work", "ops": 1}]}, "program[0].do: work: no process has a workload"),
    ],
)
def test_a_broken_scenario_is_refused_in_one_line_naming_field_and_value(changes: dict[str, Any], line: str) -> None:
    message = refusal(**changes)
    assert message.startswith(line)
    assert "\n" not in message


def test_a_setting_is_changed_by_its_name() -> None:
    changed = scenario().with_changes({"seed": 9, "layout.cpus": 4, "processes.server.pin.ops": 77, "program.0.ops": 5})
    assert (changed.seed, changed.layout.cpus, changed.pin_array()[0, 1], changed.length) == (9, 4, 77, 5)


def test_another_layout_is_set_by_name_and_changed_further() -> None:
    changed = scenario().with_changes({"layout": "fvp-v1", "layout.min_free_kbytes": 9000})
    assert (changed.layout.name, changed.layout.min_free_kbytes) == ("fvp-v1", 9000)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("colour", 1, "colour: 1: unknown key"),
        ("layout.colour", 1, "layout.colour: 1: unknown key"),
        ("sky.colour", 1, "sky.colour: no such setting (sky is not there)"),
        ("processes.who.pid", 1, "processes.who.pid: no such setting (who is not there)"),
        ("program.9.ops", 1, "program.9.ops: no such setting (9 is not there)"),
        ("seed.x", 1, "seed.x: no such setting (x is not there)"),
        ("name", "mine", "name: belongs to the scenario and cannot be set"),
        (
            "layout",
            "nano",
            f"layout: 'nano': no such layout (there are {', '.join(list_layouts())})",
        ),
        ("layout.cpus", 0, "layout.cpus: 0: must be 1 to 8"),
        ("", 1, ": 1: unknown key"),
    ],
)
def test_a_setting_that_is_not_there_or_not_possible_is_refused(key: str, value: object, line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario().with_changes({key: value})
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: [", "expected the node content, but found '<stream end>'"),
        ("- 1\n- 2", "not a mapping of names to values"),
        ("name: a\nname: b", ":2: key 'name' is given twice"),
        ("7: a", "not a mapping of names to values"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("", "not a mapping of names to values"),
        ("[" * 3000, "nested too deeply"),
        ("seed: 2020-13-45", "a number or a date in it cannot be one"),
        ("seed: " + "9" * 5000, "a number or a date in it cannot be one"),
        ("name: a\x1b", "has a character that no text has (U+001B)"),
        ("? [a]\n: b", ":1: a key must be a text"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_the_place(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_answer_may_have_several_lines() -> None:
    assert scenario(answer="One.\n\nTwo.").answer == "One.\n\nTwo."


def test_a_file_that_would_command_the_terminal_is_refused_without_doing_so(tmp_path: Path) -> None:
    path = tmp_path / "rude.yaml"
    path.write_text('name: rude\nquestion: "\\e]0;owned\\a?"\nlayout: mini\nprogram: [{do: drain}]\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).isprintable()
    assert "control character" in str(caught.value)


def test_a_json_file_is_a_scenario_file_too(tmp_path: Path) -> None:
    import json

    path = tmp_path / "try.json"
    path.write_text(json.dumps(BASE))
    assert load_scenario(path) == scenario()


@pytest.mark.parametrize("name", ["no-such", "../../etc/passwd", "", "busy-phone.yaml"])
def test_a_name_is_never_a_path(name: str) -> None:
    with pytest.raises(ScenarioError, match="no such scenario"):
        load_scenario(name)
