"""What is about to change in a row, and what was there before."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState


def before(row: Any, name: str) -> Any:
    """What the attribute was before this transaction touched it; None for a new row."""
    state: InstanceState[Any] = inspect(row)
    if not state.has_identity:
        return None
    history = state.attrs[name].history
    return history.deleted[0] if history.deleted else getattr(row, name)


def changes(row: Any, below: Iterable[str]) -> dict[str, tuple[object, object]]:
    """What changed, as {attribute: (before, after)}; of rows below (named by relationship), how many there were."""
    state: InstanceState[Any] = inspect(row)
    changed: dict[str, tuple[object, object]] = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.added and history.added != history.deleted:
            changed[column.key] = (history.deleted[0] if history.deleted else None, history.added[0])
    for name in below:
        history = state.attrs[name].history
        if history.added or history.deleted or any(inspect(child).modified for child in history.unchanged or ()):
            changed[name] = (len(history.deleted or ()) + len(history.unchanged or ()), len(getattr(row, name)))
    return changed
