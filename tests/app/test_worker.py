import time
from collections.abc import Callable, Iterator

import pytest

from app.runs.moment import Moment
from app.runs.transport import FULL_SPEED, Command
from app.runs.worker import Stopped, Worker
from app.settings import Settings
from tests.app.fake import FakeMachine

FAST = Settings(frame_every=0.01, html_every=0.01, series_every=0.01)
Told = list[tuple[Moment, frozenset[str]]]
Start = Callable[[FakeMachine], tuple[Worker, Told]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers, and ends them after the test."""
    workers: list[Worker] = []

    def begin(machine: FakeMachine, settings: Settings = FAST) -> tuple[Worker, Told]:
        told: Told = []
        worker = Worker(machine, FULL_SPEED, settings, lambda moment, kinds: told.append((moment, kinds)))
        worker.start()
        workers.append(worker)
        return worker, told

    yield begin
    for worker in workers:
        worker.stop()
        worker.join(2)


def do(worker: Worker, name: str, n: float = 1) -> Moment:
    return worker.command(Command(name, n)).result(timeout=5)  # type: ignore[arg-type]


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < give_up, "it did not happen within 5 s"
        time.sleep(0.002)


def test_the_answer_to_a_command_is_the_moment_in_which_it_is_done(start: Start) -> None:
    worker, _ = start(FakeMachine())

    moment = do(worker, "step", 5)

    assert (moment.snapshot.op, moment.state, moment.digest) == (5, "paused", f"{5:032x}")


def test_playing_at_full_speed_ends_with_the_scenario(start: Start) -> None:
    worker, told = start(FakeMachine(length=5_000_000))

    do(worker, "play")
    until(lambda: bool(told) and told[-1][0].state == "ended")

    assert told[-1][0].snapshot.op == 5_000_000


def test_there_is_no_digest_while_the_machine_runs(start: Start) -> None:
    worker, _ = start(FakeMachine(length=10**12))

    moment = do(worker, "play")

    assert (moment.state, moment.digest) == ("playing", "")


def test_going_back_keeps_the_recorded_future(start: Start) -> None:
    worker, _ = start(FakeMachine())
    do(worker, "step", 80)

    moment = do(worker, "back", 70)

    assert (moment.snapshot.op, moment.recorded.op, len(moment.recorded.series.op)) == (10, 80, 81)


def test_dropping_the_recorded_future_forgets_it_and_nothing_else(start: Start) -> None:
    worker, _ = start(FakeMachine())
    do(worker, "step", 80)
    do(worker, "back", 70)

    moment = do(worker, "drop")

    assert (moment.snapshot.op, moment.recorded.op, len(moment.recorded.series.op)) == (10, 10, 11)


def test_what_is_dropped_while_going_back_is_dropped_where_it_ends(start: Start) -> None:
    worker, _ = start(FakeMachine())
    do(worker, "step", 80)
    worker.command(Command("back", 70))

    moment = do(worker, "drop")

    assert (moment.snapshot.op, moment.recorded.op) == (10, 10)


def test_a_question_is_answered_while_the_run_plays(start: Start) -> None:
    worker, _ = start(FakeMachine(length=10**12))
    do(worker, "play")

    op = worker.ask(lambda machine: machine.op).result(timeout=5)

    assert op > 0


def test_nothing_is_told_while_nothing_changes(start: Start) -> None:
    _, told = start(FakeMachine())
    until(lambda: bool(told))

    before = len(told)
    time.sleep(0.1)

    assert len(told) == before


def test_frames_come_at_most_so_often_and_the_last_one_is_never_lost(start: Start) -> None:
    worker, told = start(FakeMachine(), Settings(frame_every=0.05, html_every=9, series_every=9))  # type: ignore[call-arg]
    begin = time.monotonic()

    for _ in range(200):
        do(worker, "step")
    took = time.monotonic() - begin
    until(lambda: told[-1][0].snapshot.op == 200)

    assert len(told) <= took / 0.05 + 3


def test_a_broken_machine_stops_its_run_and_says_why(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    worker, _ = start(FakeMachine(breaks_at=50))

    with pytest.raises(Stopped, match="free is 3, its lists hold 2"):
        do(worker, "step", 60)

    assert "free is 3" in worker.moment.fault


def test_a_broken_run_refuses_further_commands(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    worker, _ = start(FakeMachine(breaks_at=50))
    with pytest.raises(Stopped):
        do(worker, "step", 60)

    with pytest.raises(Stopped):
        do(worker, "play")


def test_a_closed_run_leaves_nobody_waiting(start: Start) -> None:
    worker, _ = start(FakeMachine())
    worker.stop()
    worker.join(2)

    with pytest.raises(Stopped):
        do(worker, "step")
