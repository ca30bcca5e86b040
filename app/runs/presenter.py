"""Who may command a run: whoever holds its secret, in a cookie that scripts cannot read."""

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

WEEK = 7 * 24 * 3600


def new_secret() -> str:
    """256 bits, as text."""
    return secrets.token_urlsafe(32)


def cookie_name(run_id: str) -> str:
    """One cookie a run."""
    return f"carveout_{run_id}"


def is_presenter(request: Request, run_id: str, secret: str) -> bool:
    """Whether the request carries the secret of this run. Compared in constant time."""
    given = request.cookies.get(cookie_name(run_id), "")
    return hmac.compare_digest(given.encode(), secret.encode())


def give_secret(response: Response, request: Request, run_id: str, secret: str) -> None:
    """Make the browser that gets this response the presenter.

    One cookie for the page and one for the API, each sent to its own run only: a browser with many runs sends few.
    """
    for path in (f"/runs/{run_id}", f"/api/runs/{run_id}"):
        response.set_cookie(
            cookie_name(run_id),
            secret,
            max_age=WEEK,
            path=path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
