"""Sample companies, made once per process."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from db.base import Base
from db.models import WorkOrder, WorkOrderStatus
from fixtures.company import Company, Size, generate

TUESDAY = date(2026, 3, 3)


@cache
def company(visits: int = 60, technicians: int = 9, months: int = 12, day: date = TUESDAY, seed: int = 7) -> Company:
    """A company of a size that tests can afford."""
    return generate(seed, day, Size(visits, technicians, months))


def by_id(made: Company, model: type[Base]) -> Mapping[int, Mapping[str, Any]]:
    """The rows of a table by their ids."""
    return {row["id"]: row for row in made.rows(model)}


def groups(rows: Sequence[Mapping[str, Any]], column: str) -> dict[Any, list[Mapping[str, Any]]]:
    """Rows by the value of a column."""
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def open_orders(made: Company) -> list[Mapping[str, Any]]:
    """Work orders that are neither done nor cancelled."""
    closed = (WorkOrderStatus.DONE, WorkOrderStatus.CANCELLED)
    return [row for row in made.rows(WorkOrder) if row["status"] not in closed]
