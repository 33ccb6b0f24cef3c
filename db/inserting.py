"""Rows that somebody else may insert at the same moment: theirs stands."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.base import Base


def unless_there(session: Session, kind: type[Base], values: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    """The insertion of a row, which does nothing where one is there with the same of what is unique.

    On PostgreSQL it waits for whoever inserts such a row at the same time; on SQLite there is one writer.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(kind).values(**values).on_conflict_do_nothing()
