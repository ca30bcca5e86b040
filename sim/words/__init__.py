"""What the screen says. Templates only: numbers come in, sentences go out.

All but `event_sentence` return HTML with every name escaped; `data-part` marks a number that is a control.
"""

from sim.words.answer import answer, failed, packing, question, why_killed
from sim.words.events import event_sentence
from sim.words.pages import describe
from sim.words.panels import panel_sentence
from sim.words.trouble import describe_oom, describe_pin, oom_now

__all__ = [
    "answer",
    "describe",
    "describe_oom",
    "describe_pin",
    "event_sentence",
    "failed",
    "oom_now",
    "packing",
    "panel_sentence",
    "question",
    "why_killed",
]
