"""From a moment to what its viewers are sent: encoded here once, in the worker's thread, only when somebody watches."""

import logging

from app.http.metrics import Metrics
from app.json_text import dumps
from app.pages.frames import event, frame, series
from app.pages.partials import Partials
from app.runs.moment import Moment
from app.runs.run import Run

log = logging.getLogger("carveout.broadcast")


class Broadcast:
    """Publishes the moments of one run to its hub."""

    def __init__(self, partials: Partials, metrics: Metrics) -> None:
        self._partials = partials
        self._metrics = metrics
        self._run: Run | None = None
        self.frames = 0

    def attach(self, run: Run) -> None:
        """Say whose moments these are; before the worker starts."""
        self._run = run

    def __call__(self, moment: Moment, kinds: frozenset[str]) -> None:
        """Encode the kinds that are due and hand them to the hub. Never raises: the machine must go on."""
        run = self._run
        if run is None or not run.hub.watching:
            return
        run.touch()
        messages: dict[str, bytes] = {}
        with self._metrics.encoding.time():
            for kind in sorted(kinds):
                messages |= self._try(kind, run, moment)
        run.hub.publish({kind: message for kind, message in messages.items() if not run.hub.has(kind, message)})

    def _try(self, kind: str, run: Run, moment: Moment) -> dict[str, bytes]:
        try:
            return self._encode(kind, run, moment)
        except Exception:  # a template that fails must not stop the frames
            log.exception("%s not encoded", kind)
            return {}

    def _encode(self, kind: str, run: Run, moment: Moment) -> dict[str, bytes]:
        if kind == "frame":
            return {kind: self._frame(run, moment)}
        if kind == "series":
            return {kind: event(kind, dumps(series(moment.recorded, run.recipe.commands)))}
        return {target: event("", html) for target, html in self._partials.render(run, moment).items()}

    def _frame(self, run: Run, moment: Moment) -> bytes:
        self.frames += 1
        message = event("frame", dumps(frame(moment, self.frames, run.hub.watching)), moment.snapshot.op)
        self._metrics.frames.inc()
        self._metrics.frame_bytes.inc(len(message))
        return message
