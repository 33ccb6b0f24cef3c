"""What records refer to, and what refers to them."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, func, inspect, select
from sqlalchemy.orm import Session

from db.base import Base, Keyed
from dispatch.access import Action, elevated, may, spoken, viewer_of
from dispatch.errors import Fault, RuleBroken
from dispatch.records.nouns import as_entity, spoken_table


@cache
def _entities() -> dict[str, type[Base]]:
    return {str(mapper.class_.__tablename__): mapper.class_ for mapper in Base.registry.mappers}


def reference_faults(session: Session, model: type[Keyed], values: Mapping[str, Any], pointer: str = "") -> list[Fault]:
    """A fault for each value that refers to a row which is not there, or which the viewer may not see.

    What a viewer may hand in but not read, such as an integrator's contacts, may be referred to.
    """
    faults = []
    for column in inspect(model).columns:
        value = values.get(column.key)
        for key in column.foreign_keys if value is not None else ():
            entity = _entities()[key.column.table.name]
            if not _is_there(session, entity, key.column.key, value):
                msg = f"There is no {spoken(entity)} {value}, or not for you; name another."
                faults.append(Fault(f"{pointer}/{column.key}", msg))
    return faults


def _is_there(session: Session, entity: type[Base], column: str, value: object) -> bool:
    viewer, target = viewer_of(session), getattr(entity, column)
    query = select(target).where(target == value)
    if may(viewer, Action.CREATE, entity) and not may(viewer, Action.READ, entity):
        with elevated(session, "references"):
            return session.scalar(query) is not None
    return session.scalar(query) is not None


def refuse_if_used(session: Session, model: type[Keyed], key: int) -> None:
    """Nothing, when no row depends on this one.

    Raises RuleBroken naming what refers to it.
    """
    with elevated(session, "references"):
        used = {spoken(entity): count for entity, count in _uses(session, model, key) if count}
    if used:
        by = ", ".join(f"{name} ({count})" for name, count in sorted(used.items()))
        msg = (
            f"The {spoken_table(model)} {key} cannot be deleted: {by} refer to it. Let these refer to another one, or "
            "delete them first; what has a history is better retired than deleted."
        )
        raise RuleBroken(msg)


def _uses(session: Session, model: type[Keyed], key: int) -> Iterator[tuple[type[Base], int]]:
    for entity in _entities().values():
        for column in entity.__table__.columns:
            if any(_hinders(foreign, model) for foreign in column.foreign_keys):
                count = select(func.count()).select_from(entity).where(getattr(entity, column.key) == key)
                yield entity, session.scalar(count) or 0


def _hinders(foreign: ForeignKey, model: type[Keyed]) -> bool:
    return foreign.column.table is as_entity(model).__table__ and foreign.ondelete != "CASCADE"
