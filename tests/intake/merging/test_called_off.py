"""A planned order whose tickets all left leaves the plan; what a technician was told of is left to a person."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from db.models import VisitStatus as V
from db.models import WorkOrderStatus as W
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute.outbox import deliver
from dispatch.intake.merging import Change, merge, unmerge
from dispatch.planning import called_off, linter
from dispatch.planning.findings import Code
from dispatch.records.catalogue.calling_off import VISIT_CHANGED, consequences
from dispatch.records.catalogue.work import WORK_ORDERS
from dispatch.records.keep import edit
from dispatch.records.views import tag_of
from tests.builders.planning import at
from tests.intake.merging.desk import SYSTEM, Desk
from tests.planning.common import ROADS
from tests.planning.scene import Scene

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def clock() -> FixedClock:
    """Six in the morning of the company's day."""
    return FixedClock(at(6))


@dataclass
class Planned:
    """A day with two planned visits; `order` is the work order of one of them, `ticket` its only ticket."""

    desk: Desk
    scene: Scene
    shift: m.Shift
    kept: m.Visit
    left: m.Visit
    ticket: m.Ticket
    other: m.WorkOrder

    @property
    def status(self) -> tuple[W, V]:
        """Of the order that is left, and of its visit."""
        return self.scene.order_of(self.left).status, self.scene.visit(self.left).status

    @property
    def route(self) -> list[int]:
        """The visits in the route."""
        return self.scene.routes().get(self.shift.id, [])

    def merge_away(self) -> Change:
        """The only ticket of the planned order goes to the other one."""
        return self.scene.act(lambda session: merge(session, SYSTEM, [self.ticket.id], self.other.id))

    def take_back(self, change: Change) -> None:
        """It was a mistake."""
        self.scene.act(lambda session: unmerge(session, SYSTEM, change.merges[0].id))

    def deliver(self) -> None:
        """What the worker does, twice: the outbox delivers at least once."""
        for _ in range(2):
            deliver(self.scene.uow, self.scene.clock, called_off.receivers(self.scene.uow, self.scene.clock, ROADS))

    def findings(self) -> list[tuple[Code, str]]:
        """What the linter says of what was called off."""
        company = self.scene.company
        with self.scene.uow(viewer=SYSTEM, read_only=True) as session:
            found = linter.lint(
                session, SYSTEM, self.scene.clock, ROADS, territory_id=company.territory.id, local_date=company.day
            )
        return [(each.code, each.remedy) for each in found if each.code is Code.CALLED_OFF]


@pytest.fixture
def planned(uow: UnitOfWork, clock: FixedClock) -> Iterator[Planned]:
    """A planned day."""
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        shift = desk.company.shift(desk.company.technician())
        ticket = desk.ticket("Stuck too")
        left, other = desk.order(ticket), desk.order(desk.ticket("Stuck"))
        visits = {
            order.id: session.scalars(select(m.Visit).where(m.Visit.work_order_id == order.id)).one()
            for order in (left, other)
        }
        kept = desk.company.visit(2)
        scene = Scene(uow, clock, desk.company)
        day = Planned(desk, scene, shift, kept, visits[left.id], ticket, other)
        scene.move(kept, shift.id)
        scene.move(day.left, shift.id)
        assert day.status == (W.PLANNED, V.SCHEDULED)
        yield day


