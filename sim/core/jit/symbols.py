"""Calling a compiled function by its symbol: its code is found when the caller is loaded, and not compiled into it.

numba's own way, a C function, puts a second function around each: every call was two.
"""

from operator import attrgetter
from typing import Any

import llvmlite.binding
from numba.core import cgutils, types
from numba.core.typing.templates import infer_global, make_concrete_template
from numba.extending import lower_builtin


def reached_by_symbol(made: Any) -> Any:
    """What core functions call in place of `made`, a numba function of one signature. Errors are not looked for."""
    (compiled,) = made.overloads.values()
    code, described = attrgetter("library", "fndesc")(compiled)
    symbol = f"carveout_{made.__name__}"
    llvmlite.binding.add_symbol(symbol, code.get_pointer_to_function(described.llvm_func_name))

    def outside(*_arguments: int) -> int:
        """Only compiled code calls this."""
        raise TypeError(f"{symbol} can be called by compiled functions only")

    def call(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        kind = context.call_conv.get_function_type(sig.return_type, sig.args)
        function = cgutils.get_or_insert_function(builder.module, kind, symbol)
        return context.call_conv.call_function(builder, function, sig.return_type, sig.args, arguments)[1]

    infer_global(outside, types.Function(make_concrete_template(symbol, outside, [compiled.signature])))
    lower_builtin(outside, *compiled.signature.args)(call)
    return outside
