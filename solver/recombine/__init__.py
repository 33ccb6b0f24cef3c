"""Recombining routes: the best set of routes out of all that a search has seen."""

from solver.recombine.choice import recombine
from solver.recombine.column import Column, column_of, total
from solver.recombine.offering import offered

__all__ = ["Column", "column_of", "offered", "recombine", "total"]
