"""How far from optimal a plan of a small day can still be: a proven lower bound on the cost of any plan."""

from solver.bound.bound import MOST_VISITS, Bound, bound, relaxed
from solver.bound.child import bound_in_child

__all__ = ["MOST_VISITS", "Bound", "bound", "bound_in_child", "relaxed"]
