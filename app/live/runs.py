"""All live runs: made, found, copied, dropped when there is no room."""

import asyncio
import secrets
import time

from app.errors import Full, TooMany, UnknownRun
from app.http.metrics import Metrics
from app.http.quota import Quota
from app.live.broadcast import Broadcast
from app.pages.partials import Partials
from app.runs.engine import Engine
from app.runs.hub import Hub
from app.runs.moment import Recorded
from app.runs.presenter import new_secret
from app.runs.recipe import Recipe
from app.runs.run import Run
from app.runs.worker import Worker
from app.settings import Settings
from sim.errors import ScenarioError
from sim.machine import Machine
from sim.run.geometry import geometry_of
from sim.scenario.scenario import Scenario

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no letter that looks like another
ID_LENGTH = 10


class Runs:
    """The registry. Lives on the event loop; machines boot in threads."""

    def __init__(self, settings: Settings, engine: Engine, partials: Partials, metrics: Metrics) -> None:
        self._settings = settings
        self._engine = engine
        self._partials = partials
        self._metrics = metrics
        self._runs: dict[str, Run] = {}
        self._booting = 0
        self._quota = Quota(settings.runs_burst, settings.runs_per_minute)
        self._gate = asyncio.Semaphore(settings.boots_at_once)
        metrics.runs.set_function(lambda: len(self._runs))
        metrics.viewers.set_function(lambda: self.watching)

    @property
    def watching(self) -> int:
        """Open streams, all runs together."""
        return sum(run.hub.watching for run in self._runs.values())

    def all(self) -> list[Run]:
        """Every live run, oldest first."""
        return list(self._runs.values())

    def get(self, run_id: str) -> Run:
        """The run of this id. Raises UnknownRun."""
        run = self._runs.get(run_id)
        if run is None:
            raise UnknownRun(f"run: {run_id[:40]!r} is not here: it was closed, or the service was started again")
        return run

    async def make(self, recipe: Recipe, maker: str, recorded: Recorded | None = None) -> Run:
        """A new paused run at the op of the recipe for the address `maker`. Raises ScenarioError, Full, TooMany."""
        scenario = recipe.build()
        self._validate_size(scenario)
        self._quota.take(maker)
        self._make_room(scenario, maker)
        self._booting += 1
        try:
            async with self._gate:
                machine = await asyncio.to_thread(self._boot, scenario, recipe.op)
                run = await asyncio.to_thread(self._assemble, recipe, scenario, machine, asyncio.get_running_loop())
        finally:
            self._booting -= 1
        run.maker = maker
        if recorded is not None:
            run.worker.remember(recorded)
        run.worker.start()
        self._runs[run.id] = run
        self._metrics.made.inc()
        return run

    async def copy(self, run: Run, maker: str) -> Run:
        """A run of the same scenario at the op where `run` is now, with what it recorded."""
        op = await asyncio.wrap_future(run.worker.ask(lambda machine: machine.op))
        run.touch()
        return await self.make(run.recipe.model_copy(update={"op": op}), maker, run.worker.moment.recorded)

    async def close(self) -> None:
        """End every worker."""
        runs = self.all()
        self._runs.clear()
        for run in runs:
            run.hub.close()
            run.worker.stop()
        await asyncio.to_thread(_join, runs)

    def say_bye(self) -> None:
        """End every stream."""
        for run in self._runs.values():
            run.hub.close()

    def ping(self) -> None:
        """Tell every viewer that the service is alive."""
        for run in self._runs.values():
            run.hub.ping()

    def _boot(self, scenario: Scenario, op: int) -> Machine:
        machine = self._engine.boot(scenario)
        machine.seek(op)
        return machine

    def _validate_size(self, scenario: Scenario) -> None:
        pages, most = scenario.layout.total_pages, self._settings.max_pages
        if pages > most:
            raise ScenarioError(f"layout: {pages} pages: this service simulates at most {most}")

    def _assemble(self, recipe: Recipe, scenario: Scenario, machine: Machine, loop: asyncio.AbstractEventLoop) -> Run:
        run_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
        broadcast = Broadcast(self._partials, self._metrics)
        worker = Worker(machine, scenario.speed, self._settings, broadcast)
        hub = Hub(loop, joined=lambda: worker.refresh("frame", "series", "html"))
        run = Run(run_id, new_secret(), recipe, scenario, geometry_of(scenario.layout), worker, hub)
        broadcast.attach(run)
        return run

    def _make_room(self, scenario: Scenario, maker: str) -> None:
        """Drop runs, those missed least first, until one more fits. Raises Full, TooMany when too few can go."""
        idle = sorted((run for run in self._runs.values() if self._can_go(run, maker)), key=self._how_much_missed)
        own = [run for run in idle if run.maker == maker]
        while sum(run.maker == maker for run in self._runs.values()) >= self._settings.runs_per_address:
            if not own:
                raise TooMany("runs: this address has too many open and all of them are in use; try again later", 60)
            idle.remove(own[0])
            self._drop(own.pop(0))
        while not self._fits(scenario):
            if not idle:
                self._metrics.refused.inc()
                raise Full(f"runs: {len(self._runs)} are open and all of them are in use; try again in a minute")
            self._drop(idle.pop(0))

    def _fits(self, scenario: Scenario) -> bool:
        """Whether one more run of this scenario is within what the service holds."""
        pages = scenario.layout.total_pages + sum(run.scenario.layout.total_pages for run in self._runs.values())
        few = len(self._runs) + self._booting < self._settings.max_runs
        return few and pages <= self._settings.max_pages_in_all

    def _can_go(self, run: Run, maker: str) -> bool:
        """Whether `maker` may push this run out: never a watched one, a stranger's only when nobody misses it."""
        if run.hub.watching:
            return False
        if run.maker != maker and self._is_kept(run):
            return False
        return run.worker.moment.state != "playing" or self._unused(run) > self._settings.unwatched

    def _is_kept(self, run: Run) -> bool:
        moved = run.worker.moment.snapshot.op != run.recipe.op
        return self._unused(run) <= (self._settings.kept if moved else self._settings.recent)

    def _unused(self, run: Run) -> float:
        return time.monotonic() - run.used

    def _how_much_missed(self, run: Run) -> tuple[bool, bool, float]:
        moved = run.worker.moment.snapshot.op != run.recipe.op
        return moved, run.worker.moment.state == "playing", run.used

    def _drop(self, run: Run) -> None:
        del self._runs[run.id]
        run.hub.close()
        run.worker.stop()


def _join(runs: list[Run]) -> None:
    for run in runs:
        run.worker.join(1.0)
