"""Columns: how a property of a row becomes a cell, and a cell the property."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.exchange.book import Book
from dispatch.exchange.cells import BadCell, Cell, Day, Moment, Text, local_text, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A property of a row.

    name: the column's heading, and the attribute unless `attribute` says otherwise.
    needed: an empty cell is a fault. Else an empty cell means `empty`.
    secret: may be imported, is never exported, and its value shows in no message.
    late: names rows of its own kind, so it is set when all rows of the file are there.
    """

    name: str
    cell: Cell
    help: str = ""
    attribute: str = ""
    needed: bool = False
    empty: Any = None
    secret: bool = False
    late: bool = False

    def pull(self, row: Any, _book: Book) -> Any:
        """The value for the cell."""
        return getattr(row, self.attribute or self.name)

    def push(self, row: Any, value: Any, _book: Book) -> None:
        """Put what the cell said into the row.

        Raises BadCell.
        """
        if getattr(row, self.attribute or self.name) != value:
            setattr(row, self.attribute or self.name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Column):
    """Another row, by what it is called in files; `to` says what it is ("site")."""

    cell: Cell = field(default_factory=lambda: Text(400))
    to: str

    def pull(self, row: Any, book: Book) -> Any:
        """The other row's name."""
        key = getattr(row, f"{self.name}_id")
        return None if key is None else book.name(self.to, key)

    def push(self, row: Any, value: Any, book: Book) -> None:
        """Point the row to the other one.

        Raises BadCell when there is no such row.
        """
        key = None if value is None else book.find(self.to, value)
        if getattr(row, f"{self.name}_id") != key:
            setattr(row, f"{self.name}_id", key)


@dataclass(frozen=True, slots=True, kw_only=True)
class At(Column):
    """An instant, written in the local time that `zone` finds for the row."""

    cell: Cell = field(default_factory=Moment)
    zone: Callable[[Any, Book], ZoneInfo]

    def pull(self, row: Any, book: Book) -> Any:
        """Local time."""
        instant: datetime | None = getattr(row, self.name)
        return None if instant is None else local_text(instant, self.zone(row, book))

    def push(self, row: Any, value: Any, book: Book) -> None:
        """Set the instant.

        Raises BadCell for a local time that does not exist, or twice.
        """
        instant = None if value is None else place(value, self.zone(row, book))
        if getattr(row, self.name) != instant:
            setattr(row, self.name, instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDay(Column):
    """The local day of another column's instant `of`, in the zone that `zone` finds for the row; empty: worked out."""

    cell: Cell = field(default_factory=Day)
    of: str
    zone: Callable[[Any, Book], ZoneInfo]

    def push(self, row: Any, value: Any, book: Book) -> None:
        """Set the day.

        Raises BadCell for any other day than the instant's.
        """
        zone = self.zone(row, book)
        day: date = getattr(row, self.of).astimezone(zone).date()
        if value not in (None, day):
            raise BadCell(f"is not the day of {self.of} in {zone.key}, {day}", f"write {day}, or leave it empty")
        if getattr(row, self.name) != day:
            setattr(row, self.name, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Column):
    """Rows below the row, in one cell, replaced together.

    by: what tells the rows below apart (a unique key of theirs); () for their order alone.
    take: the plain values of the rows below, as `cell` writes them. give: the same as new rows; may raise BadCell.
    """

    by: tuple[str, ...] = ()
    take: Callable[[Any, Book], list[Any]]
    give: Callable[[list[Any], Any, Book], list[Any]]
    empty: Any = ()

    def pull(self, row: Any, book: Book) -> Any:
        """The values, or None when there are none."""
        return self.take(row, book) or None

    def push(self, row: Any, value: Any, book: Book) -> None:
        """Make the rows below what the cell said; those that stay keep their ids.

        Raises BadCell.
        """
        wanted = self.give(list(value), row, book)
        current: list[Any] = getattr(row, self.attribute or self.name)
        matched = _match(current, wanted, self.by)
        for have in [have for have in current if not any(have is kept for kept, _ in matched)]:
            current.remove(have)
        for have, want in matched:
            if have is None:
                current.append(want)
                continue
            for key, new in _given(want).items():
                if getattr(have, key) != new:
                    setattr(have, key, new)


def _given(row: Any) -> dict[str, Any]:
    """The properties that were set on a new row."""
    return {key: value for key, value in vars(row).items() if not key.startswith("_")}


def _match(current: list[Any], wanted: list[Any], by: tuple[str, ...]) -> list[tuple[Any, Any]]:
    """Each wanted row with the current one it takes the place of, if any."""
    if not by:
        return [(current[place] if place < len(current) else None, want) for place, want in enumerate(wanted)]
    have = {tuple(getattr(row, key) for key in by): row for row in current}
    keys = [tuple(getattr(row, key) for key in by) for row in wanted]
    if len(set(keys)) < len(keys):
        raise BadCell("names the same thing twice", "name each once")
    return [(have.get(key), want) for key, want in zip(keys, wanted, strict=True)]
