"""Beside a solve: its progress noted, and a look whether it is to stop."""

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import DatabaseError
from db.models import PlanningRun, RunStatus
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.compute.solving import Progress

log = logging.getLogger(__name__)

SYSTEM: Final = Viewer.system("planning")
LOOK_EVERY: Final = 0.25
"""Seconds between two looks for a cancellation, and between two notes of progress."""


class Watch:
    """Beside a solve: notes its progress and looks whether it is to stop, from a thread of its own."""

    def __init__(self, uow: UnitOfWork, run_id: int, is_over: Callable[[], bool]) -> None:
        self._uow, self._run_id, self._is_over = uow, run_id, is_over
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"watch of run {run_id}", daemon=True)
        self.latest: Progress | None = None
        self.stop = threading.Event()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        noted: Progress | None = None
        while not self._done.wait(LOOK_EVERY):
            try:
                if self._is_over() or self._is_cancelled():
                    self.stop.set()
                if self.latest is not noted:
                    noted = self.latest
                    self._note(noted)
            except DatabaseError as error:
                log.warning("run %s goes on without its database: %s", self._run_id, error)

    def _is_cancelled(self) -> bool:
        query = select(PlanningRun.cancel_requested_at).where(PlanningRun.id == self._run_id)
        with self._uow(viewer=SYSTEM, read_only=True) as session:
            return session.scalar(query) is not None

    def _note(self, progress: Progress | None) -> None:
        def write(session: Session) -> None:
            query = select(PlanningRun).where(PlanningRun.id == self._run_id).with_for_update()
            run = session.scalars(query).one()
            if progress is not None and run.status is RunStatus.RUNNING:
                run.progress = asdict(progress)

        self._uow.run(write, viewer=SYSTEM)
