"""Rows out of the database, as they go into a file."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from db.models import Contact
from db.session import Session
from dispatch.access.viewer import Viewer
from dispatch.exchange.book import Book
from dispatch.exchange.cells import Written
from dispatch.exchange.kind import Kind

BATCH: Final = 500


def heading(kind: Kind, *, template: bool = False) -> list[str]:
    """The heading of a file of this kind; a template also has what may be imported but is never exported."""
    return [column.name for column in kind.columns if template or not column.secret]


def export_rows(session: Session, viewer: Viewer, kind: Kind) -> Iterator[Sequence[Written]]:
    """All rows of a kind that the viewer may see, in the order of `heading(kind)`; secrets are left out.

    The session must carry the viewer (`see_as`), which is what scopes the rows.
    """
    book = Book(session)
    columns = [column for column in kind.columns if not column.secret]
    for row in session.scalars(_all(kind).execution_options(yield_per=BATCH)):
        values = ((column, column.pull(row, book)) for column in columns)
        yield [None if value is None else column.cell.write(value) for column, value in values]


def _all(kind: Kind) -> Select[Any]:
    model: Any = kind.model
    query = select(model).options(*(selectinload(getattr(model, name)) for name in kind.below)).order_by(model.id)
    # Who was erased is not a person any more, only what old records refer to.
    return query.where(Contact.erased_at.is_(None)) if model is Contact else query
