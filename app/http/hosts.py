"""Which `Host` is answered. A page elsewhere whose name was bound to our address (DNS rebinding) sends its own name."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 (compared, not bound)
ANY = "*"


def allowed_hosts(host: str, named: tuple[str, ...]) -> frozenset[str]:
    """The loopback names, the address that is listened on if it is a specific one, and what the operator named."""
    bound = () if host in WILDCARDS else (host,)
    return frozenset(name.lower().strip("[]") for name in (*LOOPBACK, *bound, *named))


def name_of(host: str) -> str:
    """A `Host` header without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


class Hosts:
    """Answers 400 to a request for a host that is not one of ours."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan" or ANY in self._allowed:
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if name_of(host) in self._allowed:
            await self._app(scope, receive, send)
            return
        detail = f"host: {host[:80]!r} is not served here; its operator can add it with --allow-host"
        await JSONResponse({"detail": detail}, 400)(scope, receive, send)
