"""Jobs of the night: one each night, however many workers there are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.compute.jobs import enqueue


@dataclass
class EachNight:
    """A chore of the worker: puts a night's job in the queue.

    kind: of the job. hour: of the day, in UTC.
    """

    uow: UnitOfWork
    clock: Clock
    kind: str
    hour: int
    planned: datetime | None = None

    def __call__(self) -> bool:
        """Whether a job was put there, or was there already, for a night that this worker had not seen to yet."""
        night = self._next(self.clock.now())
        if self.planned == night:
            return False
        key = f"{self.kind}:{night:%Y-%m-%d}"
        self.uow.run(
            lambda session: enqueue(session, self.kind, key, {}, run_after=night), viewer=Viewer.system("nights")
        )
        self.planned = night
        return True

    def _next(self, now: datetime) -> datetime:
        tonight = now.astimezone(UTC).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return tonight if now <= tonight else tonight + timedelta(days=1)
