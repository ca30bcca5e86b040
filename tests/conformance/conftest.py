"""The fixtures of the core's tests: machines that are checked on the way out."""

from tests.core.conftest import boot, run

__all__ = ["boot", "run"]
