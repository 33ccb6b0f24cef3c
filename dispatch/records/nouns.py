"""How a kind of record is kept: its table, what hangs on it, and the rules beyond those of the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import Mapper, Session

from db.base import Base, Keyed
from dispatch.access import Viewer
from dispatch.errors import Fault

Row = TypeVar("Row", bound=Keyed)
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft(Generic[Row]):
    """A record as it would be kept.

    before: the former values of the columns that change; empty for a new record.
    hanging: what was given for its collections; absent ones stay.
    """

    row: Row
    is_new: bool
    before: Mapping[str, Any]
    hanging: Mapping[str, list[Values]]


def as_given(_session: Session, _viewer: Viewer, values: Values) -> Values:
    """The values as they came."""
    return values


def no_rule(_session: Session, _draft: Any) -> list[Fault]:
    """No fault."""
    return []


@dataclass(frozen=True, slots=True)
class Collection:
    """Rows that hang on a record and are shown, and kept, with it.

    name: what it is called in views and values.
    parent: its column that names the record.
    key: its columns that tell one row of a record from another; rows of the same key are changed, not replaced.
    order: its column by which the rows are shown.
    kept: whether it may be written with the record; otherwise it is only shown.
    """

    name: str
    model: type[Keyed]
    parent: str
    key: tuple[str, ...]
    order: str = "id"
    kept: bool = True


@dataclass(frozen=True)
class Noun(Generic[Row]):
    """How a kind of record is kept.

    prefix: of the human numbers in the column `number`, drawn when none is given; None: it has none.
    hidden: columns that no view shows.
    search: columns the filter `q` looks into.
    filters: conditions beyond equality on a column and `<column>_from`, `<column>_before`.
    prepare: completes the values of a new record from what they refer to.
    check: the faults of a record as it would be kept. May raise RuleBroken.
    """

    model: type[Row]
    collections: tuple[Collection, ...] = ()
    prefix: str | None = None
    hidden: frozenset[str] = frozenset()
    search: tuple[str, ...] = ()
    filters: Mapping[str, Callable[[Any], ColumnElement[bool]]] = field(default_factory=dict)
    prepare: Callable[[Session, Viewer, Values], Values] = as_given
    check: Callable[[Session, Draft[Row]], list[Fault]] = no_rule

    @property
    def mapper(self) -> Mapper[Row]:
        """The mapper of the table."""
        mapper: Mapper[Row] = inspect(self.model)
        return mapper

    @property
    def entity(self) -> type[Base]:
        """The table's class, as the access rules name it."""
        return as_entity(self.model)

    @property
    def name(self) -> str:
        """What people call it: "work order"."""
        return spoken_table(self.model)

    def columns(self) -> tuple[str, ...]:
        """The columns a view shows."""
        return tuple(
            attribute.key
            for attribute in self.mapper.column_attrs
            if attribute.key not in self.hidden and not attribute.deferred
        )


def as_entity(model: type[Keyed]) -> type[Base]:
    """The same class, known to be a table."""
    if not issubclass(model, Base):
        msg = f"{model.__name__} is no table"
        raise TypeError(msg)
    return model


def spoken_table(model: type[Keyed]) -> str:
    """What people call a kind of record."""
    return str(as_entity(model).__tablename__).replace("_", " ")
