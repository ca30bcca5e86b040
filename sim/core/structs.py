"""State as numba sees it. One structref, passed by one pointer per call."""

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.experimental import structref
from numba.experimental.structref import _Utils
from numba.extending import intrinsic


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """The type; its fields come from sim.core.state."""


class StateProxy(structref.StructRefProxy):  # type: ignore[misc]
    """What Python holds: a handle that it hands back to the core."""


structref.define_boxing(StateType, StateProxy)


def make_type(fields: list[tuple[str, str, str]], pointers: bool) -> Any:
    """Pointers are twice as fast as arrays; arrays know their length, so that every index can be tested."""
    elements = [(name, numba.from_dtype(np.dtype(code))) for name, code, _ in fields]
    if pointers:
        return StateType([(name, types.CPointer(element)) for name, element in elements])
    return StateType([(name, types.Array(element, 1, "C")) for name, element in elements])


@intrinsic  # type: ignore[untyped-decorator]
def _fill(typingctx: Any, state: Any, source: Any, size: Any) -> Any:
    """Copy `size` pointers from address `source` into the fields of a state of pointers."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = _Utils(context, builder, signature.args[0]).get_data_pointer(args[0])
        target = builder.bitcast(data, cgutils.voidptr_t)
        cgutils.raw_memcpy(builder, target, builder.inttoptr(args[1], cgutils.voidptr_t), args[2], 8)
        return context.get_dummy_value()

    return types.void(state, types.int64, types.int64), codegen


_makers: dict[Any, Any] = {}


def _maker(state_type: Any) -> Any:
    if state_type not in _makers:

        @numba.njit(state_type(types.int64, types.int64))
        def make(source: int, size: int) -> Any:
            state = structref.new(state_type)
            _fill(state, source, size)
            return state

        _makers[state_type] = make
    return _makers[state_type]


def make_state(state_type: Any, arrays: list[Any], pointers: bool) -> Any:
    """A state over these arrays, in the order of the fields."""
    if not pointers:
        return _array_maker(state_type, len(arrays))(*arrays)
    addresses = np.array([array.ctypes.data for array in arrays], dtype=np.int64)
    return _maker(state_type)(addresses.ctypes.data, len(arrays))


def _array_maker(state_type: Any, size: int) -> Any:
    """Only the checked build needs it: a constructor that takes every array, made from the list of fields."""
    if state_type not in _makers:
        names = [name for name, _ in state_type._fields]
        body = "".join(f"    state.{name} = {name}_\n" for name in names)
        source = f"def make({', '.join(name + '_' for name in names)}):\n    state = new(state_type)\n{body}    return state\n"
        scope: dict[str, Any] = {"new": structref.new, "state_type": state_type}
        exec(source, scope)
        _makers[state_type] = numba.njit(scope["make"])
    return _makers[state_type]
