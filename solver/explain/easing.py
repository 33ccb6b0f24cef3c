"""One field of a problem with another value: as the problem itself, and as an edit of its document."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from solver.problem import Problem
from solver.solution import Edit

REMOVED: Final = object()
"""In place of a value: what the path leads to is taken out of its list."""


@dataclass(frozen=True, slots=True)
class Easing:
    """What is at `path` (names of fields, places in lists) becomes `value`, which is what `Problem` has there."""

    path: tuple[str | int, ...]
    value: Any


def eased(problem: Problem, easings: Iterable[Easing]) -> Problem:
    """The problem with all of them; what they do not touch is shared, the matrices too."""
    for easing in easings:
        problem = _with(problem, easing.path, easing.value)
    return problem


def edit_of(easing: Easing) -> Edit:
    """The same as an operation on the problem's document.

    Only fields of objects are set whole, which works whether the document states them or leaves them at their default.
    """
    path = "".join(f"/{step}" for step in easing.path)
    return Edit(path, op="remove") if easing.value is REMOVED else Edit(path, _plain(easing.value))


def _with(thing: Any, path: tuple[str | int, ...], value: Any) -> Any:
    head, rest = path[0], path[1:]
    if not isinstance(head, int):
        return replace(thing, **{head: _with(getattr(thing, head), rest, value) if rest else value})
    if not rest and value is REMOVED:
        return (*thing[:head], *thing[head + 1 :])
    return (*thing[:head], _with(thing[head], rest, value) if rest else value, *thing[head + 1 :])


def _plain(value: Any) -> Any:
    """The value as JSON has it; an object's fields that are null are left out."""
    if is_dataclass(value):
        given = {part.name: getattr(value, part.name) for part in fields(value)}
        return {name: _plain(found) for name, found in given.items() if found is not None}
    if isinstance(value, Mapping):
        return {name: _plain(found) for name, found in value.items()}
    if isinstance(value, Set):
        return sorted(value)
    return [_plain(found) for found in value] if isinstance(value, tuple) else value
