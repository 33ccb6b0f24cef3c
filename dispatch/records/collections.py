"""Keeps what hangs on a record in step with what was given."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.base import Keyed
from dispatch.access import Action, Viewer, require
from dispatch.errors import Fault, Invalid
from dispatch.records.nouns import Collection, Noun, Row, Values, as_entity
from dispatch.records.references import reference_faults, refuse_if_used

Changes = dict[str, tuple[object, object]]


def split(noun: Noun[Row], values: Values) -> tuple[Values, dict[str, list[Values]]]:
    """The values of the record's own columns, and those of its collections."""
    names = {collection.name for collection in noun.collections if collection.kept}
    own = {name: value for name, value in values.items() if name not in names}
    return own, {name: value for name, value in values.items() if name in names and value is not None}


def collection_faults(session: Session, noun: Noun[Row], given: Mapping[str, Sequence[Values]]) -> list[Fault]:
    """A fault for each row that comes twice, or refers to what is not there."""
    faults = []
    for collection in noun.collections:
        seen: set[tuple[Any, ...]] = set()
        for index, item in enumerate(given.get(collection.name, ())):
            pointer, key = f"/{collection.name}/{index}", _key(collection, item)
            if key in seen:
                said = ", ".join(map(str, key))
                faults.append(Fault(pointer, f"{said} is listed twice under {collection.name}; keep one."))
            seen.add(key)
            faults += reference_faults(session, collection.model, item, pointer)
    return faults


def keep_collections(
    session: Session, viewer: Viewer, noun: Noun[Row], row: Row, given: Mapping[str, Sequence[Values]]
) -> Changes:
    """Makes the collections what was given: rows of the same key are changed, others added or deleted. Flushes.

    Raises Forbidden when the viewer may not change such rows, RuleBroken when one that would go is referred to.
    """
    changes: Changes = {}
    for collection in noun.collections:
        if collection.name not in given:
            continue
        before, after = _keep(session, viewer, collection, row.id, given[collection.name])
        if before != after:
            changes[collection.name] = (before, after)
    session.flush()
    return changes


def _keep(
    session: Session, viewer: Viewer, collection: Collection, parent: int, items: Sequence[Values]
) -> tuple[list[Values], list[Values]]:
    query = select(collection.model).where(getattr(collection.model, collection.parent) == parent)
    present: dict[tuple[Any, ...], Keyed] = {
        tuple(getattr(row, name) for name in collection.key): row for row in session.scalars(query)
    }
    fields = sorted({name for item in items for name in item} | set(collection.key))
    before = [{name: getattr(row, name) for name in fields} for _, row in sorted(present.items(), key=_by_key)]
    wanted = {_key(collection, item): item for item in items}
    for key in present.keys() - wanted.keys():
        require(viewer, Action.DELETE, as_entity(collection.model))
        refuse_if_used(session, collection.model, present[key].id)
        session.delete(present[key])
    session.flush()
    for key, item in wanted.items():
        if key not in present:
            require(viewer, Action.CREATE, as_entity(collection.model))
            session.add(collection.model(**item, **{collection.parent: parent}))
        elif any(getattr(present[key], name) != value for name, value in item.items()):
            require(viewer, Action.EDIT, as_entity(collection.model))
            for name, value in item.items():
                setattr(present[key], name, value)
    after = [{name: item.get(name) for name in fields} for _, item in sorted(wanted.items(), key=_by_key)]
    return before, after


def _key(collection: Collection, item: Values) -> tuple[Any, ...]:
    missing = [name for name in collection.key if name not in item]
    if missing:
        msg = f"A row of {collection.name} needs {', '.join(missing)}."
        raise Invalid(msg, (Fault(f"/{collection.name}", msg),))
    return tuple(item[name] for name in collection.key)


def _by_key(pair: tuple[tuple[Any, ...], object]) -> str:
    return repr(pair[0])
