"""The two families of errors, and nothing else, that leave `sim/`."""


class CarveoutError(Exception):
    """Anything Carveout says on purpose: one line, the offending value in it."""


class ScenarioError(CarveoutError):
    """The reader asked for something impossible. Shown in place: HTTP 422, exit 2."""


class BrokenInvariant(CarveoutError):
    """We are wrong: the run stops and keeps its last events. Exit 3."""


def demand(holds: object, text: str) -> None:
    """Raise BrokenInvariant with this text unless it holds."""
    if not holds:
        raise BrokenInvariant(text)
