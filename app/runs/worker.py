"""One thread per run. It alone touches the machine; everybody else asks it or reads the moment it published last.

The core releases the GIL, so stepping costs the event loop nothing; snapshots and frames are made here too.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from app.runs.mailbox import Mailbox, hand_on
from app.runs.meter import Meter
from app.runs.moment import Moment, Recorded
from app.runs.pace import Pace
from app.runs.transport import NEVER, Command, Steps, Transport
from app.settings import Settings
from sim.errors import BrokenInvariant, CarveoutError
from sim.run.snapshot import Snapshot

log = logging.getLogger("carveout.worker")
T = TypeVar("T")


class Simulated(Steps, Protocol):
    """The part of a machine that a worker needs."""

    def snapshot(self) -> Snapshot: ...
    def digest(self) -> str: ...


class Stopped(CarveoutError):
    """The run cannot go on: an invariant broke, or the service is closing."""


class Publisher(Protocol):
    """Gets each moment, in the worker's thread, with the kinds of message that are due."""

    def __call__(self, moment: Moment, kinds: frozenset[str]) -> None: ...


class Worker:
    """Steps one machine and publishes what it looks like; the newest wins."""

    def __init__(self, machine: Simulated, speed: float, settings: Settings, publish: Publisher) -> None:
        self._machine = machine
        self._transport = Transport(machine, speed)
        self._publish = publish
        self._inbox = Mailbox()
        self._unanswered: list[Future[Moment]] = []
        self._paces = {
            "frame": Pace(settings.frame_every),
            "series": Pace(settings.series_every),
            "html": Pace(settings.html_every),
        }
        self._meter = Meter()
        self._stopping = False
        self._fault = ""
        self._drops = False  # what was recorded after this op is to be forgotten
        self._acts = Mailbox()  # of those who change the run, until no move is under way
        self._stale = False  # the machine has moved on since the last moment
        self.moment = self._look(Recorded.of(machine.snapshot()))
        self._thread = threading.Thread(target=self._loop, name="carveout-run", daemon=True)

    def start(self) -> None:
        """Begin. Nothing plays before `play`."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the chunk it is in; questions still waiting are refused."""
        self._stopping = True
        self._inbox.put(lambda: None)

    def join(self, seconds: float) -> None:
        """Wait for the thread to end."""
        self._thread.join(seconds)

    def remember(self, recorded: Recorded) -> None:
        """Take over what another run of the same scenario recorded. Call before `start`."""
        self.moment = self._look(recorded)

    def command(self, command: Command) -> "Future[Moment]":
        """Do it; the answer is the moment in which it is done."""
        answer: Future[Moment] = Future()
        self._inbox.put(lambda: self._take(command, answer))
        return answer

    def ask(self, question: Callable[[Simulated], T]) -> "Future[T]":
        """Ask the machine between two chunks."""
        answer: Future[T] = Future()
        self._inbox.put(lambda: self._answer(question, answer))
        return answer

    def interfere(self, act: Callable[[Any], T]) -> "Future[T]":
        """Let somebody change the run once no move is under way; what was recorded after its op is forgotten."""
        answer: Future[T] = Future()
        self._inbox.put(lambda: self._acts.put(lambda: self._interfere(act, answer)))
        return answer

    def refresh(self, *kinds: str) -> None:
        """Publish these kinds again soon, whether or not the machine moved."""
        self._inbox.put(lambda: self._mark(kinds))

    def _mark(self, kinds: tuple[str, ...]) -> None:
        for kind in kinds:
            self._paces[kind].changed = True

    def _take(self, command: Command, answer: "Future[Moment]") -> None:
        if self._fault or self._stopping:
            self._unanswered.append(answer)
            self._refuse(self._fault or "the run is closed")
            return
        before = self._options
        self._transport.apply(command, time.monotonic())
        self._drops |= command.name == "drop"
        if self._drops or self._options != before:
            self._changed()
        self._unanswered.append(answer)

    def _interfere(self, act: Callable[[Any], T], answer: "Future[T]") -> None:
        inner: Future[T] = Future()
        self._answer(act, inner)
        if inner.exception() is None:
            self._transport.moved()
            self._drops = True
            self._changed()
            self._refreshed()
        if answer.set_running_or_notify_cancel():
            hand_on(inner, answer)

    @property
    def _options(self) -> tuple[str, float, bool]:
        return self._transport.state, self._transport.speed, self._transport.pause_at_oom

    def _answer(self, question: Callable[[Simulated], T], answer: "Future[T]") -> None:
        if not answer.set_running_or_notify_cancel():
            return
        if self._fault:
            answer.set_exception(Stopped(self._fault))  # nothing that a broken machine says can be trusted
            return
        try:
            answer.set_result(question(self._machine))
        except BrokenInvariant as error:
            self._break(error)
            answer.set_exception(Stopped(self._fault))
        except Exception as error:  # noqa: BLE001 (it is the asker's)
            answer.set_exception(error)

    def _changed(self) -> None:
        self._stale = True
        self._mark(tuple(self._paces))

    def _loop(self) -> None:
        while not self._stopping:
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 (we are wrong: this run stops and says so, others go on)
                self._break(error)
        self._inbox.end()
        self._acts.end()
        self._refuse("the run is closed")

    def _turn(self) -> None:
        self._run()
        if self._transport.settled:
            self._acts.drain(0.0)
        if self._transport.settled and self._unanswered:
            self._resolve()
        now = time.monotonic()
        kinds = frozenset(name for name, pace in self._paces.items() if pace.due(now))
        if kinds:
            self._tell(kinds, now)
        self._inbox.drain(self._wait(time.monotonic()))

    def _run(self) -> None:
        if self._fault:
            return
        start = time.monotonic()
        before = self._transport.state
        ran = self._transport.run(start)
        self._transport.learn(ran, time.monotonic() - start)
        self._meter.add(ran if before == "playing" else 0, start)
        if ran or before != self._transport.state:
            self._changed()

    def _wait(self, now: float) -> float:
        running = NEVER if self._fault else self._transport.wait()
        return min(running, *(pace.wait(now) for pace in self._paces.values()))

    def _look(self, recorded: Recorded) -> Moment:
        snapshot = self._machine.snapshot()
        state = self._transport.state
        self._stale = False
        return Moment(
            snapshot=snapshot,
            recorded=self._keep(recorded, snapshot),
            state=state,
            speed=self._transport.speed,
            ops_per_s=self._meter.per_second(time.monotonic()) if state == "playing" else 0,
            digest="" if state == "playing" else self._machine.digest(),
            fault=self._fault,
            pause_at_oom=self._transport.pause_at_oom,
        )

    def _keep(self, recorded: Recorded, snapshot: Snapshot) -> Recorded:
        """What was recorded, without what is to be dropped once a move under way has ended."""
        if not self._drops or not self._transport.settled:
            return recorded.furthest(snapshot)
        self._drops = False
        return Recorded.of(snapshot)

    def _refreshed(self) -> Moment:
        if self._stale:
            self.moment = self._look(self.moment.recorded)
        return self.moment

    def _resolve(self) -> None:
        moment = self._refreshed()
        for answer in self._take_unanswered():
            answer.set_result(moment)

    def _take_unanswered(self) -> "list[Future[Moment]]":
        """Those that somebody still waits for."""
        waiting, self._unanswered = self._unanswered, []
        return [answer for answer in waiting if answer.set_running_or_notify_cancel()]

    def _tell(self, kinds: frozenset[str], now: float) -> None:
        for kind in kinds:
            self._paces[kind].told(now)
        self._publish(self._refreshed(), kinds)

    def _break(self, error: Exception) -> None:
        log.error("run stopped", exc_info=error)
        self._fault = f"{type(error).__name__}: {error}".splitlines()[0]
        self._transport.playing, self._transport.target = False, None
        self.moment, self._stale = replace(self.moment, state="stopped", fault=self._fault), False
        self._mark(("frame",))
        self._refuse(self._fault)

    def _refuse(self, reason: str) -> None:
        for answer in self._take_unanswered():
            answer.set_exception(Stopped(reason))
