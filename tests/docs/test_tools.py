"""The code passes its own tools, so that a red one is seen wherever the tests run."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

ALLOWED_IN_CORE = {"llvmlite", "numba", "numpy", "sim.core"} | set(
    sys.stdlib_module_names
)  # llvmlite is numba's own back end


@pytest.mark.slow
@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "lint-imports", "mypy"])
def test_the_code_passes(command: str) -> None:
    tool, *arguments = command.split()
    path = str(Path(sys.executable).with_name(tool))
    said = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports, at the top or inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def is_allowed_in_core(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:length]) in ALLOWED_IN_CORE for length in range(1, len(parts) + 1))


def test_the_core_imports_numba_numpy_itself_and_nothing_else() -> None:
    files = (ROOT / "sim" / "core").rglob("*.py")
    strange = {path.name: bad for path in files if (bad := {n for n in imported(path) if not is_allowed_in_core(n)})}
    assert strange == {}
