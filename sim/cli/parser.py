"""The command line: `carveout run`, `proc`, `bench`, `scenarios`, `check`, `replay`; `app/cli.py` adds `serve`.

Exit 0 done, 1 the output cannot be written, 2 bad input with one clear line on stderr, 3 an invariant broke. With
`--json` one object goes to stdout and everything else to stderr.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from sim.cli.commands import (
    BENCH_OPTIONS,
    check_scenario,
    print_proc,
    print_scenarios,
    replay_run,
    run_bench,
    run_scenario,
)
from sim.errors import BrokenInvariant, ScenarioError
from sim.policies import choices

Command = Callable[[argparse.Namespace], None]


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
        if sys.stdout is None:  # `carveout run ... >&-`
            return _unwritten("closed")
        sys.stdout.flush()
    except ScenarioError as error:
        print(f"carveout: {_printable(str(error))}", file=sys.stderr)
        return 2
    except BrokenInvariant as error:
        print(f"carveout: an invariant broke: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:  # `carveout proc ... | head`
        _discard()
    except OSError as error:  # a full disk
        _discard()
        return _unwritten(error.strerror or str(error), error.filename)
    return 0


def _printable(text: str) -> str:
    """A path or a key may hold what would command the terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _discard() -> None:
    """Drop what stdout still holds: Python would try to write it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(reason: str, name: str | None = None) -> int:
    print(f"carveout: {name or 'stdout'}: {reason}", file=sys.stderr)
    return 1


def build_parser() -> tuple[argparse.ArgumentParser, "argparse._SubParsersAction[Parser]"]:
    """The parser, and where further commands are added."""
    parser = Parser(prog="carveout", description="MTE tag storage in a simulated Linux page allocator.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    run = add_command(commands, "run", run_scenario, "run a scenario and say how it ended")
    _scenario_options(run)
    _record_options(run)
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
    _replay_options(replay)
    return parser, commands


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
    parser.add_argument("--policy", metavar="P", help=f"{choices()} (default: the scenario's)")
    parser.add_argument("--seed", metavar="N", help="1 to 2147483646 (default: the scenario's)")
    parser.add_argument("--set", metavar="key=value", action="append", default=[], help="a setting, as layout.cpus=4")
    parser.add_argument("--until", metavar="OP", help="stop at this op (default: the scenario's end)")


def _record_options(parser: argparse.ArgumentParser) -> None:
    text = "write the run as a recorded kernel: all events as ftrace text, and exact dumps"
    parser.add_argument("--record", metavar="FOLDER", help=text)
    parser.add_argument("--from", dest="start", metavar="OP", default="0", help="with --record: begin after this op")
    parser.add_argument("--every", metavar="OPS", help="with --record: a dump every so many ops, not only at both ends")


def _replay_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN-FOLDER", help="a folder with trace.txt.gz and snapshots/")
    parser.add_argument("--mode", metavar="M", default="events", help="events (all movements are told) or requests")
    parser.add_argument("--from", dest="start", metavar="SNAPSHOT", help="first snapshot, by name or number")
    parser.add_argument("--to", dest="end", metavar="SNAPSHOT", help="last snapshot, by name or number")
    parser.add_argument(
        "--hints", metavar="TDCI", default="", help="what no trace shows: tasks, drains, compaction, ranges"
    )
    _json_option(parser)


if __name__ == "__main__":
    sys.exit(main())
