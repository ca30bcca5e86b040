"""Round every request: security headers, and no command from another site's page. Plain ASGI, no buffering."""

import secrets
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = ("GET", "HEAD", "OPTIONS")
FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
}


def policy(nonce: str) -> str:
    """The content security policy of a page. Inline styles are there for Plotly, the nonce for an import map."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class Guard:
    """Adds the headers; answers 403 to a POST that another site's page sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(12)
        scope.setdefault("state", {})["nonce"] = nonce
        guarded = _with_headers(send, nonce)
        if scope["method"] not in SAFE and not is_same_origin(Headers(scope=scope)):
            detail = {"detail": f"origin: {Headers(scope=scope).get('origin')!r} may not send commands here"}
            await JSONResponse(detail, 403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _with_headers(send: Send, nonce: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in FIXED.items():
                headers[name] = value
            if headers.get("content-type", "").startswith("text/html"):
                headers["content-security-policy"] = policy(nonce)
        await send(message)

    return guarded


def is_same_origin(headers: Headers) -> bool:
    """Whether a browser sent this from our own page, or no browser sent it at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or split(origin).netloc == headers.get("host", "")


def split(url: str) -> SplitResult:
    """The parts of an address that came from outside; empty ones when it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
