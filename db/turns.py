"""Writers of one process take turns before they ask SQLite for its one lock.

SQLite keeps no queue: who finds the file locked sleeps, up to 0.1 s at a time, and asks again, so with dozens of
writers an unlucky one may lose its patience while others go by. A lock of this process is handed on at once, and leaves
SQLite's own waiting to writers of different processes.
"""

import sqlite3
import threading
from datetime import timedelta

from db.faults import being_written


class Turns:
    """The writers of one engine, one at a time.

    place: the database, as an error may show it.
    patience: how long a writer waits for its turn.
    """

    def __init__(self, place: str, patience: timedelta) -> None:
        self._place = place
        self._patience = patience.total_seconds()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Waits until nobody else of this process writes. Raises DatabaseBusy when that takes too long."""
        if not self._lock.acquire(timeout=self._patience):
            raise being_written(self._place, f"no turn within {self._patience:g} s")

    def hand_on(self) -> None:
        """Lets the next writer go on."""
        self._lock.release()


class WritingInTurn(sqlite3.Connection):
    """A connection whose writing transactions take turns with those of other connections of `turns`."""

    turns: Turns | None = None
    _has_turn = False

    def wait_for_turn(self) -> None:
        """Returns when this connection may begin to write. Raises DatabaseBusy."""
        if self.turns is not None:
            self.turns.take()
            self._has_turn = True

    def hand_on(self) -> None:
        """Lets the next writer go on, if this connection had the turn; commit, rollback and close do it too."""
        if self._has_turn and self.turns is not None:
            self._has_turn = False
            self.turns.hand_on()

    def commit(self) -> None:
        try:
            super().commit()
        except BaseException:
            # SQLite leaves the transaction open, for another try; SQLAlchemy takes it for ended, and would put the
            # connection back with it, and with the turn that everybody else waits for.
            super().rollback()
            raise
        finally:
            self.hand_on()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.hand_on()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.hand_on()
