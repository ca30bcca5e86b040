"""Compiled code in this process: loaded with LLVM alone, without numba, and called with the GIL released."""

import ctypes
from collections.abc import Mapping
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from sim.core.jit.compiled_code import Code
from sim.core.state.state import fields

Function = Any  # a ctypes function


class Program:
    """The entries of one piece of code."""

    def __init__(self, code: Code, parameters: Mapping[str, int]) -> None:
        """`parameters`: how many integers each entry takes after the State."""
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code.binary))
        self._engine.finalize_object()
        self.entries: dict[str, Function] = {
            name: self._callable(symbol, parameters[name]) for name, symbol in code.symbols.items()
        }

    def _callable(self, symbol: str, parameters: int) -> Function:
        """As numba calls: a status comes back; the result and what went wrong are written where the first two point."""
        integers = [ctypes.c_int64] * parameters
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, *integers)
        return kind(self._engine.get_function_address(symbol))


class NativeState:
    """The table of a machine's arrays, as compiled code finds them. It does not own the arrays: keep them alive."""

    def __init__(self, program: Program, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Two cells a field: address and entries; then two for an index that was wrong."""
        ordered = [arrays[name] for name, _, _ in fields()]
        cells = [cell for array in ordered for cell in (array.ctypes.data, len(array))]
        self._table = np.array([*cells, 0, 0], dtype=np.int64)
        self._address = int(self._table.ctypes.data)
        self._program = program  # its code goes with it

    def call(self, name: str, arguments: tuple[int, ...]) -> int:
        """One entry. Raises IndexError where the checked build found an index outside its array."""
        result, error = ctypes.c_int64(), ctypes.c_void_p()
        entry = self._program.entries[name]
        if entry(ctypes.byref(result), ctypes.byref(error), self._address, *map(int, arguments)):
            slot, index = self._table[-2:].tolist()
            field, length = fields()[slot][0], self._table[2 * slot + 1]
            raise IndexError(f"{name}: index {index} is outside st.{field}, which has {length} entries")
        return result.value
