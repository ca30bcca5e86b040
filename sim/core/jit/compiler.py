"""From core functions to one piece of machine code: numba reads and types each function, LLVM sees all of them at once.

One module for the whole core, so that every function is optimized and turned into code once, and those that are only
ever inlined leave no code of their own. Nothing is run here; native.py loads what this makes.
"""

from collections.abc import Callable, Sequence
from typing import Any

from numba.core import types
from numba.core.compiler import CompilerBase, Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager
from numba.core.registry import cpu_target
from numba.core.typed_passes import (
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.typing.templates import make_concrete_template
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode

from sim.core.jit.build import CoreFunction
from sim.core.jit.compiled_code import Code
from sim.core.jit.types import StateType

PASSES = (
    (TranslateByteCode, "analyzing bytecode"),
    (FixupArgs, "fix up args"),
    (IRProcessing, "processing IR"),
    (ReconstructSSA, "ssa"),
    (NopythonTypeInference, "nopython frontend"),
    (PreLowerStripPhis, "remove phis nodes"),
    (IRLegalization, "ensure IR is legal prior to lowering"),
    (NativeLowering, "native lowering"),
    (NoPythonBackend, "nopython mode backend"),
)


class Lean(CompilerBase):  # type: ignore[misc]
    """The passes of numba's pipeline that functions of integers need: no closures, arrays, literals, loops to lift."""

    def define_pipelines(self) -> list[Any]:
        """One pipeline."""
        manager = PassManager("integers")
        for made, text in PASSES:
            manager.add_pass(made, text)
        manager.finalize()
        return [manager]


def compile_core(functions: Sequence[CoreFunction], checked: bool, replay: bool, tell: Callable[[str], None]) -> Code:
    """Compile these functions, callees before callers; `tell` hears the name of each. Once in a process (warm.py)."""
    with global_compiler_lock:
        return _Compilation(checked, replay).run(functions, tell)


class _Compilation:
    def __init__(self, checked: bool, replay: bool) -> None:
        self._typing, self._target = cpu_target.typing_context, cpu_target.target_context
        self._state, self._replay = StateType(checked), replay
        self._library = self._target.codegen().create_library("carveout")
        self._library.enable_object_caching()
        self._far: list[str] = []

    def run(self, functions: Sequence[CoreFunction], tell: Callable[[str], None]) -> Code:
        symbols = {}
        for function in functions:
            symbol = self._lower(function)
            if function.entry:
                symbols[function.name] = symbol
            tell(function.name)
        self._close(set(symbols.values()))
        self._library.finalize()
        return Code(self._library._get_compiled_object(), symbols)

    def _lower(self, function: CoreFunction) -> str:
        """Type it and write its LLVM code into the library; later functions may call it. Returns its symbol."""
        source = _nothing(function.parameters) if function.replay and not self._replay else function.source
        arguments = (self._state, *[types.int64] * function.parameters)
        flags, library = _flags(function), self._library
        made = compile_extra(self._typing, self._target, source, arguments, types.int64, flags, {}, library, Lean)
        template = make_concrete_template(function.name, function.face, [made.signature])
        self._typing.insert_user_function(function.face, template)
        self._target.insert_user_function(function.face, made.fndesc)
        if function.far:
            self._far.append(made.fndesc.llvm_func_name)
        return str(made.fndesc.llvm_func_name)

    def _close(self, entries: set[str]) -> None:
        """Only entries can be seen from outside: what is inlined everywhere needs no code then."""
        for function in self._library._final_module.functions:
            if not function.is_declaration and function.name not in entries:
                function.linkage = "internal"
            if function.name in self._far:
                function.add_function_attribute("noinline")


def _flags(function: CoreFunction) -> Flags:
    flags = Flags()
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    flags.forceinline = function.inline and not function.entry
    return flags


def _nothing(parameters: int) -> Callable[..., int]:
    names = ", ".join(f"_{i}" for i in range(parameters))
    made: Callable[..., int] = eval(f"lambda _st, {names}: 0", {})  # noqa: S307 (a lambda of so many parameters)
    return made
