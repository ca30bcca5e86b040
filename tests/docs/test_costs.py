"""The page of prices says what the prices are."""

import re

from sim.scenario.costs import PATHS, PRICES
from tests.support import ROOT

PAGE = (ROOT / "docs" / "costs.md").read_text()


def cells(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in re.findall(r"^\| `.*$", section, re.MULTILINE)]


def test_the_table_of_prices_is_that_of_the_simulator() -> None:
    assert cells("Prices") == [[f"`{price.name}`", f"{price.ns:,}", price.what, price.source] for price in PRICES]


def test_the_paths_are_those_of_the_simulator() -> None:
    assert [row[0] for row in cells("Paths")] == [f"`{path.slug}`" for path in PATHS]
