"""The object of `GET /api/runs/{id}`: that of `carveout run --json`, and how the run goes."""

from typing import Any

from app.pages.views import Role
from app.runs.engine import NAME
from app.runs.run import Run
from sim.cli.report import numbers
from sim.run.snapshot import Snapshot


def report(run: Run, snap: Snapshot, digest: str, role: Role) -> dict[str, Any]:
    """Everything a program wants to know about a run at one op. `fault` is why it is stopped, "" while it is not."""
    moment = run.worker.moment
    return {
        "id": run.id,
        "url": run.url(snap.op),
        "scenario": run.scenario.name,
        "policy": run.scenario.policy,
        "seed": run.scenario.seed,
        "op": snap.op,
        "length": snap.length,
        "digest": digest,
        "engine": NAME,
        **numbers(snap),
        "ok": not moment.fault,
        "state": moment.state,
        "fault": moment.fault,
        "role": role,
        "speed": moment.speed,
        "watching": run.hub.watching,
    }
