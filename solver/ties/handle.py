"""`Ties` as one pointer for kernels: sixty arrays by value are slow to compile and to hand on."""

from solver.compiled import Compiled
from solver.held import held
from solver.improve.arrays import Arrays
from solver.improve.state import State
from solver.ties.table import Ties, table_for


def handle(ties: Ties) -> Ties:
    """What to hand to kernels in place of the named tuple; it shares the arrays, and Python cannot read its fields."""
    return held(ties)


def ties_for(compiled: Compiled, arrays: Arrays, state: State) -> Ties:
    """The problem laid out for timing what is in this State, as kernels take it; one per chain of the search."""
    return handle(table_for(compiled, arrays, state))
