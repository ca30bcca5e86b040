"""Commands on a running machine: nothing of them before they happen, the same bytes however one gets past them."""

import random
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.machine import Machine
from sim.scenario.poke import command_of, ops_taken, read, until, written
from sim.scenario.scenario import Scenario, load_scenario, make_scenario
from sim.words.commands import outcome
from tests.builds import BUILDS, Build, machine_of
from tests.core.scenarios import marathon, scenario, under_pressure
from tests.machine.conftest import Boot

PFNS = range(0x80000, 0x84200)


def random_commands(seed: int, span: int, count: int) -> list[dict[str, Any]]:
    """Commands of every kind at random ops of `under_pressure`, in order."""
    choose = random.Random(seed)
    commands: list[dict[str, Any]] = []
    at = choose.randrange(span // count)
    for _ in range(count):
        do = choose.choice(
            [
                {"do": "pin", "pfn": choose.choice(PFNS)},
                {"do": "pin", "pfn": choose.choice(PFNS), "ops": choose.randrange(1, 900), "process": "busy"},
                {"do": "unpin", "pfn": choose.choice(PFNS)},
                {"do": "alloc", "process": "busy", "what": "tagged", "count": choose.randrange(1, 40)},
                {"do": "alloc", "process": "keeper", "what": "unmovable", "order": choose.randrange(4)},
                {"do": "free", "process": "busy", "what": "anon", "count": choose.randrange(1, 40)},
                {"do": "free_page", "pfn": choose.choice(PFNS), "count": 3, "every": 2},
                {"do": "drain"},
                {"do": "compact"},
                {"do": "kill", "process": "hungry"},
                {"do": "knob", "name": "reserve_tries", "value": choose.randrange(1, 9)},
                {"do": "knob", "name": "min_free_kbytes", "value": choose.randrange(0, 4000)},
            ]
        )
        commands.append({"at": at} | do)
        at += ops_taken(command_of(commands[-1])) + choose.randrange(2 * span // count)
    return commands


def digests_by_chunks(data: dict[str, Any], chunk: int, goals: list[int], build: Build = "compiled") -> list[str]:
    """The digest at each op of `goals`, reached by steps of `chunk` ops."""
    machine = machine_of(build, data)
    digests = []
    for goal in goals:
        while machine.op < goal:
            machine.step(min(chunk, goal - machine.op))
        machine.check()
        digests.append(machine.digest())
    return digests


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_commands_give_the_same_bytes_with_any_chunk_and_back_and_forth(seed: int) -> None:
    data = under_pressure(work=3000) | {"commands": random_commands(seed, 9_000, 24)}
    length = make_scenario(data).length
    goals = [*sorted(random.Random(seed).sample(range(length), 6)), length]
    whole = digests_by_chunks(data, 1_000_000, goals)

    assert digests_by_chunks(data, 777, goals) == whole
    assert digests_by_chunks(data, 1, goals) == whole
    machine = Machine(make_scenario(data))
    for at in random.Random(seed).sample(range(7), 7):
        machine.seek(goals[at])
        assert machine.digest() == whole[at]
        machine.check()
    assert machine.history.digests(tuple(goals)) == whole


@pytest.mark.timeout(400)  # the first to ask for the checked build compiles it
@pytest.mark.parametrize("build", BUILDS[1:])
def test_every_build_takes_commands_alike(build: Build) -> None:
    data = under_pressure(work=2000) | {"commands": random_commands(4, 8_000, 16)}
    goals = [4000, 9000, make_scenario(data).length]

    assert digests_by_chunks(data, 5000, goals, build) == digests_by_chunks(data, 5000, goals)


def test_nothing_of_a_command_is_in_the_state_before_it_happens(boot: Boot) -> None:
    plain = boot("spurious-oom")
    told = boot("spurious-oom", commands=[{"at": 20, "do": "pin", "pfn": "0x80010"}])
    for op in (0, 13, 20):
        plain.seek(op)
        told.seek(op)
        assert told.digest() == plain.digest()
    plain.step()
    told.step()
    assert told.digest() != plain.digest()
    assert told.length == plain.length + 1


def test_the_program_goes_on_after_a_command_where_it_was(boot: Boot) -> None:
    plain, told = boot("first-tagged-page"), boot("first-tagged-page", commands=[{"at": 3, "do": "drain"}])
    plain.seek(plain.length)
    told.seek(told.length)

    assert told.arrays["dim"][11:13].tolist() == plain.arrays["dim"][11:13].tolist()  # D_PC, D_PC_DONE


def test_a_live_machine_takes_a_command_where_it_is(boot: Boot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.run.checkpoints.APART", 500)
    machine = Machine(load_scenario("quiet-mix"), keep=True)
    machine.seek(4000)
    machine.seek(2750)
    before, program = machine.digest(), machine.scenario
    command = read("2750:alloc,process=server,what=tagged,count=5")

    machine.amend(program.with_commands([command]))

    assert machine.digest() == before
    assert max(machine._checkpoints.ops) <= 2750  # the copies past it were of another future
    machine.step(5)
    assert len(machine.outcomes) == 5
    machine.seek(3900)
    again = Machine(machine.scenario)
    again.seek(3900)
    assert machine.digest() == again.digest()
    assert machine.history.digests((2750, 3900)) == [before, again.digest()]


def test_what_has_happened_cannot_be_changed(boot: Boot) -> None:
    machine = boot("spurious-oom", commands=[{"at": 5, "do": "drain"}])
    machine.seek(10)

    with pytest.raises(ScenarioError, match="what came before it cannot be changed"):
        machine.amend(machine.scenario.with_commands([]))
    with pytest.raises(ScenarioError, match="what came before it cannot be changed"):
        machine.amend(machine.scenario.with_changes({"seed": 8}))


def test_a_command_under_way_is_cut_where_the_next_one_is_given() -> None:
    commands = (read("3:pin,pfn=0x80000"), read("10:alloc,process=p,what=anon,count=8"), read("40:drain"))

    assert [written(command) for command in until(commands, 13)] == [
        "3:pin,pfn=0x80000",
        "10:alloc,process=p,what=anon,count=3",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "0:pin,pfn=0x80010",
        "7:pin,pfn=0x80010,process=a%2Cb%25c,ops=90",
        "8:unpin,pfn=0x80010",
        "9:alloc,process=p,what=tagged,order=2,count=32",
        "10:free,process=p,what=tagged,count=32,from=oldest",
        "11:free_page,pfn=0x80010,count=2,every=4",
        "12:drain",
        "13:compact",
        "14:exit,process=p",
        "15:kill,process=p",
        "16:knob,name=min_free_kbytes,value=4096",
    ],
)
def test_the_text_of_a_command_reads_back(text: str) -> None:
    assert sorted(written(read(text)).split(",")) == sorted(text.split(","))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("pin", "cmd: pin: must read <op>:<command>,key=value,..."),
        ("x:pin", "cmd: x:pin: must read <op>:<command>,key=value,..."),
        ("5:explode", "cmd.do: explode: must be one of alloc, free, pin,"),
        ("5:pin", "cmd.pfn: missing"),
        ("5:pin,pfn=many", "cmd.pfn: many: not a whole number"),
        ("5:pin,pfn=1,pfn=2", "is not another key=value"),
        ("5:pin,pfn=0x80000,colour=red", "cmd.colour: red: unknown key"),
        ("5:alloc,process=p,what=anon,count=20000", "cmd.count: 20000: must be at most 10000"),
    ],
)
def test_a_bad_text_is_refused_in_one_line(text: str, line: str) -> None:
    with pytest.raises(ScenarioError) as error:
        read(text)

    assert line in str(error.value)


