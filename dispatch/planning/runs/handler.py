"""Planning runs as durable jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import PlanningRun, RunStatus
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.compute.solving import Solve
from dispatch.compute.worker import Lease
from dispatch.planning.runs.execution import execute
from dispatch.travel.places import TravelTimes

JOB_KIND: Final = "planning_run"


@dataclass(frozen=True)
class RunHandler:
    """Carries out planning runs as durable jobs."""

    uow: UnitOfWork
    clock: Clock
    travel: TravelTimes
    solve: Solve

    def run(self, lease: Lease) -> None:
        """Carries out the job's run."""
        execute(
            self.uow,
            lease.claim.payload["run_id"],
            travel=self.travel,
            clock=self.clock,
            solve=self.solve,
            lease=lease,
        )

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        """Marks the run as failed."""
        run = session.get(PlanningRun, payload["run_id"], with_for_update=True)
        if run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING):
            run.status = RunStatus.FAILED
            run.error = error
            run.finished_at = self.clock.now()
