"""The parts of the page that are HTML while live. Templates are those of the first paint."""

from dataclasses import dataclass, replace

from app.pages.panels import PANELS, Panel
from app.pages.run_page import partial_page
from app.pages.templating import Templating
from app.runs.moment import Moment
from app.runs.run import Run


@dataclass(frozen=True, slots=True)
class Partial:
    """A template, and the element it fills."""

    target: str  # id of the element
    template: str
    panel: Panel | None = None  # for a template that serves many


SENTENCES = (
    Partial("run-question", "partials/question.html"),
    Partial("run-answer", "partials/answer.html"),
    Partial("run-story", "partials/story.html"),
)
SAYS = "partials/says.html"
SAYING = tuple(Partial(f"says-{panel.slug}", SAYS, panel) for panel in PANELS if panel.live != "html")
PARTIALS = (
    SENTENCES
    + SAYING
    + tuple(Partial(f"panel-{panel.slug}", panel.template) for panel in PANELS if panel.live == "html")
)


class Partials:
    """Renders them all for one moment."""

    def __init__(self, templating: Templating) -> None:
        self._templating = templating

    def render(self, run: Run, moment: Moment) -> dict[str, str]:
        """`hx-partial` elements by target."""
        page = partial_page(run, moment)
        return {partial.target: self._one(partial, replace(page, panel=partial.panel)) for partial in PARTIALS}

    def _one(self, partial: Partial, page: object) -> str:
        html = self._templating.render(partial.template, page)  # type: ignore[arg-type]
        return f'<hx-partial hx-target="#{partial.target}" hx-swap="innerHTML">{html}</hx-partial>'
