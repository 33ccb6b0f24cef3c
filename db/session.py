"""Sessions and units of work.

    with uow(viewer=viewer) as session:      # rolls back at the end,
        do_something(session, viewer)
        session.commit()                     # unless told to commit

A session knows who is asking (`session.info["viewer"]`, put there by the edge and read by the access rules) and what
time it is (`session.info["now"]`), with which it stamps rows.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from db.base import AppendOnly, Stamped
from db.engine import reading
from db.errors import DatabaseBusy, NeverEdited

__all__ = ["DispatchSession", "Session", "UnitOfWork"]

Result = TypeVar("Result")


class DispatchSession(Session):
    """The session of this system; rules that hold for every query hang on it as event listeners."""


class UnitOfWork:
    """Opens sessions on one engine; a session rolls back when it is left, unless `commit()` was called.

    now: where the time comes from that rows are stamped with.
    pause: waits for so many seconds between two attempts of `run`.
    """

    def __init__(
        self, engine: Engine, *, now: Callable[[], datetime], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.engine = engine
        self._reading = reading(engine)
        self._now = now
        self._pause = pause

    def __call__(self, *, viewer: object = None, read_only: bool = False) -> DispatchSession:
        """A new session for `viewer`; a read-only one never waits for writers, and refuses to write."""
        return DispatchSession(
            self._reading if read_only else self.engine,
            expire_on_commit=False,
            info={"viewer": viewer, "now": self._now},
        )

    def run(self, work: Callable[[Session], Result], *, viewer: object = None, attempts: int = 4) -> Result:
        """What `work` returns, committed; begun anew when the database was busy.

        `work` may run several times, each in a transaction of its own: it must have no effect outside the database.

        Raises DatabaseBusy when the last attempt found the database busy too.
        """

        def once() -> Result:
            with self(viewer=viewer) as session:
                result = work(session)
                session.commit()
                return result

        retrying = Retrying(
            retry=retry_if_exception_type(DatabaseBusy),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=0.05, max=1.0),
            sleep=self._pause,
            reraise=True,
        )
        return retrying(once)


@event.listens_for(DispatchSession, "before_flush")
def _stamp(session: Session, _context: UOWTransaction, _instances: object) -> None:
    now: datetime = session.info["now"]()
    for row in session.new:
        if isinstance(row, Stamped):
            # Rows loaded from elsewhere bring their own times.
            row.created_at = row.created_at or now
            row.updated_at = row.updated_at or now
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.updated_at = now


@event.listens_for(DispatchSession, "before_flush")
def _refuse_edits(session: Session, _context: UOWTransaction, _instances: object) -> None:
    changed = [row for row in session.dirty if isinstance(row, AppendOnly) and session.is_modified(row)]
    for row in [*changed, *(row for row in session.deleted if isinstance(row, AppendOnly))]:
        raise _never_edited(type(row))


@event.listens_for(DispatchSession, "do_orm_execute")
def _refuse_bulk_edits(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and issubclass(mapper.class_, AppendOnly):
        raise _never_edited(mapper.class_)


def _never_edited(kind: type) -> NeverEdited:
    return NeverEdited(f"A {kind.__name__} is written once and never changed or deleted; write another one instead")
