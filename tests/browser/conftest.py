"""A page that complains: whatever Chromium says in its console, and every request to another host, ends the test."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Opened = Callable[..., "Page"]


def listen(page: "Page", server_url: str, said: list[str]) -> None:
    """Write down what must not happen on this page."""
    page.on("console", lambda line: said.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: said.append(request.url) if _is_foreign(request.url, server_url) else None)


def _is_foreign(url: str, server_url: str) -> bool:
    return not url.startswith((f"{server_url}/", "data:", "blob:"))


@pytest.fixture
def profile(browser: "Browser") -> Iterator[Callable[..., "BrowserContext"]]:
    """Further browser profiles: `profile(width=390, ...)`, closed after the test."""
    contexts = []

    def new(width: int = 1366, height: int = 768, **options: Any) -> "BrowserContext":
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        contexts[-1].set_default_timeout(20_000)
        return contexts[-1]

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def opened(profile: Callable[..., "BrowserContext"], server_url: str) -> Iterator[Opened]:
    """`opened("/path", width=390)`: a page in a profile of its own. Its console must stay silent."""
    said: list[str] = []

    def open_page(path: str, **options: Any) -> "Page":
        page = profile(**options).new_page()
        listen(page, server_url, said)
        page.goto(server_url + path)
        return page

    yield open_page
    assert said == []
