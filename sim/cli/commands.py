"""What the commands of `sim/cli/parser.py` do: each prints its result and returns nothing. Errors: `sim/errors.py`."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from sim.cli.bench import bench
from sim.cli.report import report, text_report
from sim.cli.warming import compile_first, warming
from sim.errors import BrokenInvariant, ScenarioError
from sim.kernel.procfs import proc_file
from sim.machine import Machine
from sim.replay.proc import recorded_file
from sim.replay.report import replay_report, text_table
from sim.run.recording import record
from sim.scenario.files import parse
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario

SUFFIXES = {".yaml", ".yml", ".json"}
BENCH_OPTIONS = (
    ("pages", "2097152", "data pages of the machine"),
    ("tagged", "30", "percent of the requests that are tagged"),
    ("ops", "5000000", "ops that are timed"),
)


def run_scenario(arguments: argparse.Namespace) -> None:
    """`carveout run`."""
    machine = _machine(arguments)
    if arguments.record is not None:
        _record(arguments, machine)
    if arguments.json:
        _print_json(report(machine))
    else:
        print(text_report(machine, _again(arguments, machine.scenario, machine.op)))


def _record(arguments: argparse.Namespace, machine: Machine) -> None:
    """The same run once more, with every event."""
    start = _whole("from", arguments.start)
    if not 0 <= start < machine.op:
        raise ScenarioError(f"from: {start}: must be 0 to {machine.op - 1}, before the run ends")
    every = _whole("every", arguments.every) if arguments.every is not None else machine.op - start
    if every < 1:
        raise ScenarioError(f"every: {every}: must be at least 1")
    record(machine.scenario, [*range(start, machine.op, every), machine.op], Path(arguments.record))


def print_proc(arguments: argparse.Namespace) -> None:
    """`carveout proc`."""
    folder = Path(arguments.scenario)
    if (folder / "snapshots").is_dir():
        print(_recorded_file(folder, arguments), end="")
    else:
        print(proc_file(_machine(arguments).snapshot(), arguments.file), end="")


def _recorded_file(folder: Path, arguments: argparse.Namespace) -> str:
    """A file of the machine of a dump; `--until` names the snapshot."""
    if arguments.until is None:
        raise ScenarioError(f"until: {folder} holds recorded snapshots: name one of them")
    compile_first("replay")
    return recorded_file(folder, arguments.until, arguments.file)


def run_bench(arguments: argparse.Namespace) -> None:
    """`carveout bench`."""
    compile_first()
    numbers = bench(*(_whole(name, getattr(arguments, name)) for name, *_ in BENCH_OPTIONS))
    if arguments.json:
        _print_json(numbers)
    else:
        print("\n".join(f"{name:<16}{value}" for name, value in numbers.items()))


def replay_run(arguments: argparse.Namespace) -> None:
    """`carveout replay`."""
    compile_first("replay")
    options = arguments.mode, arguments.hints, arguments.start, arguments.end
    report, windows = replay_report(Path(arguments.run), *options)
    if report["unread"]:
        print(f"carveout: trace: {report['unread']}", file=sys.stderr)
    if arguments.json:
        _print_json(report)
    else:
        print(text_table(report, windows))


def print_scenarios(arguments: argparse.Namespace) -> None:
    """`carveout scenarios`."""
    scenarios = [load_scenario(name) for name in list_scenarios()]
    if arguments.json:
        shown = ("name", "chapter", "question", "summary", "answer", "policy", "seed", "length")
        rows = [{name: getattr(s, name) for name in shown} | {"layout": s.layout.name} for s in scenarios]
        _print_json({"scenarios": rows})
    else:
        width = max(len(scenario.name) for scenario in scenarios)
        for scenario in scenarios:
            print(f"{scenario.name:<{width}}  {scenario.question}  [{scenario.chapter}, {scenario.length:,} ops]")


def check_scenario(arguments: argparse.Namespace) -> None:
    """`carveout check`: the invariants at nine ops, and that going back comes to the same bytes."""
    scenario = _scenario(arguments)
    with warming():
        _check(scenario, _until(arguments, scenario.length))


def _check(scenario: Scenario, end: int) -> None:
    machine = Machine(scenario)
    ops = sorted({end * part // 8 for part in range(9)})
    digests = {}
    for op in ops:
        machine.seek(op)
        machine.check()
        digests[op] = machine.digest()
        print(f"op {op:,}: every invariant holds, digest {digests[op]}", file=sys.stderr)
    for op in reversed(ops):
        machine.seek(op)
        if machine.digest() != digests[op]:
            raise BrokenInvariant(f"op {op}: digest {machine.digest()} after going back, {digests[op]} before")
    print(f"{machine.scenario.name}: every invariant holds at {len(ops)} ops, and going back gives the same digests")


def find_scenario(text: str) -> Scenario:
    """A scenario by name, or from a file: whatever ends in .yaml, .yml or .json, or has a slash in it."""
    if Path(text).suffix in SUFFIXES or os.sep in text:
        return load_scenario(Path(text))
    return load_scenario(text)


def _scenario(arguments: argparse.Namespace) -> Scenario:
    changes: dict[str, object] = {}
    for pair in arguments.set:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise ScenarioError(f"set: {pair!r}: must be key=value")
        changes[key] = parse(value, key)
    if arguments.policy is not None:
        changes["policy"] = arguments.policy
    if arguments.seed is not None:
        changes["seed"] = _whole("seed", arguments.seed)
    scenario = find_scenario(arguments.scenario)
    return scenario.with_changes(changes) if changes else scenario


def _machine(arguments: argparse.Namespace) -> Machine:
    """The machine at the op that was asked for."""
    scenario = _scenario(arguments)
    until = _until(arguments, scenario.length)
    with warming():
        machine = Machine(scenario)
        machine.seek(until)
    return machine


def _until(arguments: argparse.Namespace, length: int) -> int:
    if arguments.until is None:
        return length
    op = _whole("until", arguments.until)
    if not 0 <= op <= length:
        raise ScenarioError(f"until: {op}: must be 0 to {length}, the end of the scenario")
    return op


def _whole(field: str, text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ScenarioError(f"{field}: {text[:60]!r}: not a whole number") from None


def _again(arguments: argparse.Namespace, scenario: Scenario, op: int) -> str:
    """The run as one line that can be pasted back."""
    words = ["carveout", "run", arguments.scenario, "--policy", scenario.policy, "--seed", str(scenario.seed)]
    words += [word for pair in arguments.set for word in ("--set", pair)]
    return shlex.join([*words, "--until", str(op)])


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data))
