"""From a run and a moment to the context of its templates."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from app.pages.frames import frame, series
from app.pages.panels import PANELS
from app.pages.templating import embed
from app.pages.views import Role, RunPage, RunView
from app.pages.words import Words
from app.rules import rules_of
from app.runs.engine import NAME
from app.runs.moment import Moment
from app.runs.run import Run

if TYPE_CHECKING:
    from app.pages.panels import Panel

NOTHING = Markup()


def run_view(run: Run, moment: Moment, role: Role) -> RunView:
    """The run as text."""
    op = moment.snapshot.op
    return RunView(
        id=run.id,
        scenario=run.scenario.name,
        chapter=run.scenario.chapter,
        policy=run.scenario.policy,
        rules=rules_of(run.scenario.rules),
        seed=run.scenario.seed,
        commands=run.recipe.commands,
        layout=run.scenario.layout.name,
        state=moment.state,
        role=role,
        watching=run.hub.watching,
        speed=moment.speed,
        ops_per_s=moment.ops_per_s,
        engine=NAME,
        digest=moment.short_digest,
        head=moment.recorded.op,
        url=run.url(op),
        share_url=run.share_url(op),
    )


def run_page(run: Run, moment: Moment, role: Role, panel: "Panel | None" = None) -> RunPage:
    """Context of the first paint: everything, with the JSON that the components start from."""
    return RunPage(
        run=run_view(run, moment, role),
        scenario=run.scenario,
        snap=moment.snapshot,
        words=Words(moment.snapshot, run.scenario),
        panels=PANELS,
        panel=panel,
        meta_json=embed(meta(run, moment, role)),
        frame_json=embed(frame(moment, 0, run.hub.watching)),
        series_json=embed(series(moment.recorded, run.recipe.commands)),
    )


def partial_page(run: Run, moment: Moment) -> RunPage:
    """Context of a partial: as `run_page`, without JSON, the same for every viewer."""
    return RunPage(
        run=run_view(run, moment, "viewer"),
        scenario=run.scenario,
        snap=moment.snapshot,
        words=Words(moment.snapshot, run.scenario),
        panels=PANELS,
        panel=None,
        meta_json=NOTHING,
        frame_json=NOTHING,
        series_json=NOTHING,
    )


def meta(run: Run, moment: Moment, role: Role) -> dict[str, object]:
    """What does not change while a run lives."""
    return {
        "id": run.id,
        "scenario": run.scenario.name,
        "policy": run.scenario.policy,
        "rules": rules_of(run.scenario.rules),
        "seed": run.scenario.seed,
        "set": dict(run.recipe.set),
        "layout": run.scenario.layout.name,
        "length": moment.snapshot.length,
        "role": role,
        "engine": NAME,
        "geometry": run.geometry.as_dict(),
        "processes": [{"pid": process.pid, "name": process.name} for process in moment.snapshot.processes],
    }
