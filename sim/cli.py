"""The command line: `carveout run`, `proc`, `bench`, `scenarios`, `check`. `carveout serve` is added by `app/cli.py`.

Exit 0 done, 2 bad input with one clear line on stderr, 3 an invariant broke. With `--json` one object goes to stdout
and everything else to stderr.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import BrokenInvariant, ScenarioError
from sim.files import parse
from sim.scenario import Scenario, list_scenarios, load_scenario

Command = Callable[[argparse.Namespace], None]
SUFFIXES = {".yaml", ".yml", ".json"}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit 2."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """`carveout` without `serve`."""
    parser, _ = build_parser()
    return run_command(parser, argv)


def run_command(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Parse, run, and turn the two families of errors into exit codes."""
    arguments = parser.parse_args(argv)
    try:
        arguments.command(arguments)
        sys.stdout.flush()
    except ScenarioError as error:
        print(f"carveout: {error}", file=sys.stderr)
        return 2
    except BrokenInvariant as error:
        print(f"carveout: an invariant broke: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:  # `carveout proc ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def build_parser() -> tuple[argparse.ArgumentParser, "argparse._SubParsersAction[Parser]"]:
    """The parser, and where further commands are added."""
    parser = Parser(prog="carveout", description="MTE tag storage in a simulated Linux page allocator.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    run = add_command(commands, "run", run_scenario, "run a scenario and say how it ended")
    _scenario_options(run)
    _json_option(run)
    proc = add_command(commands, "proc", print_proc, "print a /proc file of the machine at some op")
    _scenario_options(proc)
    proc.add_argument("file", metavar="FILE", help="buddyinfo, pagetypeinfo, zoneinfo, vmstat or meminfo")
    bench = add_command(commands, "bench", run_bench, "measure the speed of the core")
    for name, default, text in BENCH_OPTIONS:
        bench.add_argument(f"--{name}", metavar="N", default=default, help=f"{text} (default {default})")
    _json_option(bench)
    _json_option(add_command(commands, "scenarios", print_scenarios, "list the scenarios"))
    check = add_command(commands, "check", check_scenario, "run a scenario and test every invariant on the way")
    _scenario_options(check)
    replay = add_command(commands, "replay", replay_run, "replay a recorded kernel and compare it with its dumps")
    replay.add_argument("run", metavar="RUN-FOLDER", help="a folder with trace.txt.gz and snapshots/")
    replay.add_argument(
        "--mode", metavar="M", default="events", help="events (every list movement is told) or requests"
    )
    replay.add_argument("--from", dest="start", metavar="S", help="first snapshot, by name or number")
    replay.add_argument("--to", dest="end", metavar="S", help="last snapshot")
    replay.add_argument(
        "--hints", metavar="TDCI", default="", help="what no trace shows: T task, D drain, C compaction, I range"
    )
    _json_option(replay)
    return parser, commands


BENCH_OPTIONS = (
    ("pages", "2097152", "data pages of the machine"),
    ("tagged", "30", "percent of the requests that are tagged"),
    ("ops", "5000000", "ops that are timed"),
)


def add_command(
    commands: "argparse._SubParsersAction[Parser]", name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    """One more command."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, everything else on stderr")


def _scenario_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", help="a name (see `carveout scenarios`) or a YAML or JSON file")
    parser.add_argument("--policy", metavar="P", help="off, static or rfc-v1 (default: the scenario's)")
    parser.add_argument("--seed", metavar="N", help="1 to 2147483646 (default: the scenario's)")
    parser.add_argument("--set", metavar="key=value", action="append", default=[], help="a setting, as layout.cpus=4")
    parser.add_argument("--until", metavar="OP", help="stop at this op (default: the scenario's end)")


def run_scenario(arguments: argparse.Namespace) -> None:
    """`carveout run`."""
    machine = _machine(arguments)
    from sim.report import report, text_report

    if arguments.json:
        _print_json(report(machine))
    else:
        print(text_report(machine, _again(arguments, machine.scenario, machine.op)))


def print_proc(arguments: argparse.Namespace) -> None:
    """`carveout proc`."""
    from sim.procfs import proc_file

    sys.stdout.write(proc_file(_machine(arguments).snapshot(), arguments.file))


def run_bench(arguments: argparse.Namespace) -> None:
    """`carveout bench`."""
    warm_core()
    from sim.bench import bench

    numbers = bench(*(_whole(name, getattr(arguments, name)) for name, *_ in BENCH_OPTIONS))
    if arguments.json:
        _print_json(numbers)
    else:
        print("\n".join(f"{name:<16}{value}" for name, value in numbers.items()))


def replay_run(arguments: argparse.Namespace) -> None:
    """`carveout replay`."""
    from sim.replay.report import replay_report, text_table

    warm_core()
    report, windows = replay_report(
        Path(arguments.run), arguments.mode, arguments.hints, arguments.start, arguments.end
    )
    if arguments.json:
        _print_json(report)
    else:
        print(text_table(report, windows))


def print_scenarios(arguments: argparse.Namespace) -> None:
    """`carveout scenarios`."""
    scenarios = [load_scenario(name) for name in list_scenarios()]
    if arguments.json:
        shown = ("name", "chapter", "question", "answer", "policy", "seed", "length")
        rows = [{name: getattr(s, name) for name in shown} | {"layout": s.layout.name} for s in scenarios]
        _print_json({"scenarios": rows})
    else:
        width = max(len(scenario.name) for scenario in scenarios)
        for scenario in scenarios:
            print(f"{scenario.name:<{width}}  {scenario.question}  [{scenario.chapter}, {scenario.length:,} ops]")


def check_scenario(arguments: argparse.Namespace) -> None:
    """`carveout check`: the invariants at nine ops, and that going back comes to the same bytes."""
    scenario = _scenario(arguments)
    warm_core()
    from sim.machine import Machine

    machine = Machine(scenario)
    end = _until(arguments, scenario.length)
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


def warm_core() -> None:
    """Compile the core if that has not been done yet, saying so."""
    from sim.core import build, warm

    if not build.is_warm():
        print("carveout: compiling the core, this once", file=sys.stderr)
        warm.warm()


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


def _machine(arguments: argparse.Namespace) -> Any:
    """The machine at the op that was asked for."""
    scenario = _scenario(arguments)
    until = _until(arguments, scenario.length)
    warm_core()
    from sim.machine import Machine

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


if __name__ == "__main__":
    sys.exit(main())
