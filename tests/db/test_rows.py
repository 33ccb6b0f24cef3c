"""The rows that other tests fill tables with."""

from sqlalchemy import Engine

from db.base import Base
from tests.db.rows import ROWS, contents, fill


def test_every_table_has_rows_and_every_column_a_value(engine: Engine) -> None:
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    with engine.connect() as connection:
        rows = contents(connection, Base.metadata)
    assert {len(found) for found in rows.values()} == {len(ROWS)}
    never = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for index, column in enumerate(table.columns)
        if all(row[index] is None for row in rows[table.name])
    ]
    assert never == ["stock_movement.to_warehouse_id", "stop.shift_break_id"]
