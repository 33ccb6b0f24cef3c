"""Rows of a file into rows of the database: found by their natural key, or made."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from db.base import Stamped
from db.session import Session
from dispatch.access import Viewer
from dispatch.access.audit import note
from dispatch.exchange.book import AMBIGUOUS, Book
from dispatch.exchange.cells import BadCell
from dispatch.exchange.columns import Column
from dispatch.exchange.history import changes
from dispatch.exchange.kind import Kind
from dispatch.exchange.reading import BadRow, Entry, bad_cell

BATCH: Final = 500


class Upsert:
    """Puts the entries of one file into one session; `bad` lists what is wrong, and with any nothing is flushed."""

    def __init__(self, session: Session, viewer: Viewer, kind: Kind, entries: Sequence[Entry]) -> None:
        """Prepare for the entries of a file, all of them, which then are `put` together or in parts."""
        self._session = session
        self._viewer = viewer
        self._kind = kind
        self._book = Book(session)
        self._seen: dict[str, int] = {}
        self._keys = Counter(kind.key_of(entry.values) for entry in entries)
        self.bad: list[BadRow] = []
        self.new = self.changed = self.same = 0

    def put(self, entries: Sequence[Entry]) -> None:
        """Make or change the rows, and flush them when all are good.

        Raises IntegrityError when the database refuses what looked good.
        """
        placed: list[tuple[Entry, str, Any]] = []
        with self._session.no_autoflush:
            for start in range(0, len(entries), BATCH):
                placed += self._put_batch(entries[start : start + BATCH])
            if not self.bad:
                self._save(placed)

    def _put_batch(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, str, Any]]:
        named = [(entry, self._name(entry)) for entry in entries]
        found = self._load([name for _, name in named if name is not None])
        for entry, name in named:
            if name is None:
                continue
            row = found.get(name)
            if row is None:
                row = self._kind.model()
            if self._fill(entry, row, is_new=name not in found):
                yield entry, name, row

    def _name(self, entry: Entry) -> str | None:
        """What the entry's row is called, unless that is wrong."""
        last = self._kind.column(self._kind.key[-1])
        try:
            shared = self._keys[self._kind.key_of(entry.values)] > 1
            name = self._kind.identify(entry.values, self._book, repeated=shared)
            if self._book.ids(self._kind.what).get(name) == AMBIGUOUS:
                self._book.find(self._kind.what, name)
        except BadCell as fault:
            self.bad.append(bad_cell(entry.row, last, entry.texts[last.name], fault))
            return None
        first = self._seen.setdefault(name, entry.row)
        if first != entry.row:
            repeated = BadCell(f"repeats {name}, which row {first} has", "remove one of the two rows")
            self.bad.append(bad_cell(entry.row, last, entry.texts[last.name], repeated))
            return None
        return name

    def _load(self, names: Sequence[str]) -> dict[str, Any]:
        ids = self._book.ids(self._kind.what)
        keys = {ids[name]: name for name in names if name in ids}
        model: Any = self._kind.model
        below = (selectinload(getattr(model, name)) for name in self._kind.below)
        query = select(model).where(model.id.in_(keys)).options(*below)
        return {keys[row.id]: row for row in self._session.scalars(query)}

    def _fill(self, entry: Entry, row: Any, *, is_new: bool) -> bool:
        """Whether the row is good; every column is tried, so that all faults are found."""
        bad: list[BadRow] = []
        for column in self._kind.columns:
            given = column.name in entry.values
            if column.late or not (given or is_new):
                continue
            text = entry.texts.get(column.name, "")
            try:
                column.push(row, _value(entry, column), self._book)
            except BadCell as fault:
                bad.append(bad_cell(entry.row, column, text, fault))
            if bad and column.name in self._kind.key:
                break  # the other cells are read by what these name
        bad = bad or self._breaches(entry, row)
        self.bad += bad
        return not bad

    def _breaches(self, entry: Entry, row: Any) -> list[BadRow]:
        breaches = [breach for rule in self._kind.rules for breach in rule(row)]
        changed = frozenset(changes(row, self._kind.below))
        breaches += [breach for guard in self._kind.guards for breach in guard(row, changed, self._book)]
        return [
            bad_cell(
                entry.row,
                self._kind.column(breach.column),
                entry.texts.get(breach.column, ""),
                BadCell(breach.problem, breach.remedy),
            )
            for breach in breaches
        ]

    def _save(self, placed: Sequence[tuple[Entry, str, Any]]) -> None:
        made = [row.id is None for _, _, row in placed]
        done = [changes(row, self._kind.below) for _, _, row in placed]
        for (_, _, row), is_new, changed in zip(placed, made, done, strict=True):
            if is_new:
                self._session.add(row)
            elif changed and isinstance(row, Stamped):
                row.updated_at = self._session.info["now"]()  # a change below the row is a change of the row
        self._session.flush()
        for (_, name, row), is_new in zip(placed, made, strict=True):
            if is_new:
                self._book.add(self._kind.what, name, row.id)
        late = [self._fill_late(entry, row) for entry, _, row in placed]
        if self.bad:
            return
        self._session.flush()
        for (_, _, row), is_new, changed, also in zip(placed, made, done, late, strict=True):
            self._count(row, changed | also, is_new=is_new)
        self._session.flush()

    def _fill_late(self, entry: Entry, row: Any) -> dict[str, tuple[object, object]]:
        for column in self._kind.columns:
            if column.late and column.name in entry.values:
                try:
                    column.push(row, entry.values[column.name], self._book)
                except BadCell as fault:
                    self.bad.append(bad_cell(entry.row, column, entry.texts[column.name], fault))
        return changes(row, ())

    def _count(self, row: Any, changed: dict[str, tuple[object, object]], *, is_new: bool) -> None:
        if not is_new and not changed:
            self.same += 1
            return
        self.new += is_new
        self.changed += not is_new
        note(self._session, self._viewer, "import", row, {} if is_new else changed)


def _value(entry: Entry, column: Column) -> Any:
    if column.name in entry.values:
        return entry.values[column.name]
    if column.needed:
        raise BadCell("is missing", "add the column: new rows need it")
    return column.empty
