"""Travel matrices: millions of numbers, so checked row by row, and value by value only where a row is faulty."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from solver.formats.node import Node
from solver.problem import MAX_TIME, UNREACHABLE, IntMatrix

SHOWN_FAULTS: Final = 100
"""So many faulty values of one matrix are told one by one; the rest in one line."""


def read_matrix(node: Node, what: str) -> IntMatrix | None:
    """An n × n matrix of whole numbers, null read as UNREACHABLE; None when it is refused."""
    before = len(node.faults)
    if isinstance(node.value, np.ndarray):
        found = _given(node, node.value)
    else:
        rows = node.items()
        found = np.full((len(rows), len(rows)), UNREACHABLE, dtype=np.int64)
        _each(node, _fill(found, rows), what)
    return found if len(node.faults) == before else None


def _each(node: Node, faulty: Iterator[tuple[Node, int | None]], what: str) -> None:
    """Refuse every faulty row, and every faulty value in a row; beyond some, count them."""
    extra = 0
    for count, (row, column) in enumerate(faulty):
        if count >= SHOWN_FAULTS:
            extra += 1
        elif column is not None and isinstance(row.value, list):
            row.child(column, row.value[column]).integer(0, MAX_TIME, what)
        else:
            row.refuse("the matrix must be square", "give each row, a list, as many values as there are rows")
    if extra:
        node.refuse("every one must be right", "correct those above first", f"has {extra} more faulty values")


def _fill(found: IntMatrix, rows: list[Node]) -> Iterator[tuple[Node, int | None]]:
    """Copy the rows; those that are faulty are handed back instead, with the column of each faulty value."""
    for i, row in enumerate(rows):
        values = row.value
        if not isinstance(values, list) or len(values) != len(rows):
            yield row, None
            continue
        kinds = set(map(type, values))
        gaps = type(None) in kinds
        numbers = [value for value in values if value is not None] if gaps else values
        if kinds <= {int, type(None)} and min(numbers, default=0) >= 0 and max(numbers, default=0) <= MAX_TIME:
            found[i] = [UNREACHABLE if value is None else value for value in values] if gaps else values
        else:
            yield from ((row, column) for column, value in enumerate(values) if not _sound(value))


def _sound(value: object) -> bool:
    """Whether it is a whole number within the limits, or null."""
    return value is None or (type(value) is int and 0 <= value <= MAX_TIME)


def _given(node: Node, matrix: IntMatrix) -> IntMatrix:
    """A matrix that is an array already, as in a Problem built in Python."""
    if matrix.dtype != np.int64 or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        got = f"is an array of {matrix.dtype}, shape {matrix.shape}"
        node.refuse("must be an array of int64, shape (n, n)", "convert it", got)
        return matrix
    for i, j in np.argwhere((matrix < UNREACHABLE) | (matrix > MAX_TIME))[:SHOWN_FAULTS].tolist():
        limit = f"must be {UNREACHABLE} (no road) to {MAX_TIME}"
        node.child(i).child(j, int(matrix[i, j])).refuse(limit, "bring it within these limits")
    return matrix


def compare_metres(node: Node, seconds: IntMatrix, metres: IntMatrix) -> None:
    """Refuse metres of another size than seconds, and no metres where there are seconds."""
    if metres.shape != seconds.shape:
        got = f"is {len(metres)} × {len(metres)}"
        node.refuse(f"must be {len(seconds)} × {len(seconds)} as travel.seconds is", "give both the same places", got)
        return
    gaps = np.argwhere((metres == UNREACHABLE) & (seconds != UNREACHABLE))
    for i, j in gaps[:SHOWN_FAULTS].tolist():
        cell = node.child(i).child(j)
        cell.refuse("may be null only where travel.seconds is null", "give the distance, or make both null")
    if len(gaps) > SHOWN_FAULTS:
        got = f"has {len(gaps) - SHOWN_FAULTS} more such gaps"
        node.refuse("every distance must be there", "correct those above first", got)