@pytest.mark.parametrize(
    ("commands", "line"),
    [
        (
            [{"at": 9, "do": "drain"}, {"at": 5, "do": "drain"}],
            "commands[1].at: 5: the command before it ends at op 10",
        ),
        ([{"at": 99, "do": "drain"}], "commands[0].at: 99: the run ends at op 10"),
        ([{"at": 1, "do": "pin", "pfn": 5}], "commands[0].pfn: 0x5: no memory there"),
        ([{"at": 1, "do": "kill", "process": "q"}], "commands[0].process: q: no such process"),
        ([{"at": 1, "do": "work", "ops": 5}], "commands[0].do: work: must be one of"),
        ([{"at": 1, "do": "knob", "name": "reserve_tries", "value": 0}], "commands[0].value: 0: must be 1 to 1000"),
        ([{"at": 1, "do": "knob", "name": "min_free_kbytes", "value": 9999999}], "half of what can hold data"),
    ],
)
def test_commands_that_cannot_be_given_are_refused_in_one_line(commands: list[dict[str, Any]], line: str) -> None:
    with pytest.raises(ScenarioError) as error:
        make_scenario(
            scenario(program=[{"do": "alloc", "process": "p", "what": "anon", "count": 10}], commands=commands)
        )

    assert line in str(error.value)


