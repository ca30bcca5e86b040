"""Things to do in another thread: whatever is put is done, by the owner or, once that has ended, at once."""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from app.runs.transport import NEVER

Action = Callable[[], None]
T = TypeVar("T")


def hand_on(done: "Future[T]", to: "Future[T]") -> None:
    """Answer one question as another was answered."""
    if error := done.exception():
        to.set_exception(error)
    else:
        to.set_result(done.result())


class Mailbox:
    """Put from any thread; the owner drains."""

    def __init__(self) -> None:
        self._actions: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._ended = False

    def put(self, action: Action) -> None:
        """Have it done soon."""
        self._actions.put(action)
        if self._ended:
            self.drain(0.0)

    def drain(self, seconds: float) -> None:
        """Do everything that waits; wait `seconds` for the first."""
        timeout = None if seconds == NEVER else seconds
        try:
            self._actions.get(block=seconds > 0, timeout=timeout)()
            while True:
                self._actions.get_nowait()()
        except queue.Empty:
            return

    def end(self) -> None:
        """The owner goes; nothing that is put from now on is left lying."""
        self._ended = True
        self.drain(0.0)
