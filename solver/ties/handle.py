"""`Ties` as one pointer for kernels: handing on some sixty arrays by value makes every kernel slow to compile and call."""

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
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


structref.define_proxy(Handle, _HandleType, list(Ties._fields))


@jit
def handle(ties: Ties) -> Ties:
    """What to hand to kernels in place of the named tuple; it holds the same arrays."""
    return Handle(*ties)


def ties_for(compiled: Compiled, arrays: Arrays, state: State) -> Ties:
    """The problem laid out for timing what is in this State, as kernels take it; one per chain of the search."""
    return handle(table_for(compiled, arrays, state))
