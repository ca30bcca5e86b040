"""node, and what tests/npm/package.json asks of npm: installed once, by its lock file, beside it."""

import os
import shutil
import subprocess

import pytest

from tests.support import ROOT

FOLDER = ROOT / "tests" / "npm"
INSTALL = ["npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts", "--silent"]


def give_up(reason: str) -> None:
    """Skipped with the reason, or failed where CARVEOUT_REQUIRE_BROWSER=1."""
    if os.environ.get("CARVEOUT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def installed() -> bool:
    """Whether what is there is what the lock file says."""
    mark = FOLDER / "node_modules" / ".package-lock.json"
    return mark.exists() and mark.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime


def require_npm() -> None:
    """node and the packages are there; otherwise they are installed, or the test ends with the reason."""
    if not shutil.which("node") or not shutil.which("npm"):
        give_up("node and npm are not installed: tsc, Firefox and Lighthouse need them")
    if installed():
        return
    said = subprocess.run(INSTALL, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300)
    if said.returncode:
        give_up(f"npm ci in tests/npm: {said.stderr.strip()[-300:]}")
    (FOLDER / "node_modules" / ".package-lock.json").touch()


def node(*arguments: str, timeout: float = 110) -> subprocess.CompletedProcess[str]:
    """`node ...` in tests/npm; the exit status is the caller's to judge."""
    return subprocess.run(
        ["node", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=timeout
    )
