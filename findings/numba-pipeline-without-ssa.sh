#!/usr/bin/env bash
# numba 0.68.1: a pipeline of one's own (CompilerBase, PassManager) without the pass ReconstructSSA cannot type a variable
# that is first a module's integer constant and then the int64 a call returned. The pass looks like a matter of speed
# (the flag is called enable_ssa, and may be off), but without it the first assignment makes the variable a
# Literal[int](-1), to which no int64 converts. With the pass the same function compiles.
# Seen: "TypingError ... No conversion from int64 to Literal[int](-1) for 'page'", and 7 with the pass.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numba==0.68.1 2>/dev/null
cat > "$folder/shown.py" <<'P'
import numba
from numba.core import types, typed_passes, untyped_passes
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.errors import TypingError

NOWHERE = -1


@numba.njit("int64(int64)")
def find(n):
    return n + 4


def first(n):
    page = NOWHERE
    if n > 2:
        page = find(n)
    return page


def pipeline(ssa):
    class Own(CompilerBase):
        def define_pipelines(self):
            manager = PassManager("own")
            manager.add_pass(untyped_passes.TranslateByteCode, "bytecode")
            manager.add_pass(untyped_passes.FixupArgs, "arguments")
            manager.add_pass(untyped_passes.IRProcessing, "IR")
            if ssa:
                manager.add_pass(untyped_passes.ReconstructSSA, "ssa")
            manager.add_pass(typed_passes.NopythonTypeInference, "types")
            if ssa:
                manager.add_pass(typed_passes.PreLowerStripPhis, "phis")
            manager.add_pass(typed_passes.IRLegalization, "legal")
            manager.add_pass(typed_passes.NativeLowering, "lowering")
            manager.add_pass(typed_passes.NoPythonBackend, "backend")
            manager.finalize()
            return [manager]

    return Own


try:
    numba.njit("int64(int64)", pipeline_class=pipeline(ssa=False))(first)
    print("without SSA: compiled")
except TypingError as error:
    assert "No conversion from int64 to Literal[int](-1)" in str(error), error
    print("without SSA: no conversion from int64 to Literal[int](-1)")
print("with SSA:", numba.njit("int64(int64)", pipeline_class=pipeline(ssa=True))(first)(3))
P
said=$("$folder/venv/bin/python" "$folder/shown.py")
echo "$said"
[ "$said" = "without SSA: no conversion from int64 to Literal[int](-1)
with SSA: 7" ] || { echo "numba behaves otherwise now"; exit 1; }
