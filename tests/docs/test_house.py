"""What is committed names no machine and no download host, and the container file passes its linter."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock"]


def committed() -> list[Path]:
    """Text files under version control, without what is vendored."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of committed files")
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and "vendor" not in path.parts and path.suffix != ".woff2"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_by_hash_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^[a-zA-Z0-9_.-]+==", text, re.MULTILINE)
    hashed = re.findall(r"^[a-zA-Z0-9_.-]+==[^\n]* \\\n {4}--hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(hashed) > 10
    assert "://" not in text


def test_the_development_lock_pins_what_the_product_pins() -> None:
    runtime, development = (set(re.findall(r"^\S+==[^\n]*", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS)
    assert runtime <= development


def test_nothing_committed_names_a_folder_of_one_machine() -> None:
    private = re.compile("|".join(["/" + "work/", "/" + "root/", "/" + "tmp/[a-z]", "/" + r"home/[a-z]+/"]))
    found = {str(path): hits for path in committed() if (hits := private.findall(_text(path)))}
    assert found == {}


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_the_container_file_passes_its_linter() -> None:
    linter = str(Path(sys.executable).with_name("hadolint"))
    said = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_ci_does_nothing_but_install_and_call_make() -> None:
    last = (ROOT / ".ci" / "run").read_text().rstrip().splitlines()[-1]
    assert last == "CARVEOUT_REQUIRE_BROWSER=1 make test"
