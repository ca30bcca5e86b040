"""Every number that a person who runs the service may want to change."""

from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import ScenarioError

APP = Path(__file__).resolve().parent
ROOT = APP.parent


def shipped(name: str) -> Path:
    """A folder of the product: beside app/ in a source tree, inside it in an installed wheel."""
    inside = APP / name
    return inside if inside.is_dir() else ROOT / name


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults suit a workshop on a laptop. Times are in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    port: int = 8000  # 0: any free port
    data_dir: Path | None = None  # nothing is stored yet; it must be a folder that can be written

    hosts: tuple[str, ...] = ()  # names that are answered beside the loopback ones and `host`; "*": any

    max_runs: int = 64
    runs_per_address: int = 48  # open at once; the rest is for others
    runs_burst: int = 400  # of one address: a room of 300 people behind one may open copies at the same moment
    runs_per_minute: float = 120.0  # of one address, once the burst is used up
    recent: float = 600.0  # a run used within so long is not dropped for a stranger
    kept: float = 12 * 3600.0  # nor one that was moved, within so long: a day of teaching
    max_viewers: int = 4000  # open streams, all runs together
    max_pages: int = (
        16 * 1024 * 1024
    )  # of one machine: 64 GiB of simulated memory, 544 MB of ours with its copy at boot
    max_pages_in_all: int = 64 * 1024 * 1024  # of all machines together: about 2.2 GB of ours, and copies on the way
    max_body: int = 64 * 1024
    boots_at_once: int = 2
    unwatched: float = 60.0  # a playing run that nobody watched for so long may be dropped

    frame_every: float = 0.1
    html_every: float = 0.34
    series_every: float = 1.0
    ping_every: float = 15.0

    templates: Path = field(default_factory=lambda: shipped("templates"))
    static: Path = field(default_factory=lambda: shipped("static"))

    def validate(self) -> None:
        """Raise ScenarioError when the service cannot run with these."""
        if not 0 <= self.port <= 65535:
            raise ScenarioError(f"port: {self.port} is not between 0 and 65535")
        if self.data_dir is not None:
            validate_folder(self.data_dir)


def validate_folder(path: Path) -> None:
    """Make the folder, or raise ScenarioError with the reason."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".carveout-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ScenarioError(f"data-dir: {path}: {error.strerror}") from error
