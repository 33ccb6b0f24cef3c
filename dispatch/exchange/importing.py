"""A table into the database: all of it or nothing, and a list of everything that is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from db.errors import IntegrityError
from db.session import UnitOfWork
from dispatch.access import Action, Viewer, require
from dispatch.exchange.kind import Kind
from dispatch.exchange.reading import BadRow, Dates, Entry, read_entries
from dispatch.exchange.tables import Table
from dispatch.exchange.upsert import Upsert


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do: how many rows are new, changed, the same; or what is wrong.

    saved: whether it is in the database now.
    """

    new: int
    changed: int
    same: int
    bad: tuple[BadRow, ...]
    saved: bool


def import_table(
    uow: UnitOfWork, viewer: Viewer, kind: Kind, table: Table, *, dry_run: bool = False, dates: Dates = Dates.ISO
) -> Outcome:
    """Put a table into the database, unless a row is bad or it is a dry run. A process.

    Transactions: one that holds all rows; when the database refuses it, another that tries the rows one by one to
    tell which are bad, and is never committed.

    Raises Forbidden when the viewer may not make or change such rows.
    """
    require(viewer, Action.CREATE, kind.model)
    require(viewer, Action.EDIT, kind.model)
    entries, unreadable = read_entries(kind, table, dates)
    with uow(viewer=viewer) as session:
        upsert = Upsert(session, viewer, kind, entries)
        upsert.bad += unreadable
        try:
            upsert.put(entries)
        except IntegrityError:
            session.rollback()
            refused = _find_refused(uow, viewer, kind, entries)
            return Outcome(0, 0, 0, tuple(refused), saved=False)
        saved = not upsert.bad and not dry_run
        if saved:
            session.commit()
    return Outcome(upsert.new, upsert.changed, upsert.same, tuple(sorted(upsert.bad)), saved)


def _find_refused(uow: UnitOfWork, viewer: Viewer, kind: Kind, entries: Sequence[Entry]) -> list[BadRow]:
    """Which rows the database refuses, when each is put in alone after those it accepted."""
    late = {column.name for column in kind.columns if column.late}
    refused = []
    with uow(viewer=viewer) as session:
        upsert = Upsert(session, viewer, kind, entries)
        for entry in entries:
            # A late column may name a row further down, which is not there yet.
            alone = replace(entry, values={name: each for name, each in entry.values.items() if name not in late})
            savepoint = session.begin_nested()
            try:
                upsert.put([alone])
                savepoint.commit()
            except IntegrityError as error:
                savepoint.rollback()
                refused.append(BadRow(entry.row, kind.key[-1], entry.texts[kind.key[-1]], *_why(error)))
    return refused


_UNIQUE: Final = ("UNIQUE", "unique")


def _why(error: IntegrityError) -> tuple[str, str]:
    said = str(error.orig).splitlines()[0]
    if any(word in said for word in _UNIQUE):
        return f"has a value that another row has ({said})", "make it unique, or change that row instead"
    return f"is refused by the database ({said})", "correct the values that the rule is about"
