"""Says which record is in the way before the table's unique constraints do."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Table, UniqueConstraint, select
from sqlalchemy.orm import Session

from db.base import Keyed
from dispatch.access import elevated
from dispatch.errors import Conflict
from dispatch.records.nouns import as_entity, spoken_table


def refuse_if_taken(session: Session, row: Keyed, changed: Iterable[str]) -> None:
    """Nothing, when no other row has the same values where they must differ. `changed` columns alone are looked at.

    Raises Conflict naming the values that are taken.
    """
    model, touched = type(row), set(changed)
    for columns in _unique_sets(as_entity(model).__table__):
        values = {column: getattr(row, column) for column in columns}
        if touched.isdisjoint(columns) or None in values.values():
            continue
        same = [getattr(model, column) == value for column, value in values.items()]
        with elevated(session, "uniqueness"), session.no_autoflush:
            other = session.scalar(select(model.id).where(*same, model.id != (row.id or 0)).limit(1))
        if other is not None:
            said = ", ".join(f"{column} {value}" for column, value in values.items())
            msg = f"There is already a {spoken_table(model)} with {said}; choose another value, or edit that one."
            raise Conflict(msg)


def _unique_sets(table: object) -> Iterator[tuple[str, ...]]:
    if isinstance(table, Table):
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield tuple(column.key for column in constraint.columns)
