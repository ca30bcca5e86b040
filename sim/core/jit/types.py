"""State as numba sees it: one pointer, passed by value, to a table of the fields' addresses and lengths.

A type of our own rather than a structref, whose reference is counted at every call (docs/decisions.md has the
measurement). In the checked build every index is tested against the length, and a wrong one is written down behind the
table before the function returns with an error.
"""

import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import infer_getattr, lower_builtin, lower_getattr_generic, models, register_model

from sim.core.jit.hints import fetch
from sim.core.state.state import COLUMNS, RECORD_BYTES, fields

WORD = 8  # bytes of a cell of the table


class FieldType(types.Type):  # type: ignore[misc]
    """A field: a pointer to its first entry or, in the checked build, to its two cells of the table."""

    def __init__(self, slot: int, element: Any, stride: int, checked: bool) -> None:
        """Entries are integers of type `element`, `stride` bytes apart; cells 2 * slot and 2 * slot + 1."""
        super().__init__(name=f"Field({slot}, {element}, {stride}, {checked})")
        self.slot, self.element, self.stride, self.checked = slot, element, stride, checked


class StateType(types.Type):  # type: ignore[misc]
    """A pointer to the table."""

    def __init__(self, checked: bool) -> None:
        """The table has two cells a field, in the order of `fields()`, then two for the first wrong index."""
        super().__init__(name=f"State({'checked' if checked else 'fast'})")
        self.fields = {
            name: FieldType(i, *_element(code, length), checked) for i, (name, code, length) in enumerate(fields())
        }


def _element(code: str, length: str) -> tuple[Any, int]:
    kind = np.dtype(code)
    return numba.from_dtype(kind), RECORD_BYTES if length in COLUMNS else kind.itemsize


@register_model(FieldType)
@register_model(StateType)
class _Address(models.OpaqueModel):  # type: ignore[misc]
    """An address."""


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    """st.field"""

    key = StateType

    def generic_resolve(self, state: StateType, name: str) -> Any:
        """The type of a field, None when there is no such field."""
        return state.fields.get(name)


@infer_global(operator.getitem)
class _Get(AbstractTemplate):  # type: ignore[misc]
    """st.kind[page]"""

    def generic(self, args: Any, _kws: Any) -> Any:
        """An integer of the field's type."""
        return signature(args[0].element, args[0], types.int64) if isinstance(args[0], FieldType) else None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):  # type: ignore[misc]
    """st.kind[page] = kind"""

    def generic(self, args: Any, _kws: Any) -> Any:
        """The value is cast to the field's type."""
        if isinstance(args[0], FieldType):
            return signature(types.none, args[0], types.int64, args[0].element)
        return None


@infer_global(fetch)
class _Fetch(AbstractTemplate):  # type: ignore[misc]
    """fetch(st.nxt, page)"""

    def generic(self, args: Any, _kws: Any) -> Any:
        """Returns 0."""
        return signature(types.int64, args[0], types.int64) if isinstance(args[0], FieldType) else None


@lower_getattr_generic(StateType)  # type: ignore[untyped-decorator]
def _load_field(context: Any, builder: Any, state: StateType, value: Any, name: str) -> Any:
    field = state.fields[name]
    cell = builder.gep(value, [context.get_constant(types.intp, 2 * field.slot * WORD)])
    if field.checked:
        return cell
    first = builder.load(builder.bitcast(cell, context.get_value_type(field).as_pointer()))
    first.set_metadata("invariant.load", builder.module.add_metadata([]))
    return first


def _entry(context: Any, builder: Any, field: FieldType, pointer: Any, index: Any) -> Any:
    """Where an entry lies."""
    if field.checked:
        pointer = _tested(context, builder, field, pointer, index)
    element = context.get_value_type(field.element).as_pointer()
    if field.stride == field.element.bitwidth // 8:
        return builder.gep(builder.bitcast(pointer, element), [index])
    offset = builder.mul(index, context.get_constant(types.int64, field.stride))
    return builder.bitcast(builder.gep(pointer, [offset]), element)


def _tested(context: Any, builder: Any, field: FieldType, cell: Any, index: Any) -> Any:
    """The first entry of a field, once the index is known to be inside it."""
    word = ir.IntType(64)
    pair = builder.bitcast(cell, word.as_pointer())
    length = builder.load(builder.gep(pair, [word(1)]))
    with cgutils.if_unlikely(builder, builder.icmp_unsigned(">=", index, length)):
        last = 2 * (len(fields()) - field.slot)
        builder.store(word(field.slot), builder.gep(pair, [word(last)]))
        builder.store(index, builder.gep(pair, [word(last + 1)]))
        context.call_conv.return_user_exc(builder, IndexError, ())
    return builder.inttoptr(builder.load(pair), context.get_value_type(field))


@lower_builtin(operator.getitem, FieldType, types.int64)  # type: ignore[untyped-decorator]
def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(_entry(context, builder, sig.args[0], *args))


@lower_builtin(operator.setitem, FieldType, types.int64, types.Any)  # type: ignore[untyped-decorator]
def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], _entry(context, builder, sig.args[0], *args[:2]))
    return context.get_dummy_value()


@lower_builtin(fetch, FieldType, types.int64)  # type: ignore[untyped-decorator]
def _prefetch(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """LLVM's prefetch: to write (1), into every cache (3), data (1)."""
    if not sig.args[0].checked:
        byte, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, int32, int32, int32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        address = builder.bitcast(_entry(context, builder, sig.args[0], *args), byte)
        builder.call(function, [address, int32(1), int32(3), int32(1)])
    return context.get_constant(types.int64, 0)
