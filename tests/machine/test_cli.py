"""The command line: what it prints, and one clear line with exit 2 for everything wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import parser as cli
from sim.errors import BrokenInvariant
from tests.support import ONE_OF

RUN_KEYS = (
    "scenario",
    "policy",
    "seed",
    "op",
    "digest",
    "engine",
    "counters",
    "tag_storage",
    "oom_kills",
    "failed_requests",
    "ok",
)
Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    try:
        code = cli.main(arguments)
    except SystemExit as error:
        code = int(str(error.code))
    out, err = capsys.readouterr()
    return code, out, err


def test_run_prints_the_counters_of_the_first_tagged_page(capsys: Capture) -> None:
    code, out, err = run(capsys, "run", "first-tagged-page", "--json")
    report = json.loads(out)
    counters = [report["counters"][f"metadata_reserve_{name}"] for name in ("success", "fail", "free")]
    assert (code, err, tuple(report), counters) == (0, "", RUN_KEYS, [1, 0, 1])


def test_run_shows_the_spurious_oom_with_most_memory_free(capsys: Capture) -> None:
    _, out, _ = run(capsys, "run", "spurious-oom", "--json")
    report = json.loads(out)
    assert (report["oom_kills"], report["counters"]["metadata_reserve_fail"]) == (1, 20)
    assert report["tag_storage"] == {"total": 512, "free": 511, "data": 0, "reserved": 1, "isolated": 0}


def test_run_stops_at_the_op_asked_for(capsys: Capture) -> None:
    _, out, _ = run(capsys, "run", "first-tagged-page", "--until", "7", "--json")
    assert json.loads(out)["op"] == 7


def test_a_run_is_the_same_bytes_every_time(capsys: Capture) -> None:
    runs = [run(capsys, "run", "first-tagged-page", "--until", "40", "--json")[1] for _ in range(2)]
    assert runs[0] == runs[1]


def test_policy_seed_and_settings_reach_the_machine(capsys: Capture) -> None:
    changes = ("--policy", "static", "--seed", "9", "--set", "layout.cpus=1")
    _, out, _ = run(capsys, "run", "first-tagged-page", *changes, "--json")
    report = json.loads(out)
    assert (report["policy"], report["seed"], report["tag_storage"]["reserved"]) == ("static", 9, 512)


def test_commands_reach_the_machine_and_going_back_past_them_is_checked(capsys: Capture) -> None:
    told = ("spurious-oom", "--set", "commands=[{at: 9, do: pin, pfn: 0x80010}, {at: 20, do: kill, process: browser}]")

    _, out, _ = run(capsys, "run", *told, "--json")
    code, said, _ = run(capsys, "check", *told)

    assert json.loads(out)["op"] == 44
    assert (code, "every invariant holds" in said) == (0, True)


def test_commands_out_of_order_are_refused(capsys: Capture) -> None:
    code, out, err = run(
        capsys, "run", "spurious-oom", "--set", "commands=[{at: 9, do: drain}, {at: 3, do: drain}]", "--json"
    )

    assert (code, out) == (2, "")
    assert "commands[1].at: 3: the command before it ends at op 10" in err


def test_a_run_for_people_says_the_answer_and_how_to_make_it_again(capsys: Capture) -> None:
    _, out, _ = run(capsys, "run", "spurious-oom", "--set", "speed=9")
    assert "Why is there an OOM with 64.1 MiB free?\nOut of memory, with 64.1 MiB free." in out
    assert "<" not in out
    again = out.splitlines()[-1].removeprefix("again: carveout ")
    assert run(capsys, *again.split())[1] == out


def test_a_recorded_run_is_a_run_folder_that_replay_finds_exact(capsys: Capture, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    assert run(capsys, "run", "spurious-oom", "--record", folder, "--from", "30", "--every", "6", "--json")[0] == 0
    code, out, _ = run(capsys, "replay", folder, "--json")
    found = json.loads(out)["windows"]
    assert code == 0
    assert [window["to"] for window in found] == ["001-op-36", "002-op-42"]
    assert all(window["lists"] == window["lists_right"] and not window["wrong_blocks"] for window in found)


def test_a_scenario_may_be_a_file(capsys: Capture, tmp_path: Path) -> None:
    from sim.scenario.scenario import scenario_text

    path = tmp_path / "mine.yaml"
    path.write_text(scenario_text("first-tagged-page").replace("count: 32}", "count: 5}"))
    _, out, _ = run(capsys, "run", str(path), "--json")
    assert json.loads(out)["op"] == 37


@pytest.mark.parametrize(
    ("file", "start"),
    [
        (
            "buddyinfo",
            "Node 0, zone    DMA32      0      0      0      0      0      0      0      0      0      1     16 \n",
        ),
        ("pagetypeinfo", "Page block order: 9\n"),
        ("zoneinfo", "Node 0, zone      DMA\n  pages free     0\n"),
        ("vmstat", "nr_free_pages 16896\nnr_free_cma 0\nnr_free_metadata 512\n"),
        ("meminfo", "MemTotal:          67584 kB\n"),
    ],
)
def test_proc_prints_each_file(capsys: Capture, file: str, start: str) -> None:
    code, out, err = run(capsys, "proc", "first-tagged-page", "--until", "0", file)
    assert (code, err) == (0, "")
    assert out.startswith(start)


def test_scenarios_are_listed_with_their_questions(capsys: Capture) -> None:
    _, out, _ = run(capsys, "scenarios")
    assert "spurious-oom       Can one pinned page end in an OOM while most memory is free?" in out


def test_scenarios_are_listed_for_programs_too(capsys: Capture) -> None:
    _, out, _ = run(capsys, "scenarios", "--json")
    names = [scenario["name"] for scenario in json.loads(out)["scenarios"]]
    assert names == ["first-tagged-page", "interleave", "sprawl", "spurious-oom", "busy-phone", "quiet-mix"]


def test_check_goes_through_a_scenario_and_back(capsys: Capture) -> None:
    code, out, err = run(capsys, "check", "spurious-oom")
    assert (code, err.count("every invariant holds"), out.count("going back gives the same digests")) == (0, 9, 1)


def test_bench_prints_the_price_of_an_op_and_of_a_page(capsys: Capture) -> None:
    _, out, _ = run(capsys, "bench", "--pages", "16384", "--tagged", "30", "--ops", "20000", "--json")
    numbers = json.loads(out)
    assert (numbers["pages"], numbers["ops"], numbers["oom_kills"]) == (16384, 20000, 0)
    assert numbers["ns_per_op"] > 0
    assert numbers["bytes_per_page"] > 10


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            "run nowhere",
            "scenario: 'nowhere': no such scenario (there are first-tagged-page, interleave, sprawl, ",
        ),
        ("run nowhere.yaml", "file: nowhere.yaml: No such file or directory"),
        ("run spurious-oom --seed 0", "seed: 0: must be at least 1"),
        ("run spurious-oom --seed 2147483647", "seed: 2147483647: must be at most 2147483646"),
        ("run spurious-oom --seed luck", "seed: 'luck': not a whole number"),
        ("run spurious-oom --policy none", f"policy: none: must be {ONE_OF}"),
        ("run spurious-oom --until 43", "until: 43: must be 0 to 42, the end of the scenario"),
        ("run spurious-oom --until -1", "until: -1: must be 0 to 42, the end of the scenario"),
        ("run spurious-oom --until soon", "until: 'soon': not a whole number"),
        ("run spurious-oom --record x --from 42", "from: 42: must be 0 to 41, before the run ends"),
        ("run spurious-oom --record x --every 0", "every: 0: must be at least 1"),
        ("run spurious-oom --record docs", "record: docs: there is something in it already"),
        ("run interleave --record x", "record: mini-b2: a recording knows one tag region, with blocks of one page"),
        ("run spurious-oom --set layout", "set: 'layout': must be key=value"),
        ("run spurious-oom --set colour=blue", "colour: blue: unknown key"),
        ("run spurious-oom --set layout.cpus=99", "layout.cpus: 99: must be 1 to 8"),
        ("run spurious-oom --set layout.cpus=[", "file: layout.cpus:1: expected the node content"),
        ("proc spurious-oom slabinfo", "file: 'slabinfo': must be one of buddyinfo, pagetypeinfo, zoneinfo, vmstat"),
        ("run nowhere\x1b[2J.yaml", "file: nowhere\\x1b[2J.yaml: No such file or directory"),
        ("check nowhere", "scenario: 'nowhere': no such scenario"),
        ("bench --pages 100", "pages: 100: must be a multiple of 16384"),
        ("bench --pages 16384000000", "pages: 16384000000: must be a multiple of 16384, at most 16252928"),
        ("run spurious-oom --set seed=true", "seed: true: not a whole number"),
        ("run spurious-oom --set program=null", "program: null: not a list"),
        ("bench --pages many", "pages: 'many': not a whole number"),
        ("bench --tagged 101", "tagged: 101: must be 0 to 100 percent"),
        ("bench --ops 0", "ops: 0: must be 1 to 20000000"),
        ("run", "the following arguments are required: SCENARIO"),
        ("frobnicate", "argument COMMAND: invalid choice: 'frobnicate'"),
        ("run spurious-oom --colour", "unrecognized arguments: --colour"),
    ],
)
def test_bad_input_is_one_line_naming_field_and_value(capsys: Capture, arguments: str, line: str) -> None:
    code, out, err = run(capsys, *arguments.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.split(": ", 1)[1].startswith(line)


def test_a_broken_invariant_is_exit_3(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise BrokenInvariant("zone 0 free: 3, lists hold 4")

    monkeypatch.setattr("sim.machine.Machine.check", broken)
    code, _, err = run(capsys, "check", "spurious-oom")
    assert (code, err) == (3, "carveout: an invariant broke: zone 0 free: 3, lists hold 4\n")


def test_every_command_explains_itself(capsys: Capture) -> None:
    for command in ("run", "proc", "bench", "scenarios", "check"):
        code, out, _ = run(capsys, command, "--help")
        assert code == 0
        assert f"usage: carveout {command}" in out


def test_a_reader_that_stops_reading_is_no_error() -> None:
    command = f"{sys.executable} -m app.cli scenarios --json | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def shell(command: str) -> tuple[int, str]:
    """Exit status and stderr of `carveout`, with a redirection."""
    line = f"{sys.executable} -m app.cli {command}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["run first-tagged-page --json", "proc first-tagged-page zoneinfo", "scenarios"])
def test_output_that_cannot_be_written_is_one_line_and_exit_1(arguments: str) -> None:
    assert shell(f"{arguments} > /dev/full") == (1, "carveout: stdout: No space left on device\n")


@pytest.mark.parametrize("arguments", ["run first-tagged-page", "proc first-tagged-page vmstat"])
def test_output_that_is_closed_is_one_line_and_exit_1(arguments: str) -> None:
    assert shell(f"{arguments} >&-") == (1, "carveout: stdout: closed\n")


@pytest.mark.parametrize("port", ["-1", "65536", "http", "", "8 0", "٣"])
def test_serve_refuses_a_port_that_is_none(capsys: Capture, port: str) -> None:
    from app.cli import main

    assert main(["serve", f"--port={port}"]) == 2
    assert capsys.readouterr().err == f"carveout: port: {port!r}: must be 0 to 65535\n"
