"""Merge then unmerge is the identity, row by row, whatever was said in between."""

from datetime import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from db import models as m
from db.session import UnitOfWork
from dispatch.intake.facts.said import Field
from dispatch.intake.merging import merge, unmerge
from dispatch.intake.merging.refolding import refold_by_id
from tests.builders.examples import examples
from tests.intake.merging.desk import SYSTEM, Desk, state

FACTS = [
    (Field.SKILL, "lift:3"),
    (Field.SKILL, "rope"),
    (Field.PART, "P1:2"),
    (Field.PART, "P2"),
    (Field.PRIORITY, "high"),
    (Field.SYMPTOM, "It grinds"),
    (Field.ACCESS, "Code 4711"),
    (Field.MODEL, "X200"),
]
facts = st.lists(st.sampled_from(FACTS), max_size=3)
VISITS = {
    m.WorkOrderStatus.DRAFT: m.VisitStatus.UNSCHEDULED,
    m.WorkOrderStatus.READY: m.VisitStatus.UNSCHEDULED,
    m.WorkOrderStatus.WAITING_FOR_PARTS: m.VisitStatus.UNSCHEDULED,
    m.WorkOrderStatus.PLANNED: m.VisitStatus.SCHEDULED,
    m.WorkOrderStatus.IN_PROGRESS: m.VisitStatus.ON_SITE,
}
statuses = st.sampled_from(sorted(VISITS))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "status": statuses,
            "tickets": st.lists(st.tuples(facts, st.booleans()), min_size=1, max_size=2),
            "edit": st.sampled_from([None, ("priority", m.Priority.LOW), ("summary", "By hand"), ("due_at", 15)]),
            "needs": st.sampled_from([{}, {"lift": 1}, {"lift": 4, "rope": 1}]),
        }
    ),
    min_size=2,
    max_size=3,
)


def build(session: Session, wanted: list[dict[str, Any]]) -> tuple[Desk, list[m.WorkOrder], list[list[m.Ticket]]]:
    desk = Desk.open(session)
    for code in ("lift", "rope"):
        desk.company.skill(code)
    for number in ("P1", "P2"):
        desk.company.part(number)
    contract = desk.company.contract(response_minutes=240, repair_minutes=480, late_cost_per_hour=500)
    for weekday in range(7):
        desk.company.add(m.ContractHours(contract_id=contract.id, weekday=weekday, opens=time(8), closes=time(18)))
    made, of = [], []
    for each in wanted:
        tickets = []
        for said, emergency in each["tickets"]:
            ticket = desk.ticket(f"Lift stuck {desk.count}", emergency=emergency)
            desk.talk(ticket)
            for name, value in said:
                desk.say(ticket, name, value)
            tickets.append(ticket)
        order = desk.company.order(desk.site, status=each["status"])
        desk.company.visit(order=order, skills=each["needs"], status=VISITS[each["status"]])
        for ticket in tickets:
            desk.join(ticket, order)
        refold_by_id(session, order.id)
        if each["edit"]:
            column, value = each["edit"]
            setattr(order, column, desk.company.local(value) if column == "due_at" else value)
            session.flush()
        made.append(order)
        of.append(tickets)
    return desk, made, of


def live_on(desk: Desk, made: list[m.WorkOrder], of: list[list[m.Ticket]], said: list[tuple[Field, str]]) -> None:
    """What happens in between: the first order's ticket says more, and a person edits the last order."""
    ticket = of[0][0]
    for name, value in said:
        desk.say(ticket, name, value)
    desk.hear(desk.talk(ticket), "Are you coming?")
    order = made[-1]
    desk.session.refresh(order)
    order.payer_id = desk.company.owner.id
    desk.session.flush()


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders, facts, st.data())
def test_merges_taken_back_in_any_order_leave_what_there_would_be_without_them(
    uow: UnitOfWork, wanted: list[dict[str, Any]], later: list[tuple[Field, str]], data: st.DataObject
) -> None:
    with uow(viewer=SYSTEM) as session:
        desk, made, of = build(session, wanted)
        for order in made:
            refold_by_id(session, order.id)
        apart = session.begin_nested()
        live_on(desk, made, of, later)
        for order in made:
            refold_by_id(session, order.id)
        without = state(session)
        apart.rollback()
        session.expire_all()

        done = [merge(session, SYSTEM, [ticket.id for ticket in tickets], made[-1].id).merges for tickets in of[:-1]]
        live_on(desk, made, of, later)
        refold_by_id(session, made[-1].id)
        merges = data.draw(st.permutations([each.id for some in done for each in some]))
        for merge_id in merges:
            assert unmerge(session, SYSTEM, merge_id).changed

        assert state(session) == without
