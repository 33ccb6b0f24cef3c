"""Lists of records, a page at a time, by keyset: what is added or removed meanwhile neither repeats nor skips a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic

from sqlalchemy import ColumnElement, Select, String, and_, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.access import Action, Viewer, require
from dispatch.errors import Fault, Invalid
from dispatch.records.nouns import Noun, Row

LARGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is ordered; rows of the same value by id, in the same direction."""

    column: str = "id"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list; `after` is where the next page starts (column's value, id), None: there is none."""

    rows: tuple[Row, ...]
    after: tuple[Any, int] | None


FIRST: Final = Order()


def page(
    session: Session,
    viewer: Viewer,
    noun: Noun[Row],
    *,
    limit: int,
    order: Order = FIRST,
    after: tuple[Any, int] | None = None,
    filters: Mapping[str, Any] | None = None,
) -> Page[Row]:
    """Up to `limit` rows that the viewer may see, after the given place.

    filters: {column: value or list of values, column_from: value, column_before: value, or a filter of the noun's};
    None as a value is no filter.

    Raises Forbidden, Invalid for a limit out of 1..200 or an unknown filter.
    """
    require(viewer, Action.READ, noun.entity)
    if not 1 <= limit <= LARGEST:
        msg = f"The limit {limit} is out of bounds; use 1 to {LARGEST}."
        raise Invalid(msg, (Fault("/limit", msg),))
    column = _attribute(noun, order.column)
    query = _filtered(select(noun.model), noun, filters or {}).where(*_behind(noun, column, order, after))
    by = (column.desc(), noun.model.id.desc()) if order.descending else (column.asc(), noun.model.id.asc())
    rows = session.scalars(query.order_by(*by).limit(limit + 1)).all()
    shown = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(shown, (getattr(shown[-1], order.column), shown[-1].id) if more else None)


def _attribute(noun: Noun[Row], name: str) -> InstrumentedAttribute[Any]:
    attribute: InstrumentedAttribute[Any] = getattr(noun.model, name)
    return attribute


def _behind(
    noun: Noun[Row], column: InstrumentedAttribute[Any], order: Order, after: tuple[Any, int] | None
) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    value, key = after
    if order.descending:
        return [or_(column < value, and_(column == value, noun.model.id < key))]
    return [or_(column > value, and_(column == value, noun.model.id > key))]


def _filtered(query: Select[Row], noun: Noun[Row], filters: Mapping[str, Any]) -> Select[Row]:
    for name, value in filters.items():
        if value is not None:
            query = query.where(_condition(noun, name, value))
    return query


def _condition(noun: Noun[Row], name: str, value: Any) -> ColumnElement[bool]:
    if name in noun.filters:
        return noun.filters[name](value)
    if name == "q" and noun.search:
        return or_(
            *(cast(_attribute(noun, column), String).icontains(value, autoescape=True) for column in noun.search)
        )
    if name in noun.columns():
        column = _attribute(noun, name)
        return column.in_(value if isinstance(value, list | tuple | set | frozenset) else [value])
    stem, _, bound = name.rpartition("_")
    if bound in ("from", "before") and stem in noun.columns():
        column = _attribute(noun, stem)
        return and_(column >= value) if bound == "from" else and_(column < value)
    msg = f"A list of {noun.name} has no filter {name!r}."
    raise Invalid(msg, (Fault(f"/{name}", msg),))
