"""Files that people hand in: whatever is wrong with one is one clear line that names it."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ScenarioError


@contextmanager
def reading(what: str, path: Path) -> Iterator[None]:
    """Whatever goes wrong with this file meanwhile becomes one clear line that names it."""
    try:
        yield
    except FileNotFoundError:
        raise ScenarioError(f"{what}: {path}: is missing") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise ScenarioError(f"{what}: {path}: cut short or damaged: it cannot be unpacked") from None
    except OSError as error:
        raise ScenarioError(f"{what}: {path}: {error.strerror}") from None
    except KeyError as error:
        raise ScenarioError(f"{what}: {path}: {error.args[0]!r} is missing in it, or not known") from None
    except (ValueError, IndexError, TypeError, AttributeError):
        raise ScenarioError(f"{what}: {path}: is not written as such a file is") from None
