"""Two rows for every table, made from the metadata alone, so that no new table is forgotten."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Enum, MetaData, Table, insert

from db.types import UtcDateTime

ROWS: Final = (1, 2)
_FIRST: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)

# What the CHECKs of some tables ask for beyond the general rule; a pair holds the values of the two rows.
_SPECIAL: Final[dict[str, dict[str, tuple[Any, Any]]]] = {
    "appointment": {"probability": (0.25, 0.75)},
    "customer_link": {"work_order_id": (1, None), "contact_id": (1, None), "technician_id": (None, 2)},
    "match_pair": {"other_id": (2, 1), "probability": (0.25, 0.75)},
    "part_substitute": {"substitute_id": (2, 1)},
    "slot_policy": {
        "width_minutes": (120, 60),
        "most_width_minutes": (240, 180),
        "same_day_width_minutes": (60, 45),
        "least_probability": (0.75, 0.5),
    },
    "stock_movement": {
        "from_technician_id": (None, 2),
        "from_warehouse_id": (1, None),
        "to_warehouse_id": (None, None),
    },
    "stop": {
        "kind": ("visit", "warehouse"),
        "visit_id": (1, None),
        "warehouse_id": (None, 2),
        "shift_break_id": (None, None),
    },
    "visit_link": {"other_id": (2, 1)},
    "user": {"role": ("technician", "administrator"), "technician_id": (1, None)},
}


def fill(connection: Connection, metadata: MetaData) -> None:
    """Puts two rows into every table; every column has a value at least once. Keys come from the database: 1 and 2."""
    for table in metadata.sorted_tables:
        connection.execute(insert(table), [_row(table, row) for row in ROWS])


def contents(connection: Connection, metadata: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of its key, as the driver gives it."""
    return {
        name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY 1')]
        for name in metadata.tables
    }


def _row(table: Table, row: int) -> dict[str, Any]:
    values = {column.name: _value(column, row) for column in table.columns if column.name != "id"}
    return values | {name: pair[row - 1] for name, pair in _SPECIAL.get(table.name, {}).items()}


def _value(column: Column[Any], row: int) -> Any:
    own = {key.column.table.name for key in column.foreign_keys} == {column.table.name}
    if own:
        return None if row == 1 else 1
    if isinstance(column.type, Enum):
        return column.type.enums[row - 1]
    # A later column holds a later time: starts come before ends in every table.
    step = list(column.table.columns).index(column)
    return _of_kind(column, row, step)


def _of_kind(column: Column[Any], row: int, step: int) -> Any:
    # SQLAlchemy calls what a JSON column holds an object.
    by_kind: dict[type, Any] = {
        int: row,
        float: row + 0.25,
        bool: row == 1,
        bytes: bytes(range(row, 256)),
        object: {"row": row, "ä": [None, 1.5]},
        datetime: _FIRST + timedelta(days=row, hours=step, microseconds=row),
        date: date(2026, 3, row) + timedelta(days=step),
        time: time(step % 24, row),
        str: _text(column, row),
    }
    return by_kind[datetime if isinstance(column.type, UtcDateTime) else column.type.python_type]


def _text(column: Column[Any], row: int) -> str:
    length = getattr(column.type, "length", None) or 40
    return f"{column.name[: max(length - 2, 0)]}{row}".rjust(length, "é")[:length] if length < 64 else f"{row:064}"
