"""The three builds of the core side by side: each a fresh copy of the whole `sim` package in one process."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any
from unittest.mock import patch

BUILDS = ("compiled", "checked", "python")


def _ours(name: str) -> bool:
    return name == "sim" or name.startswith("sim.")


class Sim:
    """One copy of the package `sim`. It is what `import sim` finds while it is active."""

    def __init__(self, build: str) -> None:
        """Import everything a test may ask for; the core is compiled, or read from its cache, meanwhile."""
        self.build = build
        self._modules: dict[str, ModuleType] = {}
        with patch.dict(os.environ, {"CARVEOUT_BUILD": build}), self.active():
            for name in ("sim.machine", "sim.core.run.boot", "sim.core.run.program"):
                import_module(name)
            found = import_module("sim.core.jit.build").BUILD
        assert found == build

    @contextmanager
    def active(self) -> Iterator[None]:
        """Put this copy into sys.modules, and what was there back afterwards."""
        others = {name: module for name, module in sys.modules.items() if _ours(name)}
        for name in others:
            del sys.modules[name]
        sys.modules.update(self._modules)
        try:
            yield
        finally:
            self._modules = {name: module for name, module in sys.modules.items() if _ours(name)}
            for name in self._modules:
                del sys.modules[name]
            sys.modules.update(others)

    def module(self, name: str) -> Any:
        """A module of this copy."""
        with self.active():
            return import_module(name)

    def machine(self, scenario: Mapping[str, object]) -> Any:
        """A machine of this copy, booted."""
        with self.active():
            return import_module("sim.machine").Machine(import_module("sim.scenario.scenario").make_scenario(scenario))


@cache
def load(build: str) -> Sim:
    """The copy of `sim` for one build, the same one every time: a compiled core must outlive its callers."""
    return Sim(build)
