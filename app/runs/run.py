"""One live run: its recipe, its worker, its viewers, its secret."""

import time
from dataclasses import dataclass, field

from app.runs.hub import Hub
from app.runs.recipe import Recipe
from app.runs.worker import Worker
from sim.run.geometry import Geometry
from sim.scenario.scenario import Scenario


@dataclass(slots=True)
class Run:
    """A run and everything that belongs to it alone."""

    id: str
    secret: str
    recipe: Recipe
    scenario: Scenario
    geometry: Geometry
    worker: Worker
    hub: Hub
    maker: str = ""  # the address that made it
    used: float = field(default_factory=time.monotonic)  # when somebody last watched or commanded

    def touch(self) -> None:
        """Somebody uses it."""
        self.used = time.monotonic()

    def url(self, op: int) -> str:
        """The address that shows this run, and makes it again when it is gone."""
        return f"/runs/{self.id}?{self.recipe.query(self.scenario, op)}"

    def share_url(self, op: int) -> str:
        """The address that makes a run of one's own at `op`."""
        return f"/open?{self.recipe.query(self.scenario, op)}"
