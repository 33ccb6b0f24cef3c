"""Many rows of many tables at once, as a sample company or a restored export brings them.

Rows are mappings of column to value. They bypass the session's units and listeners: whoever inserts in bulk gives time
stamps and versions, and opens the transaction as for any other write.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from db.base import Base

Row = Mapping[str, Any]

CHUNK: Final = 5_000
"""Rows sent to the driver at once: beyond this, memory grows and speed does not."""


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows as they are, keys included; a column that a row does not name gets its default, or NULL.

    Raises KeyError when a row names a column that the table does not have.
    """
    _insert(session.connection(), Base.metadata.tables[model.__tablename__], rows, {})


def insert_numbered(session: Session, tables: Mapping[type[Base], Sequence[Row]]) -> dict[str, int]:
    """Insert rows that number themselves from 1 in each table and refer to each other by these numbers.

    Keys and foreign keys are moved past the keys already in use. A row that refers to another of its own table comes
    after it. Returns by how much each table's keys moved, by table name; 0 in an empty database.
    Raises KeyError when a row names a column that the table does not have.
    """
    connection = session.connection()
    given = {model.__tablename__: rows for model, rows in tables.items() if rows}
    numbered = {name: table for name in given if "id" in (table := Base.metadata.tables[name]).columns}
    moved = {name: _last_key(connection, table) for name, table in numbered.items()}
    for table in Base.metadata.sorted_tables:
        if table.name in given:
            _insert(connection, table, given[table.name], moved)
    if connection.dialect.name == "postgresql":
        for table in numbered.values():
            _move_sequence(connection, table)
    return moved


def _insert(connection: Connection, table: Table, rows: Sequence[Row], moved: Mapping[str, int]) -> None:
    blank = {column.name: _default(column) for column in table.columns if _is_blank(column)}
    shifts = {name: by for name, by in _shifts(table, moved).items() if by}
    filled = (_filled(table, blank, row, shifts) for row in rows)
    while chunk := list(islice(filled, CHUNK)):
        connection.execute(insert(table), chunk)


def _filled(table: Table, blank: Row, row: Row, shifts: Mapping[str, int]) -> dict[str, Any]:
    values = {**blank, **row}
    if len(values) > len(table.columns):
        unknown = sorted(set(values) - {column.name for column in table.columns})
        raise KeyError(f"table {table.name} has no column {', '.join(unknown)}")
    for name, by in shifts.items():
        if values[name] is not None:
            values[name] += by
    return values


def _is_blank(column: Column[Any]) -> bool:
    """Whether a row that does not name the column gets what all do; a derived one is worked out for each."""
    return column.name != "id" and not column.info.get("derived")


def _default(column: Column[Any]) -> object:
    """What a row gets that does not name this column; containers are shared, which is safe for what is only written."""
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _shifts(table: Table, moved: Mapping[str, int]) -> dict[str, int]:
    shifts = {"id": moved[table.name]} if table.name in moved else {}
    for column in table.columns:
        for key in column.foreign_keys:
            shifts[column.name] = moved.get(key.column.table.name, 0)
    return shifts


def _last_key(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0


def _move_sequence(connection: Connection, table: Table) -> None:
    # Rows that bring their keys leave the sequence behind, and the next ordinary insert would meet a taken key.
    find = text("SELECT pg_get_serial_sequence(:name, 'id')").bindparams(name=f'"{table.name}"')
    sequence = connection.scalar(find)
    connection.execute(select(func.setval(sequence, _last_key(connection, table))))
