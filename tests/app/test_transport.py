import pytest

from app.runs.transport import CHUNK_LEAST, FULL_SPEED, NEVER, Command, Transport
from tests.app.fake import FakeMachine


def settle(transport: Transport) -> None:
    while not transport.settled:
        transport.run(0.0)


def test_a_transport_begins_paused_with_nothing_to_do() -> None:
    transport = Transport(FakeMachine(), speed=20)

    assert (transport.state, transport.wait(), transport.run(0.0)) == ("paused", NEVER, 0)


def test_stepping_runs_exactly_as_many_ops_as_asked() -> None:
    transport = Transport(FakeMachine(), speed=20)

    transport.apply(Command("step", 7), now=0.0)
    settle(transport)

    assert transport.machine.op == 7


def test_moves_that_wait_are_one_seek() -> None:
    machine = FakeMachine()
    machine.op = 500
    transport = Transport(machine, speed=20)

    for command in (Command("back", 1), Command("back", 10), Command("goto", 90), Command("step", 3)):
        transport.apply(command, now=0.0)
    settle(transport)

    assert (machine.seeks, machine.op) == ([93], 93)


@pytest.mark.parametrize(
    ("command", "op"), [(Command("back", 99), 0), (Command("step", 9999), 1000), (Command("reset"), 0)]
)
def test_a_move_stops_at_the_ends_of_the_scenario(command: Command, op: int) -> None:
    machine = FakeMachine(length=1000)
    machine.op = 50
    transport = Transport(machine, speed=20)

    transport.apply(command, now=0.0)
    settle(transport)

    assert machine.op == op


def test_playing_runs_as_many_ops_as_time_has_passed() -> None:
    machine = FakeMachine()
    transport = Transport(machine, speed=20)
    transport.apply(Command("play"), now=10.0)

    for tick in range(1, 11):
        transport.run(10.0 + tick * 0.1)

    assert machine.op == pytest.approx(20, abs=1)


def test_a_stall_is_not_caught_up_in_one_leap() -> None:
    machine = FakeMachine()
    transport = Transport(machine, speed=20)
    transport.apply(Command("play"), now=0.0)

    transport.run(60.0)

    assert machine.op <= 10


def test_full_speed_never_waits() -> None:
    transport = Transport(FakeMachine(length=10**9), speed=FULL_SPEED)

    transport.apply(Command("play"), now=0.0)

    assert (transport.wait(), transport.run(0.0) > 0) == (0.0, True)


def test_a_slow_machine_gets_smaller_chunks() -> None:
    machine = FakeMachine(length=10**9)
    transport = Transport(machine, speed=FULL_SPEED)
    transport.apply(Command("play"), now=0.0)

    for _ in range(20):
        transport.learn(transport.run(0.0), seconds=1.0)

    assert machine.steps[-1] == CHUNK_LEAST


@pytest.mark.parametrize("name", ["pause", "step", "back", "reset"])
def test_moving_by_ops_pauses(name: str) -> None:
    transport = Transport(FakeMachine(), speed=20)
    transport.apply(Command("play"), now=0.0)

    transport.apply(Command(name), now=0.0)  # type: ignore[arg-type]

    assert transport.state == "paused"


def test_goto_goes_on_playing_from_there() -> None:
    transport = Transport(FakeMachine(), speed=20)
    transport.apply(Command("play"), now=0.0)

    transport.apply(Command("goto", 30), now=0.0)
    settle(transport)

    assert transport.state == "playing"


def test_going_back_from_the_end_does_not_start_to_play() -> None:
    machine = FakeMachine(length=100)
    transport = Transport(machine, speed=FULL_SPEED)
    transport.apply(Command("play"), now=0.0)
    transport.run(0.0)

    transport.apply(Command("goto", 30), now=0.0)
    settle(transport)

    assert (transport.state, machine.op) == ("paused", 30)


def test_an_oom_pauses_a_run_that_was_told_to() -> None:
    machine = FakeMachine(oom_at=400)
    transport = Transport(machine, speed=FULL_SPEED)
    transport.apply(Command("pause_at_oom", 1), now=0.0)
    transport.apply(Command("play"), now=0.0)

    transport.run(0.0)

    assert (transport.state, machine.op) == ("paused", 400)


def test_play_goes_on_from_the_oom_at_which_it_paused() -> None:
    machine = FakeMachine(oom_at=400)
    machine.op = 400
    transport = Transport(machine, speed=FULL_SPEED)
    transport.apply(Command("pause_at_oom", 1), now=0.0)

    transport.apply(Command("play"), now=0.0)
    transport.run(0.0)

    assert machine.op > 400


def test_an_oom_does_not_pause_a_run_that_was_not_told_to() -> None:
    machine = FakeMachine(oom_at=400)
    transport = Transport(machine, speed=FULL_SPEED)

    transport.apply(Command("pause_at_oom", 1), now=0.0)
    transport.apply(Command("pause_at_oom", 0), now=0.0)
    transport.apply(Command("play"), now=0.0)
    transport.run(0.0)

    assert machine.op > 400
