"""`Ties` as one pointer for kernels: sixty arrays by value are slow to compile and to hand on."""

from typing import Any

from numba import types
from numba.experimental import structref

from solver.compiled import Compiled
from solver.improve.arrays import Arrays
from solver.improve.state import State
from solver.jit import jit
from solver.ties.table import Ties, table_for


class Handle(structref.StructRefProxy):
    """What Python holds of a `Ties` that kernels read; its attributes are for kernels alone."""

    __slots__ = ()


@structref.register
class _HandleType(types.StructRef):
    """The compiler's type of it."""

    def preprocess_fields(self, fields: tuple[tuple[str, types.Type], ...]) -> tuple[tuple[str, types.Type], ...]:
        """Fields are what their values are, not the values."""
        unliteral: Any = types.unliteral
        return tuple((name, unliteral(kind)) for name, kind in fields)


_define: Any = structref.define_proxy
_define(Handle, _HandleType, list(Ties._fields))
_new: Any = Handle


@jit
def handle(ties: Ties) -> Ties:
    """What to hand to kernels in place of the named tuple; it holds the same arrays."""
    held: Ties = _new(*ties)
    return held


def ties_for(compiled: Compiled, arrays: Arrays, state: State) -> Ties:
    """The problem laid out for timing what is in this State, as kernels take it; one per chain of the search."""
    return handle(table_for(compiled, arrays, state))
