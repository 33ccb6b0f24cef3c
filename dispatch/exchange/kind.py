"""A kind of rows: which table, which columns, what makes a row the same row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from db.base import Base
from dispatch.exchange.book import AMBIGUOUS, Book
from dispatch.exchange.cells import local_text, place
from dispatch.exchange.columns import Column
from dispatch.exchange.names import full_name, join_name


class Breach(NamedTuple):
    """A row is wrong as a whole, or may not be changed so."""

    column: str
    problem: str
    remedy: str


Rule = Callable[[Any], Iterable[Breach]]
"""What a row must fulfil, told from the row alone."""

Guard = Callable[[Any, frozenset[str], Book], Iterable[Breach]]
"""What may not be changed: gets the row, the names of the attributes that changed, and the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rows.

    what: its name in the `Book`. key: the columns that make a row the same row; a file has them all.
    also: columns that count besides where several rows have the same key (sites of one name, by their addresses).
    below: relationships that its columns read. rules, guards: what is checked beyond single cells.
    """

    name: str
    what: str
    model: type[Base]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    guards: tuple[Guard, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises KeyError.
        """
        return {column.name: column for column in self.columns}[name]

    def identify(self, values: Mapping[str, Any], book: Book, *, repeated: bool) -> str:
        """What the row with these values is called. repeated: the file has its key more than once.

        Raises BadCell when a local time in the key cannot be placed.
        """
        parts = [values[name] for name in self.key]
        if isinstance(parts[-1], datetime):
            zone = book.zone_of("technician", book.ids("technician").get(parts[0]))
            parts[-1] = local_text(place(parts[-1], zone), zone)
        name = join_name(parts)
        more = [values.get(column) for column in self.also]
        if more and all(more) and (repeated or book.ids(self.what).get(name) == AMBIGUOUS):
            return full_name(name, more)
        return name

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the key columns."""
        return tuple(values[name] for name in self.key)


def in_order(first: str, last: str) -> Rule:
    """A rule: `last` is not before `first`, where both are given."""

    def rule(row: Any) -> Iterable[Breach]:
        begins, ends = getattr(row, first), getattr(row, last)
        if begins is not None and ends is not None and ends < begins:
            yield Breach(last, f"is before {first}", "swap or correct the two")

    return rule


def both_or_none(latitude: str, longitude: str) -> Rule:
    """A rule: a place has both coordinates or neither."""

    def rule(row: Any) -> Iterable[Breach]:
        if (getattr(row, latitude) is None) != (getattr(row, longitude) is None):
            missing = latitude if getattr(row, latitude) is None else longitude
            yield Breach(missing, "is empty, the other coordinate is not", "give both or neither")

    return rule
