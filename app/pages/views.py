"""What every template gets: one frozen dataclass a kind of page, nothing else.

Each field of a page is a name in its template. On top of them every template has `static(path)` (versioned URL of a
static file), `version`, `policies` and `seed_pattern`; whole pages also `nonce` (for an inline script), `path` and
`query`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from app.runs.transport import State

if TYPE_CHECKING:
    from app.pages.panels import Panel
    from app.pages.why import WhyView
    from app.pages.words import Words
    from sim.run.snapshot import Snapshot
    from sim.scenario.scenario import Scenario

Role = Literal["presenter", "viewer"]
SEED_PATTERN = (  # 1 to 2147483646, for the browser to say so in place
    "[1-9][0-9]{0,8}|1[0-9]{9}|20[0-9]{8}|21[0-3][0-9]{7}|214[0-6][0-9]{6}|2147[0-3][0-9]{5}"
    "|21474[0-7][0-9]{4}|214748[0-2][0-9]{3}|2147483[0-5][0-9]{2}|21474836[0-3][0-9]|214748364[0-6]"
)


@dataclass(frozen=True, slots=True)
class RunView:
    """The run on screen, as text."""

    id: str
    scenario: str  # name of the scenario
    chapter: str
    policy: str
    rules: Mapping[str, bool]  # what templates ask: tags, kept, lends
    seed: int
    commands: Sequence[str]  # what a person did and will do, as links have it
    layout: str  # name of the layout
    state: State
    role: Role
    watching: int
    speed: float  # wanted ops a second; 0 = as fast as it goes
    ops_per_s: int  # measured
    engine: str  # "Carveout 0.1.0"
    digest: str  # 16 hex digits, "" while playing
    head: int  # furthest op recorded
    url: str  # reopens what is on screen: /runs/<id>?scenario=...&op=...
    share_url: str  # needs no run: /open?scenario=...&op=...


@dataclass(frozen=True, slots=True)
class RunPage:
    """Context of run.html, panel.html, panels/<slug>.html and partials/*.html."""

    run: RunView
    scenario: "Scenario"
    snap: "Snapshot"
    words: "Words"
    panels: Sequence["Panel"]
    panel: "Panel | None"  # the panel that panel.html shows
    meta_json: Markup
    frame_json: Markup
    series_json: Markup


@dataclass(frozen=True, slots=True)
class RunRow:
    """One live run in the gallery."""

    id: str
    scenario: str
    question: str
    policy: str
    seed: int
    op: int
    length: int
    state: State
    watching: int


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """Context of gallery.html."""

    scenarios: Sequence["Scenario"]
    runs: Sequence[RunRow]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """Context of scenario.html."""

    scenario: "Scenario"
    yaml: str  # the file as shipped


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Context of error.html."""

    status: int
    title: str  # "Not found"
    detail: str  # one line naming field and value
    back: str  # address of the page of ours whose form was refused, "" if there is none


@dataclass(frozen=True, slots=True)
class ApiField:
    """One parameter or field of a body, as a line of a table."""

    name: str
    place: str  # path, query, header, body
    type: str
    about: str
    required: bool


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One address and method of the API."""

    method: str
    path: str
    about: str
    fields: Sequence[ApiField]


@dataclass(frozen=True, slots=True)
class ApiPage:
    """Context of api.html: the OpenAPI description as a page."""

    operations: Sequence[ApiOperation]


@dataclass(frozen=True, slots=True)
class WhyPage:
    """Context of why.html: the decision path of one op."""

    run: RunView
    why: "WhyView"
    digest: str  # 16 hex digits, of the machine after this op
    html: type[Markup] = Markup  # marks a sentence of sim.words as HTML: its names are escaped


Page = ApiPage | WhyPage | RunPage | GalleryPage | ScenarioPage | ErrorPage


def context(page: Page) -> dict[str, Any]:
    """The fields of a page by name, as a template wants them."""
    return {field.name: getattr(page, field.name) for field in fields(page)}