def test_the_watermarks_follow_min_free_kbytes_as_at_boot() -> None:
    data = marathon(100)
    turned = Machine(
        make_scenario(data | {"commands": [{"at": 0, "do": "knob", "name": "min_free_kbytes", "value": 2000}]})
    )
    turned.step()
    layout = turned.layout.model_copy(update={"min_free_kbytes": 2000})
    booted = Machine(make_scenario(data | {"layout": layout.model_dump(mode="json", exclude_none=True)}))

    for name in ("z_min", "z_low", "z_high", "pcp_high"):
        assert turned.arrays[name].tolist() == booted.arrays[name].tolist()
    assert turned.snapshot().knobs == {"reserve_tries": 5, "min_free_kbytes": 2000}


def test_a_refused_reservation_is_tried_as_often_as_the_knob_says(boot: Boot) -> None:
    def tries(machine: Machine) -> set[int]:
        machine.seek(machine.length)
        events = machine.arrays["ev"].reshape(-1, 10)
        return {int(row[8]) for row in events if row[1] == 4 and row[9] == -16}

    knob = {"at": 0, "do": "knob", "name": "reserve_tries", "value": 3}
    assert tries(boot("spurious-oom")) == {5}
    assert tries(boot("spurious-oom", commands=[knob])) == {3}


def test_a_pin_for_some_ops_ends_by_itself(boot: Boot) -> None:
    machine = boot("quiet-mix")
    machine.seek(3000)
    pfn = owned(machine)
    machine.amend(machine.scenario.with_commands([read(f"3000:pin,pfn={pfn:#x},ops=40")]))
    machine.step()
    assert machine.page(pfn).pinned
    machine.step(60)
    assert all(pin.until_op != 3041 for pin in machine.snapshot().pins)


def test_the_history_of_a_page_knows_the_commands(boot: Boot) -> None:
    commands = [{"at": 20, "do": "pin", "pfn": "0x80010"}, {"at": 30, "do": "unpin", "pfn": "0x80010"}]
    machine = boot("spurious-oom", commands=commands)
    machine.seek(25)

    touched = machine.touched(0x80010)

    assert (touched.previous, touched.next) == (21, 31)
    found = machine.history.find("pin", 0, "next", machine.length, 0x80010)
    assert found is not None
    assert found.op == 21


def test_what_a_command_came_to_is_said(boot: Boot) -> None:
    machine = boot("spurious-oom")
    machine.seek(10)
    pfn = owned(machine)
    texts = [f"pin,pfn={pfn:#x}", f"pin,pfn={pfn:#x}", f"unpin,pfn={pfn:#x}", "kill,process=server"]
    said = [say(machine, text) for text in texts]

    assert said == [
        (True, f"{pfn:#x} is pinned until it is unpinned"),
        (False, f"{pfn:#x} is pinned already"),
        (True, f"{pfn:#x}: the pin is gone"),
        (True, said[-1][1]),
    ]
    assert said[-1][1].startswith("server is gone, ")
    marks = [mark.words for mark in machine.snapshot().marks if mark.kind == "command"]
    assert marks == [f"you: pin {pfn:#x}"] * 2 + [f"you: unpin {pfn:#x}", "you: kill server"]


def say(machine: Machine, text: str) -> tuple[bool, str]:
    """Give a command here."""
    command = read(f"{machine.op}:{text}")
    pfn = getattr(command, "pfn", None)
    before = None if pfn is None else machine.page(pfn)
    machine.amend(machine.scenario.with_commands([*machine.scenario.commands, command]))
    machine.step(ops_taken(command))
    return outcome(command, machine.outcomes, before, machine.layout)


def owned(machine: Machine) -> int:
    """A page that a process owns and nobody pins."""
    kinds, _ = machine.pages(PFNS.start, PFNS.start + 0x4000)
    return PFNS.start + next(i for i, kind in enumerate(kinds.tolist()) if kind == 6)


def test_no_shipped_scenario_has_commands_of_its_own() -> None:
    from sim.scenario.scenario import list_scenarios

    scenarios: list[Scenario] = [load_scenario(name) for name in list_scenarios()]

    assert not any(scenario.commands for scenario in scenarios)
