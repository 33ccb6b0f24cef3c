"""The project's own JSON format: problems and solutions as documents, strict in both directions.

Readers raise `Malformed`, which lists every fault with its JSON pointer, or OSError when a file cannot be read.
"""

from pathlib import Path
from typing import Any

from solver.formats import parsing
from solver.formats.files import read_bytes, write_bytes
from solver.formats.read_problem import read_problem as problem_from_tree
from solver.formats.read_solution import read_solution as solution_from_tree
from solver.formats.write_problem import problem_tree
from solver.formats.write_solution import route_tree, solution_tree
from solver.problem import Problem
from solver.solution import Solution

__all__ = [
    "dump_problem", "dump_solution", "load_problem", "load_solution", "problem_from_tree", "problem_tree",
    "read_problem", "read_solution", "route_tree", "solution_from_tree", "solution_tree", "write_problem",
    "write_solution",
]  # fmt: skip


def load_problem(document: bytes | str) -> Problem:
    """The problem in a JSON document."""
    return problem_from_tree(_parsed(document))


def load_solution(document: bytes | str) -> Solution:
    """The solution in a JSON document."""
    return solution_from_tree(_parsed(document))


def dump_problem(problem: Problem) -> bytes:
    """The problem as a compact JSON document; `load_problem` gives it back."""
    return parsing.write(problem_tree(problem))


def dump_solution(solution: Solution) -> bytes:
    """The solution as an indented JSON document; `load_solution` gives it back."""
    return parsing.write(solution_tree(solution), indent=1)


def read_problem(path: str | Path) -> Problem:
    """The problem in a file ("-": standard input)."""
    return load_problem(read_bytes(path))


def read_solution(path: str | Path) -> Solution:
    """The solution in a file ("-": standard input)."""
    return load_solution(read_bytes(path))


def write_problem(path: str | Path, problem: Problem) -> None:
    """Write the problem to a file ("-": standard output), whole or not at all."""
    write_bytes(path, dump_problem(problem))


def write_solution(path: str | Path, solution: Solution) -> None:
    """Write the solution to a file ("-": standard output), whole or not at all."""
    write_bytes(path, dump_solution(solution))


def _parsed(document: bytes | str) -> Any:
    return parsing.parse(document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document)
