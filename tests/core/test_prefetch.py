"""Looking ahead changes how fast a run is and nothing else; and it does look where the run will come by."""

import numpy as np
import pytest

from sim.bench import synthetic
from sim.core.arrays import RECORD_BYTES
from sim.core.consts import CLASSES, OWNED_CLASSES
from sim.core.indices import D_OWNER_HEADS, D_PAGES, D_PROCESSES
from sim.core.prefetch import FAR
from sim.core.state import CACHE_LINE
from sim.machine import Machine
from tests.builds import BUILDS, load
from tests.core.conftest import Boot
from tests.core.scenarios import under_pressure

PAGES = 16384
OPS = 60_000


def test_whatever_the_hints_hold_the_states_are_the_same(boot: Boot) -> None:
    generator = np.random.default_rng(7)
    plain, confused = boot(under_pressure()), boot(under_pressure())
    while not plain.ended:
        hints = confused.arrays["ahead"], confused.arrays["lead"]
        hints[0][:] = generator.integers(0, len(confused.arrays["nxt"]), len(hints[0]))
        hints[1][:] = generator.integers(-FAR, FAR + 1, len(hints[1]))
        assert plain.step(700) == confused.step(700)
        assert plain.digest() == confused.digest()


@pytest.mark.timeout(400)  # the first to ask for the checked build compiles it
def test_every_build_looks_at_the_same_records() -> None:
    seen = []
    for build in BUILDS:
        machine = load(build).machine(under_pressure())
        machine.step(9000)
        seen.append((machine.arrays["ahead"].tolist(), machine.arrays["lead"].tolist()))
    assert seen[0] == seen[1] == seen[2]


def test_a_record_that_was_asked_for_lies_ahead_of_the_place_where_its_list_is_worked_on() -> None:
    machine = Machine(synthetic(PAGES, 30, OPS))
    machine.step(machine.length)
    dim, nxt = machine.arrays["dim"], machine.arrays["nxt"]
    right = lists = 0
    for process in range(1, dim[D_PROCESSES]):
        for what in (0, 1):  # anonymous, tagged
            head = int(dim[D_OWNER_HEADS]) + process * OWNED_CLASSES + what - int(dim[D_PAGES])
            page, ahead = int(machine.arrays["p_cursor"][process * CLASSES + what]), int(machine.arrays["ahead"][head])
            steps = 0
            while page != ahead and steps <= 2 * FAR:
                page, steps = int(nxt[page]), steps + 1
            lists += 1
            right += steps <= FAR
    assert (lists, right) == (16, 16)


def test_four_records_share_a_cache_line() -> None:
    records = Machine(synthetic(PAGES, 30, 1)).arrays["nxt"]
    assert (records.ctypes.data % CACHE_LINE, CACHE_LINE % (4 * RECORD_BYTES)) == (0, 0)
