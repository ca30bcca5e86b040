"""Every command that the documentation shows is run, and prints what the documentation shows."""

import doctest
import shlex

import pytest

from tests.docs.markdown import Example, examples
from tests.support import run_carveout


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example.page}: {example.command}")
def test_an_example_prints_what_its_page_shows(example: Example) -> None:
    program, *arguments = shlex.split(example.command)
    assert program == "carveout"

    said = run_carveout(*arguments, together=True).stdout

    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(example.shown, said, flags), said
