"""A run whose machine broke: it says so wherever it is asked, and its neighbours go on."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.runs.engine import CoreEngine
from app.settings import Settings
from sim.errors import BrokenInvariant
from sim.machine import Machine
from sim.scenario.scenario import Scenario
from tests.app.conftest import JSON, Client, command, make_run, serving

FAULT = "BrokenInvariant: zone DMA32: free is 3, its lists hold 2"


class Brittle(Machine):
    """A machine that breaks once it passes op 9, and cannot even be looked at then."""

    def step(self, n: int = 1) -> int:
        ran = super().step(n)
        self._hold()
        return ran

    def snapshot(self) -> Any:
        self._hold()
        return super().snapshot()

    def _hold(self) -> None:
        if self.op > 9:
            raise BrokenInvariant("zone DMA32: free is 3, its lists hold 2")


class BrittleEngine(CoreEngine):
    """Boots them."""

    def boot(self, scenario: Scenario) -> Machine:
        return Brittle(scenario)


@pytest.fixture(scope="module")
def brittle_url() -> Iterator[str]:
    with serving(Settings(), BrittleEngine()) as url:
        yield url


@pytest.fixture
def brittle(brittle_url: str) -> Iterator[Client]:
    with httpx.Client(base_url=brittle_url, timeout=10) as client:
        yield client


@pytest.fixture
def broken(brittle: Client) -> str:
    """A run that was seen at op 7 and broke after that."""
    run = make_run(brittle)
    command(brittle, run, "step", n=7)
    answer = brittle.post(f"/api/runs/{run}/commands", json={"command": "step", "n": 7})
    assert (answer.status_code, answer.json()) == (409, {"detail": FAULT})
    return run


def test_a_run_that_broke_says_that_it_is_stopped_and_why(brittle: Client, broken: str) -> None:
    told = brittle.get(f"/api/runs/{broken}").json()

    assert (told["state"], told["fault"], told["ok"], told["op"]) == ("stopped", FAULT, False, 7)


@pytest.mark.parametrize("question", ["map?start=0x80000&end=0x80200&level=row", "page/0x80000"])
def test_a_machine_that_broke_is_not_asked_about_its_memory(brittle: Client, broken: str, question: str) -> None:
    answer = brittle.get(f"/runs/{broken}/{question}", headers=JSON)

    assert (answer.status_code, answer.json()["detail"]) == (409, FAULT)


def test_a_run_that_broke_cannot_be_copied(brittle: Client, broken: str) -> None:
    answer = brittle.post(f"/api/runs/{broken}/copy", headers=JSON)

    assert (answer.status_code, answer.json()["detail"]) == (409, FAULT)


def test_a_run_that_broke_still_has_its_page(brittle: Client, broken: str) -> None:
    html = brittle.get(f"/runs/{broken}").text
    frame = re.search(r'id="first-frame">(.*?)</script>', html)

    assert frame
    assert json.loads(frame.group(1))["state"] == "stopped"
    assert 'data-state="stopped"' in html
    assert FAULT in html


def test_a_run_that_breaks_on_the_way_to_its_op_is_refused_in_one_line(brittle: Client) -> None:
    answer = brittle.post("/api/runs", json={"scenario": "first-tagged-page", "op": 20})

    assert (answer.status_code, answer.json()["detail"]) == (500, "zone DMA32: free is 3, its lists hold 2")


def test_the_neighbours_of_a_run_that_broke_go_on(brittle: Client, broken: str) -> None:
    assert command(brittle, make_run(brittle), "step", n=5)["state"] == "paused"
