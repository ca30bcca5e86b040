"""One source, three builds, one machine: the same digest however it is compiled, cut into chunks or wound back."""

import gc
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from sim.core.jit import builds
from sim.core.jit.native import NativeState
from sim.core.page.process import pin
from sim.core.state.consts import E_EXTFRAG, E_MIGRATE, E_OOM_KILL, E_PIN, E_RESERVE, E_RETURN
from sim.core.state.indices import V_ROLLBACK
from sim.machine import Machine
from sim.policies import NAMES
from sim.scenario.scenario import make_scenario
from tests.builds import BUILDS, Build, machine_of
from tests.core.conftest import Boot
from tests.core.scenarios import marathon, under_pressure

OPS = (1, 1000, 3400, 6000, 9000, 12_000, 14_900, 16_500)
MARATHON = 400_000


@cache
def history(build: Build, policy: str) -> dict[int, str]:
    """op -> digest, at several ops and at the end, each machine checked as it goes by."""
    machine = machine_of(build, under_pressure(policy))
    digests = {}
    for op in (*OPS, machine.length):
        machine.seek(op)
        machine.check()
        digests[op] = machine.digest()
    return digests


def test_the_scenario_has_every_kind_of_trouble(boot: Boot) -> None:
    machine = boot(under_pressure())
    machine.step(machine.length)
    marks = {int(event) for event in machine.arrays["mark"].reshape(-1, 3)[:, 1]}
    assert marks >= {E_EXTFRAG, E_MIGRATE, E_OOM_KILL, E_PIN, E_RESERVE, E_RETURN}
    assert machine.arrays["vm"][V_ROLLBACK] > 0
    counters = machine.counters()
    wanted = (
        *("pgsteal_kswapd", "pgsteal_direct", "nr_written", "thp_fault_alloc", "thp_fault_fallback"),
        *("compact_stall", "compact_fail", "compact_isolated", "compact_daemon_wake", "compact_daemon_migrate_scanned"),
    )
    assert all(counters[name] for name in wanted)


@pytest.mark.timeout(400)  # the first to ask for the checked build compiles it
@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("build", BUILDS[1:])
def test_every_build_goes_through_the_same_states(build: Build, policy: str) -> None:
    assert history(build, policy) == history("compiled", policy)


def test_every_policy_makes_another_machine() -> None:
    assert len({history("compiled", policy)[1000] for policy in NAMES}) == len(NAMES)


def digests_by_chunks(scenario: dict[str, Any], chunk: int) -> list[str]:
    """Digests at half time and at the end, reached by steps of `chunk` ops."""
    machine = machine_of("compiled", scenario)
    digests = []
    for goal in (machine.length // 2, machine.length):
        while machine.op < goal:
            machine.step(min(chunk, goal - machine.op))
        machine.check()
        digests.append(machine.digest())
    return digests


@pytest.mark.parametrize("chunk", [1, 777])
def test_the_size_of_the_chunks_does_not_matter(chunk: int) -> None:
    scenario = marathon(MARATHON)
    assert digests_by_chunks(scenario, chunk) == digests_by_chunks(scenario, 1_000_000)


@pytest.mark.parametrize("policy", NAMES)
def test_going_back_and_forward_again_leads_to_the_same_states(boot: Boot, policy: str) -> None:
    machine = boot(under_pressure(policy))
    passed = history("compiled", policy)
    for op in (9000, 1000, 16_500, 1, machine.length, 14_900, 3400):
        machine.seek(op)
        machine.check()
        assert machine.digest() == passed[op]


def test_a_machine_goes_over_to_compiled_code_between_two_ops(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = history("compiled", "rfc-v1")[3400]
    monkeypatch.setattr(builds, "_chosen", [])
    monkeypatch.setattr(builds, "_bound", {})
    monkeypatch.setattr(builds, "is_compiled", lambda _work: False)
    machine = Machine(make_scenario(under_pressure()))
    machine.step(1000)
    begun_in = type(machine._drive.state)
    builds.bind("compiled")

    machine.seek(3400)

    assert (begun_in, type(machine._drive.state), machine.digest()) == (builds.Plain, NativeState, wanted)
    machine.check()


def test_the_checked_build_says_which_index_was_wrong() -> None:
    machine = machine_of("checked", under_pressure())
    with pytest.raises(IndexError, match=r"page.process.pin: index 9000000 is outside st.flags, which has \d+ entries"):
        pin(machine._state, 9_000_000, 0, 5)


def test_compiled_code_lives_as_long_as_a_machine_that_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "_chosen", [])
    monkeypatch.setattr(builds, "_bound", {})
    machine = Machine(make_scenario(under_pressure()))
    builds._bound.clear()
    gc.collect()

    machine.seek(3400)

    assert machine.digest() == history("compiled", "rfc-v1")[3400]


def test_machines_booted_in_many_threads_share_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "_chosen", [])
    monkeypatch.setattr(builds, "_bound", {})
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Machine(make_scenario(under_pressure())), range(8)))

    assert len({id(machine._state._program) for machine in made}) == 1  # type: ignore[attr-defined]
