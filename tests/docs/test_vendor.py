"""What is vendored is what its README says, and the page needs nothing from anywhere else."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from tests.support import ROOT

FOLDERS = ["static/vendor", "static/fonts", "tests/vendor"]
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|.*\| (?P<size>\d+) \| `(?P<digest>[0-9a-f]{64})` \|$", re.MULTILINE)
BUDGET = 550 * 1000  # bytes of gzipped JavaScript, the whole product


def documented(folder: str) -> dict[str, tuple[int, str]]:
    text = (ROOT / folder / "README.md").read_text()
    return {row["name"]: (int(row["size"]), row["digest"]) for row in ROW.finditer(text)}


def present(folder: str) -> dict[str, tuple[int, str]]:
    files = [path for path in (ROOT / folder).iterdir() if path.name != "README.md"]
    return {path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_vendored_file_has_the_size_and_hash_of_its_row(folder: str) -> None:
    assert present(folder) == documented(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_licence_that_is_named_is_there(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text()
    named = set(re.findall(r"\(([\w.-]*LICENSE[\w.-]*)\)", text))
    assert named == {path.name for path in (ROOT / folder).glob("*LICENSE*")}


def test_all_javascript_of_the_product_fits_the_budget() -> None:
    sizes = {path: len(gzip.compress(path.read_bytes(), 9)) for path in (ROOT / "static").rglob("*.js")}
    assert sum(sizes.values()) < BUDGET


def own_front_end() -> list[Path]:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js"), *(ROOT / "static").rglob("*.css")]
    return [path for path in files if "vendor" not in path.parts]


def test_the_page_loads_nothing_from_another_host() -> None:
    foreign = re.compile(r"""(?:src|href|url|import|from|fetch)\s*[=(]?\s*["'(]?\s*(?:https?:)?//[\w.-]+\.\w+""")
    found = {str(path): hit for path in own_front_end() if (hit := foreign.findall(path.read_text()))}
    assert found == {}
