"""State as numba sees it: one pointer, passed by value, to a table of the fields' addresses.

A type of our own rather than a structref, whose reference is counted at every call (docs/decisions.md has the
measurement). The checked build does use a structref, of arrays, because arrays know their length.
"""

import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.experimental import structref
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

from sim.core.state.state import COLUMNS, RECORD_BYTES

Fields = list[tuple[str, str, str]]


class ColumnType(types.Type):  # type: ignore[misc]
    """A pointer to one field of the first record; the next entry lies RECORD_BYTES further."""

    def __init__(self, element: Any) -> None:
        """Entries are integers of type `element`."""
        super().__init__(name=f"Column({element})")
        self.element = element


@register_model(ColumnType)
class _ColumnModel(models.OpaqueModel):  # type: ignore[misc]
    """An address."""


@infer_global(operator.getitem)
class _GetColumn(AbstractTemplate):  # type: ignore[misc]
    """st.kind[page]"""

    def generic(self, args: Any, _kws: Any) -> Any:
        """An integer of the column's type."""
        if isinstance(args[0], ColumnType):
            return signature(args[0].element, args[0], types.int64)
        return None


@infer_global(operator.setitem)
class _SetColumn(AbstractTemplate):  # type: ignore[misc]
    """st.kind[page] = kind"""

    def generic(self, args: Any, _kws: Any) -> Any:
        """The value is cast to the column's type."""
        if isinstance(args[0], ColumnType):
            return signature(types.none, args[0], types.int64, args[0].element)
        return None


def entry_address(context: Any, builder: Any, column: Any, address: Any, index: Any) -> Any:
    """Where an entry of a column lies."""
    offset = builder.mul(index, context.get_constant(types.int64, RECORD_BYTES))
    return builder.bitcast(builder.gep(address, [offset]), context.get_value_type(column.element).as_pointer())


@lower_builtin(operator.getitem, ColumnType, types.int64)  # type: ignore[untyped-decorator]
def _load_entry(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(entry_address(context, builder, sig.args[0], *args))


@lower_builtin(operator.setitem, ColumnType, types.int64, types.Any)  # type: ignore[untyped-decorator]
def _store_entry(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], entry_address(context, builder, sig.args[0], *args[:2]))
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def fetch(_typing: Any, column: Any, index: Any) -> Any:
    """Ask for the cache line of an entry that will be written soon; 0. Nothing happens to arrays."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if isinstance(column, ColumnType):
            prefetch(builder, entry_address(context, builder, column, *args))
        return context.get_constant(types.int64, 0)

    return types.int64(column, types.int64), lower


def prefetch(builder: Any, address: Any) -> None:
    """LLVM's prefetch: to write (1), into every cache (3), data (1)."""
    byte, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, int32, int32, int32])
    function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
    builder.call(function, [builder.bitcast(address, byte), int32(1), int32(3), int32(1)])


def _pointer(code: str, length: str) -> Any:
    element = numba.from_dtype(np.dtype(code))
    return ColumnType(element) if length in COLUMNS else types.CPointer(element)


class PointerType(types.Type):  # type: ignore[misc]
    """A pointer to the table; `slots` maps a field to its place in the table and the type of its pointer."""

    def __init__(self, fields: Fields) -> None:
        """The table has one address a field, in this order."""
        super().__init__(name="State")
        kinds = [_pointer(code, length) for _, code, length in fields]
        self.slots = {name: (i, kind) for i, ((name, _, _), kind) in enumerate(zip(fields, kinds, strict=True))}


class Handle:
    """What Python holds: the table, which the core finds by its address. It does not own the arrays."""

    def __init__(self, numba_type: Any, arrays: list[Any]) -> None:
        """One address an array, in the order of the fields."""
        self.numba_type = numba_type
        self.table = np.array([array.ctypes.data for array in arrays], dtype=np.int64)
        self.address = int(self.table.ctypes.data)


@typeof_impl.register(Handle)  # type: ignore[untyped-decorator]
def _typeof(handle: Handle, context: Any) -> Any:
    return handle.numba_type


@register_model(PointerType)
class _Model(models.OpaqueModel):  # type: ignore[misc]
    """An address."""


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    """st.field is a pointer to integers."""

    key = PointerType

    def generic_resolve(self, kind: PointerType, name: str) -> Any:
        """The type of a field, None when there is no such field."""
        return kind.slots[name][1] if name in kind.slots else None


@lower_getattr_generic(PointerType)  # type: ignore[untyped-decorator]
def _load_field(context: Any, builder: Any, kind: PointerType, value: Any, name: str) -> Any:
    slot, pointer = kind.slots[name]
    table = builder.bitcast(value, context.get_value_type(pointer).as_pointer())
    field = builder.load(builder.gep(table, [context.get_constant(types.intp, slot)]))
    field.set_metadata("invariant.load", builder.module.add_metadata([]))
    return field


@unbox(PointerType)  # type: ignore[untyped-decorator]
def _unbox(kind: PointerType, handle: Any, c: Any) -> Any:
    number = c.pyapi.object_getattr_string(handle, "address")
    address = c.unbox(types.int64, number)
    c.pyapi.decref(number)
    return NativeValue(c.builder.inttoptr(address.value, c.context.get_value_type(kind)), is_error=address.is_error)


@structref.register
class ArraysType(types.StructRef):  # type: ignore[misc]
    """The checked build's state."""


class Arrays(structref.StructRefProxy):  # type: ignore[misc]
    """What Python holds in the checked build."""


structref.define_boxing(ArraysType, Arrays)


def make_type(fields: Fields, pointers: bool) -> Any:
    """The numba type of State for one of the two compiled builds."""
    if pointers:
        return PointerType(fields)
    structref.define_constructor(Arrays, ArraysType, [name for name, _, _ in fields])
    return ArraysType(
        [
            (name, types.Array(numba.from_dtype(np.dtype(code)), 1, "A" if length in COLUMNS else "C"))
            for name, code, length in fields
        ]
    )


def make_state(state_type: Any, arrays: list[Any], pointers: bool) -> Any:
    """A state over these arrays, in the order of the fields. It does not own them."""
    return Handle(state_type, arrays) if pointers else Arrays(*arrays)
