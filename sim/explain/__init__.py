"""Why a request got what it got: one op run again on a second machine whose core writes down its decisions."""

from sim.explain.machine import Explanations
from sim.explain.steps import Explained, Outcome, Request, WhatIf

__all__ = ["Explained", "Explanations", "Outcome", "Request", "WhatIf"]
