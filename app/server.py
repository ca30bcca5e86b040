"""`carveout serve`: uvicorn, tuned for many open streams, that ends at once when it is told to."""

import asyncio
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.application import create_app
from app.http.hosts import WILDCARDS
from app.http.protocol import PatientProtocol
from app.settings import Settings
from sim.errors import ScenarioError

UNSENT = 16 * 1024  # bytes of a stream that the kernel may hold back for a slow reader
GRACE = 1  # seconds that an answer under way may take at the end


class Server(uvicorn.Server):
    """A uvicorn that says `bye` on every stream when it is told to stop, and exits with 0."""

    def __init__(self, app: FastAPI, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._app = app
        self._url = url
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.announce()

    def announce(self) -> None:
        """The one line of `carveout serve`."""
        print(f"Carveout is at {self._url}", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 (uvicorn's signature)
        """SIGTERM or SIGINT: end the streams first, they would keep the process alive; a second one forces."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._app.state.service.runs.say_bye)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections hold back little. Raises ScenarioError when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ScenarioError(f"host: {host}: {error.strerror}") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise ScenarioError(f"port: {port}: cannot listen on {host}: {error.strerror}") from error
    listening.set_inheritable(False)
    return listening


def url_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(host: str, port: int, data_dir: Path | None, hosts: tuple[str, ...] = (), **limits: int) -> None:
    """Serve until told to stop; `limits` are settings that are numbers.

    Raises ScenarioError when the address or the folder cannot be used.
    """
    settings = Settings(host=host, port=port, data_dir=data_dir, hosts=hosts, **limits)  # type: ignore[arg-type]
    settings.validate()
    if host in WILDCARDS and not hosts:
        names = "name what visitors type with --allow-host or CARVEOUT_ALLOWED_HOSTS"
        print(f"carveout: host: {host}: only loopback names are answered; {names}", file=sys.stderr)
    with listen(host, port) as listening:
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            backlog=2048,
        )
        Server(app, config, url_of(listening)).run(sockets=[listening])
