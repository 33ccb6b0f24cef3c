"""What tests of changing plans do again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Plan, Route, Stop, StopKind, Visit, WorkOrder
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.planning import edit, plans, proposals, publish, runs
from dispatch.planning.change.drafts import of_row
from dispatch.planning.change.verdict import breaches
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.proposals import Applied
from dispatch.planning.views import PlanView
from tests.builders.planning import Company
from tests.planning.common import ROADS, SYSTEM

Result = TypeVar("Result")


@dataclass
class Scene:
    """A company's day in its database; every act is a transaction of its own."""

    uow: UnitOfWork
    clock: FixedClock
    company: Company

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Does the work and commits."""
        self.company.session.commit()
        return self.uow.run(work, viewer=SYSTEM)

    def apply(self, run_id: int) -> Applied:
        """Applies the run's proposal."""
        return self.act(lambda s: proposals.apply(s, SYSTEM, self.clock, self.proposal(run_id)))

    def proposal(self, run_id: int) -> int:
        """The run's proposal."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            found = runs.proposal_of(session, run_id)
        assert found is not None
        return found

    def view(self) -> PlanView:
        """The plan as it stands."""
        self.company.session.commit()
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return plans.current(session, SYSTEM, self.company.territory.id, self.company.day)

    def plan_id(self) -> int:
        """The day's plan, opened if need be."""
        company = self.company
        return self.act(lambda s: edit.open_plan(s, SYSTEM, self.clock, company.territory.id, company.day)).id

    def publish(self) -> None:
        """Publishes the plan as it stands."""
        plan_id = self.plan_id()
        self.act(lambda s: publish.publish(s, SYSTEM, self.clock, plan_id, None))

    def move(
        self,
        visit: Visit | int,
        shift_id: int | None,
        position: int | None = None,
        *,
        pin: bool | None = None,
        start: datetime | None = None,
        revisions: dict[int, int] | None = None,
    ) -> None:
        """Moves a visit by hand."""
        visit_id = visit if isinstance(visit, int) else visit.id
        wanted = edit.Move(visit_id, shift_id, position, pin, start, revisions)
        plan_id = self.plan_id()
        self.act(lambda s: edit.move(s, SYSTEM, self.clock, ROADS, plan_id, wanted))

    def routes(self) -> dict[int, list[int]]:
        """{shift id: visit ids in order} of the routes with stops."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            query = (
                select(Route.shift_id, Stop.visit_id)
                .join(Stop, Stop.route_id == Route.id)
                .where(Stop.kind == StopKind.VISIT)
                .order_by(Route.shift_id, Stop.position)
            )
            found: dict[int, list[int]] = {}
            for shift, visit in session.execute(query):
                found.setdefault(shift, []).append(visit or 0)
            return found

    def row(self, entity: type[Result], key: int) -> Result:
        """A row as it is now."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return session.get_one(entity, key)

    def visit(self, visit: Visit) -> Visit:
        """The visit as it is now."""
        return self.row(Visit, visit.id)

    def order_of(self, visit: Visit) -> WorkOrder:
        """The visit's work order as it is now."""
        return self.row(WorkOrder, visit.work_order_id)

    def plan(self) -> Plan:
        """The plan's row as it is now."""
        return self.row(Plan, self.plan_id())

    def violations(self) -> list[str]:
        """What the referee says of all stored routes."""
        self.company.session.commit()
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            rows = read_day(session, self.company.territory.id, self.company.day, self.clock.now())
        day = lay_out(rows)
        built = build(day, Roads.between(day.places, ROADS))
        stored = {shift: of_row(route) for shift, route in rows.routes.items()}
        return [breach.message for breach in breaches(built, rows.horizon, stored, stored)]
