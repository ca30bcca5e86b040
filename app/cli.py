"""The entry point `carveout`: the simulator's commands, and `serve`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sim.cli.parser import add_command, build_parser, run_command
from sim.errors import ScenarioError

LIMITS = (
    ("max-runs", 64, "runs that are open at once"),
    ("runs-per-address", 48, "of these, runs that one address may have open: a room may sit behind one"),
)
MOST_RUNS = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """`carveout COMMAND ...`; returns the exit code."""
    parser, commands = build_parser()
    serve = add_command(commands, "serve", run_server, "start the dashboard")
    serve.add_argument("--host", default="127.0.0.1", metavar="HOST", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", default="8000", metavar="PORT", help="0 to 65535; 0 takes any free one (default 8000)")
    serve.add_argument("--data-dir", default=None, metavar="DIR", help="folder for what is kept")
    about = "answer to this name too, * to any (may be given again; CARVEOUT_ALLOWED_HOSTS, with commas)"
    serve.add_argument("--allow-host", action="append", default=[], metavar="NAME", help=about)
    for name, default, about in LIMITS:
        serve.add_argument(f"--{name}", default=str(default), metavar="N", help=f"{about} (default {default})")
    return run_command(parser, argv)


def run_server(arguments: argparse.Namespace) -> None:
    """`carveout serve`."""
    from app.server import serve

    data_dir = Path(arguments.data_dir) if arguments.data_dir is not None else None
    limits = {name.replace("-", "_"): limit_of(name, vars(arguments)[name.replace("-", "_")]) for name, *_ in LIMITS}
    serve(arguments.host, port_of(arguments.port), data_dir, hosts_of(arguments.allow_host), **limits)


def limit_of(name: str, text: str) -> int:
    """How many there may be. Raises ScenarioError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_RUNS:
        raise ScenarioError(f"{name}: {text[:60]!r}: must be 1 to {MOST_RUNS}")
    return int(text)


def hosts_of(given: Sequence[str]) -> tuple[str, ...]:
    """The names of the flags and of the environment."""
    named = os.environ.get("CARVEOUT_ALLOWED_HOSTS", "").split(",")
    return tuple(filter(None, (name.strip() for name in (*given, *named))))


def port_of(text: str) -> int:
    """A port. Raises ScenarioError."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ScenarioError(f"port: {text[:60]!r}: must be 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
