"""Whether a `Problem` built in Python keeps the format."""

from solver.faults import Fault, Malformed
from solver.formats.read_problem import read_problem
from solver.formats.write_problem import problem_tree
from solver.problem import Problem

__all__ = ["Fault", "Malformed", "validate"]


def validate(problem: Problem) -> list[Fault]:
    """Every fault of the problem, with the JSON pointer it has in its document; empty when it is sound."""
    try:
        read_problem(problem_tree(problem, lists=False))
    except Malformed as malformed:
        return list(malformed.faults)
    return []
