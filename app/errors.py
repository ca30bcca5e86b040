"""What the service refuses beside what the simulator does; routes/errors.py says it to whoever asked."""

from sim.errors import CarveoutError


class UnknownRun(CarveoutError):
    """No run has this id: it never had, or the service was started again since."""


class Full(CarveoutError):
    """No room for another run, or another viewer."""


class TooMany(CarveoutError):
    """One address made more runs than it may; `wait` is the seconds until it may again."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class NotPresenter(CarveoutError):
    """A viewer tried to command."""
