"""Jinja2 with the few globals that every template may use."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.http.files import StaticFiles
from app.json_text import dumps
from app.pages.views import SEED_PATTERN, Page, context
from app.settings import Settings
from sim import __version__
from sim.policies import NAMES


class Templating:
    """Renders pages and partials. Safe to use from several threads."""

    def __init__(self, settings: Settings, files: StaticFiles) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(settings.templates),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"static": files.url, "version": __version__}
        self._environment.globals |= {"policies": NAMES, "seed_pattern": SEED_PATTERN}

    def load(self) -> None:
        """Compile every template now rather than in front of the first viewer: some 100 ms together."""
        for name in self._environment.list_templates(extensions=["html"]):
            self._environment.get_template(name)

    def page(
        self, request: Request, template: str, page: Page, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """A whole page."""
        speed = request.app.state.service.warmup.speed
        about = {"path": request.url.path, "query": request.query_params, "nonce": request.state.nonce}
        html = self.render(template, page, speed=speed, **about)
        return HTMLResponse(html, status, {"cache-control": "no-cache"} | (headers or {}))

    def render(self, template: str, page: Page, **more: Any) -> str:
        """A template with the fields of `page`, and what else is given, as its names."""
        return self._environment.get_template(template).render(context(page) | more)

    def fragment(self, template: str, **names: Any) -> str:
        """A template that is no page, with these names."""
        return self._environment.get_template(template).render(names)


def embed(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    text = dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(text)  # noqa: S704 (no `<` is left in it)
