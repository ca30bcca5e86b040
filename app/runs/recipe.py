"""How to make a run again: what a link, a form and the API say."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from app.json_text import dumps
from app.runs.shipped import load
from sim.errors import ScenarioError
from sim.explain.explained import WhatIf
from sim.policies import choices
from sim.scenario.poke import read
from sim.scenario.scenario import Scenario


class Recipe(BaseModel):
    """A scenario by name, what is changed in it, and the op to open it at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str = Field(description="name of a shipped scenario", examples=["busy-phone"])
    policy: str | None = Field(None, description=f"{choices()}; the scenario's own if left out")
    seed: int | None = Field(None, description="1 to 2147483646; the scenario's own if left out")
    set: Annotated[dict[str, Any], Field(default_factory=dict, description="changes by key, as --set of the CLI")]
    commands: Annotated[
        list[str], Field(default_factory=list, description="what a person does, each `<op>:<command>,key=value`")
    ]
    op: int = Field(0, ge=0, description="op to open it at")

    def build(self) -> Scenario:
        """The scenario with the changes in it. Raises ScenarioError, also for an op past its end."""
        named = {"policy": self.policy, "seed": self.seed}
        changes = {key: value for key, value in named.items() if value is not None} | self.set
        if any(key.partition(".")[0] == "commands" for key in self.set):
            raise ScenarioError("set.commands: commands are given as cmd=<op>:<command>,key=value")
        shipped = load(self.scenario)
        scenario = shipped.with_changes(changes) if changes else shipped
        if self.commands:
            scenario = scenario.with_commands([read(text) for text in self.commands])
        if self.op > scenario.length:
            raise ScenarioError(f"op: {self.op}: {scenario.name} ends at op {scenario.length}")
        return scenario

    def query(self, scenario: Scenario, op: int) -> str:
        """The query of a link that makes this run again at `op`."""
        pairs = [("scenario", self.scenario), ("policy", scenario.policy), ("seed", str(scenario.seed))]
        pairs += [
            ("set", f"{key}={value if isinstance(value, str) else dumps(value)}") for key, value in self.set.items()
        ]
        commands = urlencode([("cmd", command) for command in self.commands], safe=":,=")
        return "&".join(filter(None, (urlencode([*pairs, ("op", str(op))]), commands)))


def fork_address(recipe: Recipe, scenario: Scenario, op: int, what_if: WhatIf) -> str:
    """A link to a run of one's own just before `op`, with that one thing changed; "" where no link can say it."""
    if what_if.policy:
        return f"/open?{recipe.query(scenario.with_changes({'policy': what_if.policy}), op - 1)}"
    single = all(region.block_pages == 1 for region in scenario.layout.regions)
    do = {"unpin": "unpin", "empty": "free_page" if single else ""}.get(what_if.change, "")
    if not do:
        return ""
    before = [command for command in recipe.commands if int(command.partition(":")[0]) < op - 1]
    forked = recipe.model_copy(update={"commands": [*before, f"{op - 1}:{do},pfn={what_if.pfn:#x}"]})
    return f"/open?{forked.query(scenario, op - 1)}"
