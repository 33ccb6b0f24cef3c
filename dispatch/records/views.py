"""Records as plain values: what leaves this floor. Secrets and deferred columns are not in them."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from db.base import Keyed
from dispatch.access.audit import SECRET_FIELDS
from dispatch.records.nouns import Collection, Noun, Row

View = dict[str, Any]


def view(session: Session, noun: Noun[Row], row: Row) -> View:
    """A record as plain values, with its collections as lists of plain values, and its `tag`."""
    return views(session, noun, (row,))[0]


def views(session: Session, noun: Noun[Row], rows: Sequence[Row]) -> list[View]:
    """Records as plain values; one query per collection for all of them together."""
    shown = [_columns(noun, row) for row in rows]
    for collection in noun.collections:
        hanging = _hanging(session, collection, [row.id for row in rows])
        for row, values in zip(rows, shown, strict=True):
            values[collection.name] = hanging[row.id]
    return shown


def _columns(noun: Noun[Row], row: Row) -> View:
    values = {name: getattr(row, name) for name in noun.columns() if name not in SECRET_FIELDS}
    values |= {
        f"has_{name}": getattr(row, name) is not None for name in sorted(SECRET_FIELDS) if name in noun.mapper.columns
    }
    return values | {"tag": tag_of(row)}


def _hanging(session: Session, collection: Collection, parents: Sequence[int]) -> dict[int, list[View]]:
    parent = getattr(collection.model, collection.parent)
    query = select(collection.model).where(parent.in_(parents))
    found: dict[int, list[View]] = defaultdict(list)
    for row in session.scalars(query.order_by(getattr(collection.model, collection.order), collection.model.id)):
        found[getattr(row, collection.parent)].append(plain(row))
    return found


def plain(row: Keyed) -> View:
    """All columns of a row, secrets apart."""
    return {
        attribute.key: getattr(row, attribute.key)
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in SECRET_FIELDS
    }


def tag_of(row: Keyed) -> str:
    """What an edit names to say which state of the row it means: the version, or a digest where there is none."""
    version = getattr(row, "version", None)
    if version is not None:
        return str(version)
    return hashlib.sha256(repr(sorted(plain(row).items())).encode()).hexdigest()[:16]
