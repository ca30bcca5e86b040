"""The object of `GET /api/runs/{id}`: that of `carveout run --json`, and how the run goes."""

from typing import Any

from app.engine import NAME
from app.run import Run
from app.views import Role
from sim.snapshot import Snapshot


def report(run: Run, snap: Snapshot, digest: str, role: Role) -> dict[str, Any]:
    """Everything a program wants to know about a run at one op. `fault` is why it is stopped, "" while it is not."""
    from sim.report import tag_storage  # it imports the core, which is loaded by now

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
        "counters": dict(snap.counters),
        "tag_storage": tag_storage(snap.ledger),
        "oom_kills": snap.counters["oom_kill"],
        "ok": not moment.fault,
        "state": moment.state,
        "fault": moment.fault,
        "role": role,
        "speed": moment.speed,
        "watching": run.hub.watching,
    }
