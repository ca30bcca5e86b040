"""Looking ahead changes how fast a run is and nothing else; and it does look where the run will come by."""

import numpy as np
import pytest

from sim.cli.bench import synthetic
from sim.core.page.prefetch import FAR
from sim.core.state.arrays import RECORD_BYTES
from sim.core.state.consts import C_ANON, C_TAGGED, CLASSES, OWNED_CLASSES
from sim.core.state.indices import D_OWNER_HEADS, D_PAGES, D_PROCESSES
from sim.core.state.state import CACHE_LINE
from sim.machine import Machine
from tests.builds import BUILDS, machine_of
from tests.core.conftest import Boot
from tests.core.scenarios import under_pressure

PAGES = 262_144
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
        machine = machine_of(build, under_pressure())
        machine.step(9000)
        seen.append((machine.arrays["ahead"].tolist(), machine.arrays["lead"].tolist()))
    assert seen[0] == seen[1] == seen[2]


def test_what_was_asked_for_lies_as_far_ahead_of_the_cursor_as_is_remembered() -> None:
    """But where a list was begun anew in between: pages are added at its head."""
    machine = Machine(synthetic(PAGES, 30, OPS))
    machine.step(machine.length)
    dim, nxt = machine.arrays["dim"], machine.arrays["nxt"]
    right = []
    for process in range(1, dim[D_PROCESSES] + 1):
        for what in (C_ANON, C_TAGGED):
            head = int(dim[D_OWNER_HEADS]) + process * OWNED_CLASSES + what - int(dim[D_PAGES])
            page, lead = int(machine.arrays["p_cursor"][process * CLASSES + what]), machine.arrays["lead"][head]
            for _ in range(lead):
                page = int(nxt[page])
            right.append(page == machine.arrays["ahead"][head])
    assert len(right) == 16
    assert sum(right) >= 13


def test_four_records_share_a_cache_line() -> None:
    records = Machine(synthetic(PAGES, 30, 1)).arrays["nxt"]
    assert (records.ctypes.data % CACHE_LINE, CACHE_LINE % (4 * RECORD_BYTES)) == (0, 0)