def test_the_visit_is_cancelled_and_leaves_its_route_and_all_comes_back_with_the_ticket(planned: Planned) -> None:
    number = planned.scene.order_of(planned.left).number
    change = planned.merge_away()
    assert f"{number} is called off. {number}/1 leaves the plan." in change.said
    assert planned.status == (W.CANCELLED, V.SCHEDULED)
    assert planned.findings() == [(Code.CALLED_OFF, "take it out of the plan")]
    planned.deliver()
    assert planned.status == (W.CANCELLED, V.CANCELLED)
    assert planned.route == [planned.kept.id]
    assert planned.scene.violations() == []
    assert planned.findings() == []
    with planned.scene.uow(viewer=SYSTEM, read_only=True) as session:
        audited = select(m.AuditEntry).where(m.AuditEntry.entity == "visit", m.AuditEntry.entity_id == planned.left.id)
        entry = session.scalars(audited.order_by(m.AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.actor) == ("move", Viewer.system("planning").name)

    planned.take_back(change)
    assert planned.status == (W.READY, V.UNSCHEDULED)
    planned.scene.move(planned.left, planned.shift.id)
    assert planned.status == (W.PLANNED, V.SCHEDULED)


@SQLITE
def test_what_was_taken_back_in_time_stays_in_its_route(planned: Planned) -> None:
    for _ in range(2):
        planned.take_back(planned.merge_away())
    planned.deliver()
    assert planned.status == (W.PLANNED, V.SCHEDULED)
    assert set(planned.route) == {planned.kept.id, planned.left.id}


@SQLITE
def test_what_was_dispatched_is_left_to_the_scheduler_who_is_told(planned: Planned) -> None:
    planned.scene.publish()
    number = planned.scene.order_of(planned.left).number
    change = planned.merge_away()
    assert f"{number}/1 is dispatched: call its technician, then take {number}/1 out of the plan." in change.said
    planned.deliver()
    assert planned.status == (W.CANCELLED, V.DISPATCHED)
    assert planned.left.id in planned.route
    assert planned.findings() == [(Code.CALLED_OFF, "call its technician, then take it out of the plan")]
    with planned.scene.uow(viewer=SYSTEM, read_only=True) as session:
        told = session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == "visit.changed")).all()
        assert [(each.payload["visit_id"], each.payload["told"]) for each in told] == [(planned.left.id, True)]

    planned.scene.move(planned.left, None)
    assert planned.status == (W.CANCELLED, V.CANCELLED)
    assert planned.left.id not in planned.route
    assert planned.findings() == []


@SQLITE
def test_published_in_between_it_is_left_to_the_scheduler_too(planned: Planned) -> None:
    planned.merge_away()
    planned.scene.publish()
    planned.deliver()
    assert planned.status == (W.CANCELLED, V.DISPATCHED)
    assert planned.findings() == [(Code.CALLED_OFF, "call its technician, then take it out of the plan")]


def cancel(planned: Planned) -> list[str]:
    """Somebody cancels the order by hand; what follows."""

    def do(session: Session) -> list[str]:
        order = session.get_one(m.WorkOrder, planned.left.work_order_id)
        return consequences(
            session, edit(session, SYSTEM, WORK_ORDERS, order.id, tag_of(order), {"status": W.CANCELLED})
        )

    return planned.scene.act(do)


@SQLITE
def test_cancelling_by_hand_tells_what_follows_and_takes_the_visit_out_of_the_plan(planned: Planned) -> None:
    number = planned.scene.order_of(planned.left).number
    assert cancel(planned) == [
        f"Visit {number}/1 leaves the plan of {planned.desk.company.day}, unless that is published meanwhile.",
        "The parties of its ticket are told that no visit will take place.",
    ]
    planned.deliver()
    assert planned.status == (W.CANCELLED, V.CANCELLED)
    assert planned.route == [planned.kept.id]
    assert planned.scene.violations() == []


@SQLITE
@pytest.mark.parametrize(
    ("state", "said"),
    [
        (V.DISPATCHED, "Visit {} is dispatched in the published plan of {} and stays there: call {}, then take it out"),
        (V.TRAVELLING, "{2} is on the way to visit {0} of {1}, which stays in the plan: call them, then take it out"),
    ],
)
def test_who_drives_there_already_is_named_when_the_work_is_cancelled(planned: Planned, state: V, said: str) -> None:
    planned.scene.publish()

    def drive(session: Session) -> str:
        visit = session.get_one(m.Visit, planned.left.id)
        visit.status = state
        return session.get_one(m.Technician, visit.technician_id).name

    who = planned.scene.act(drive)
    name = f"{planned.scene.order_of(planned.left).number}/1"

    assert cancel(planned)[0] == f"{said.format(name, planned.desk.company.day, who)} of the plan."
    planned.deliver()
    assert planned.status == (W.CANCELLED, state)
    with planned.scene.uow(viewer=SYSTEM, read_only=True) as session:
        told = session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == VISIT_CHANGED)).all()
        assert [(each.payload["visit_id"], each.payload["told"]) for each in told] == [(planned.left.id, True)]
