"""What has just happened: one op as a title and numbered steps, from the events that it really had. HTML."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.core.state import consts as c
from sim.run.snapshot import Story, StoryStep
from sim.words.costs import story_cost
from sim.words.freed import tell_exit, tell_release
from sim.words.killed import tell_oom
from sim.words.others import tell_pin, tell_reclaim, tell_steal
from sim.words.request import tell_request
from sim.words.teller import Teller, what_of

if TYPE_CHECKING:
    from sim.look.scene import Scene

NONE = (("Boot.", "No region of tag storage is described, so nothing can be tagged."),)


def tell(scene: "Scene") -> Story:
    """The newest op that is worth telling and what it cost, or how things stand."""
    story = _tell(scene)
    return story if story.op < 0 else replace(story, cost=story_cost(scene.rows))


def _tell(scene: "Scene") -> Story:
    teller = Teller(what_of(scene.op, scene.now), scene.op)
    if scene.kills:
        return tell_oom(scene, teller)
    if not scene.rules.lends:
        return quiet(scene)
    for is_it, story in STORIES:
        if is_it(scene):
            return story(scene, teller)
    return quiet(scene)


def quiet(scene: "Scene") -> Story:
    """How tag storage works under this policy, while nothing in particular has happened to it."""
    if not scene.layout.regions:
        return _fixed("There is no tag storage in this machine.", NONE)
    return _fixed(scene.rules.story.title, scene.rules.story.steps)


def _fixed(title: str, steps: tuple[tuple[str, str], ...]) -> Story:
    numbered = tuple(StoryStep(n, head, html, bad=False) for n, (head, html) in enumerate(steps, start=1))
    return Story("So far", -1, title, bad=False, steps=numbered)


def _had(*events: int) -> Callable[["Scene"], bool]:
    return lambda scene: any(row.event in events for row in scene.rows)


STORIES: tuple[tuple[Callable[["Scene"], bool], Callable[["Scene", Teller], Story]], ...] = (
    (_had(c.E_RESERVE), tell_request),
    (_had(c.E_EXIT), tell_exit),
    (_had(c.E_RELEASE), tell_release),
    (_had(c.E_DIRECT_RECLAIM), tell_reclaim),
    (_had(c.E_EXTFRAG), tell_steal),
    (_had(c.E_PIN, c.E_UNPIN), tell_pin),
)
