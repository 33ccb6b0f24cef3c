"""What merging does to work that is planned, dispatched, begun or done, and that it can be repeated without harm."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.access import Viewer
from dispatch.errors import Forbidden, Invalid, NotFound, RuleBroken
from dispatch.intake.facts.said import Field
from dispatch.intake.merging import merge, move, split, unmerge
from dispatch.intake.merging.refolding import refold_by_id
from dispatch.intake.reviews import review, reviewing
from dispatch.records.catalogue.calling_off import VISIT_CHANGED
from dispatch.records.catalogue.work import WORK_ORDERS
from dispatch.records.keep import edit
from dispatch.records.views import tag_of
from tests.intake.merging.desk import SYSTEM, Desk, state

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
pytestmark = SQLITE
W, V = m.WorkOrderStatus, m.VisitStatus


def needs(desk: Desk, order: m.WorkOrder) -> dict[str, int]:
    query = (
        select(m.Skill.code, m.VisitSkill.level)
        .join(m.VisitSkill, m.VisitSkill.skill_id == m.Skill.id)
        .join(m.Visit, m.Visit.id == m.VisitSkill.visit_id)
        .where(m.Visit.work_order_id == order.id)
    )
    return dict(desk.session.execute(query).all())


def posted(desk: Desk) -> list[dict[str, object]]:
    query = select(m.OutboxMessage.payload).where(m.OutboxMessage.topic == VISIT_CHANGED)
    return list(desk.session.scalars(query))


def needy(desk: Desk) -> m.Ticket:
    desk.company.skill("rope")
    ticket = desk.ticket("It hangs between floors")
    desk.say(ticket, Field.SKILL, "rope:2")
    desk.order(ticket)
    return ticket


@pytest.mark.parametrize(
    ("status", "visit", "said", "news"),
    [
        (W.READY, V.UNSCHEDULED, "is not planned yet; it needs what its tickets say", []),
        (W.PLANNED, V.SCHEDULED, "the plan must look at it again", [False]),
        (W.PLANNED, V.DISPATCHED, "is dispatched and stays: its technician is told", [True]),
        (W.IN_PROGRESS, V.TRAVELLING, "is travelling and stays: its technician is told", [True]),
        (W.IN_PROGRESS, V.ON_SITE, "is on site and stays: its technician is told", [True]),
    ],
)
def test_work_under_way_gets_the_new_needs_says_so_and_loses_them_with_the_ticket(
    desk: Desk, status: m.WorkOrderStatus, visit: m.VisitStatus, said: str, news: list[bool]
) -> None:
    order = desk.order(desk.ticket("Stuck"), status=status, visit=visit)
    ticket = needy(desk)

    change = merge(desk.session, SYSTEM, [ticket.id], order.id)

    assert said in change.said == change.merges[0].consequence
    assert needs(desk, order) == {"rope": 2}
    assert [payload["told"] for payload in posted(desk)] == news
    assert "It hangs between floors" in order.description
    assert order.status is status
    unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert needs(desk, order) == {}


def test_a_need_that_somebody_else_has_too_stays_when_one_of_them_leaves(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    first, second = needy(desk), needy(desk)
    one = merge(desk.session, SYSTEM, [first.id], order.id)
    merge(desk.session, SYSTEM, [second.id], order.id)

    unmerge(desk.session, SYSTEM, one.merges[0].id)

    assert needs(desk, order) == {"rope": 2}


def test_what_a_person_made_of_an_added_need_stays(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    ticket = needy(desk)
    change = merge(desk.session, SYSTEM, [ticket.id], order.id)
    row = desk.session.scalars(select(m.VisitSkill).join(m.Visit).where(m.Visit.work_order_id == order.id)).one()
    row.level = 4
    desk.session.flush()
    refold_by_id(desk.session, order.id)

    unmerge(desk.session, SYSTEM, change.merges[0].id)

    assert needs(desk, order) == {"rope": 4}


def test_work_done_lately_gets_a_follow_up_as_a_complaint(desk: Desk) -> None:
    done = desk.order(desk.ticket("Stuck"), status=W.DONE, visit=V.COMPLETED)
    ticket = desk.ticket("Stuck again")
    own = desk.order(ticket)

    change = merge(desk.session, SYSTEM, [ticket.id], done.id)

    follow_up = desk.session.get_one(m.WorkOrder, change.work_order_id)
    assert change.said.startswith(f"{done.number} is done: {follow_up.number} follows it up")
    assert (done.status, follow_up.status, follow_up.priority) == (W.DONE, W.DRAFT, m.Priority.HIGH)
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == follow_up.id)).one()
    assert desk.session.get_one(m.Visit, visit.follow_up_of_id or 0).work_order_id == done.id
    unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert desk.order_of(ticket) == own.id
    assert (own.status, follow_up.status) == (W.READY, W.CANCELLED)


def test_work_done_long_ago_or_cancelled_is_joined_by_nothing(desk: Desk) -> None:
    old = desk.order(desk.ticket("Stuck"), status=W.DONE, visit=V.COMPLETED)
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == old.id)).one()
    visit.finished_at = desk.session.info["now"]() - timedelta(days=15)
    cancelled = desk.order(desk.ticket("Stuck"), status=W.CANCELLED)
    ticket = desk.ticket("Stuck again")

    with pytest.raises(RuleBroken, match="more than 14 days ago"):
        merge(desk.session, SYSTEM, [ticket.id], old.id)
    with pytest.raises(RuleBroken, match="is cancelled"):
        merge(desk.session, SYSTEM, [ticket.id], cancelled.id)


def test_a_planned_order_whose_tickets_left_is_called_off_and_its_stop_named(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    ticket = desk.ticket("Stuck too")
    planned = desk.order(ticket, status=W.PLANNED, visit=V.SCHEDULED)
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == planned.id)).one()
    shift = desk.company.shift(desk.company.technician())
    plan = desk.company.add(m.Plan(territory_id=planned.territory_id, local_date=desk.company.day))
    route = desk.company.add(m.Route(plan_id=plan.id, shift_id=shift.id))
    at = desk.company.local(9)
    desk.company.add(
        m.Stop(
            route_id=route.id,
            position=0,
            kind=m.StopKind.VISIT,
            visit_id=visit.id,
            arrives_at=at,
            starts_at=at,
            departs_at=desk.company.local(10),
        )
    )

    change = merge(desk.session, SYSTEM, [ticket.id], order.id)

    assert f"{planned.number} is called off. {planned.number}/1 leaves the plan." in change.said
    assert (planned.status, planned.merged_into_id, visit.status) == (W.CANCELLED, order.id, V.SCHEDULED)
    unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert (planned.status, planned.merged_into_id, visit.status) == (W.PLANNED, None, V.SCHEDULED)


def test_an_order_taken_out_of_the_plan_meanwhile_is_ready_to_be_planned_again(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    ticket = desk.ticket("Stuck too")
    planned = desk.order(ticket, status=W.PLANNED, visit=V.SCHEDULED)
    change = merge(desk.session, SYSTEM, [ticket.id], order.id)
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == planned.id)).one()
    visit.status = V.UNSCHEDULED
    desk.session.flush()

    unmerge(desk.session, SYSTEM, change.merges[0].id)

    assert planned.status is W.READY


def test_repeating_is_harmless_and_says_so(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    ticket = desk.ticket("Stuck too")
    own = desk.order(ticket)

    change = merge(desk.session, SYSTEM, [ticket.id], order.id)
    again = merge(desk.session, SYSTEM, [ticket.id], order.id)
    assert (again.changed, again.said) == (False, f"{ticket.number} belongs to {order.number} already.")
    first = desk.session.scalars(select(m.Ticket).order_by(m.Ticket.id)).first()
    assert first is not None
    both = merge(desk.session, SYSTEM, [first.id, ticket.id], order.id)
    assert both.said == f"{first.number} and {ticket.number} belong to {order.number} already."
    through = merge(desk.session, SYSTEM, [ticket.id], own.id)
    assert (through.changed, through.work_order_id) == (False, order.id)

    undone = unmerge(desk.session, SYSTEM, change.merges[0].id)
    once_more = unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert (undone.changed, once_more.changed) == (True, False)
    assert "was taken back already" in once_more.said
    with pytest.raises(RuleBroken, match="took another one back"):
        unmerge(desk.session, SYSTEM, undone.merges[0].id)


def test_splitting_and_moving_are_taken_back_exactly_and_audited(desk: Desk) -> None:
    a, b, c = (desk.ticket(f"Stuck {name}") for name in "abc")
    order, other = desk.order(a, b), desk.order(c)

    out = split(desk.session, SYSTEM, order.id, [b.id])
    assert desk.order_of(b) == out.work_order_id not in (order.id, other.id)
    assert not split(desk.session, SYSTEM, order.id, [b.id]).changed
    over = move(desk.session, SYSTEM, [b.id], out.work_order_id, other.id)
    assert desk.order_of(b) == other.id
    assert not move(desk.session, SYSTEM, [b.id], out.work_order_id, other.id).changed
    unmerge(desk.session, SYSTEM, over.merges[0].id)
    assert desk.order_of(b) == out.work_order_id
    unmerge(desk.session, SYSTEM, out.merges[0].id)
    assert desk.order_of(b) == order.id
    assert desk.session.scalars(select(m.MatchPair)).all() == []
    entries = desk.session.scalars(select(m.AuditEntry.action).order_by(m.AuditEntry.id)).all()
    assert entries == ["split", "move", "unmerge", "unmerge"]


def test_a_ticket_of_which_nobody_said_where_is_split_off_to_wait_and_put_back(desk: Desk) -> None:
    known, nowhere = desk.ticket("Stuck"), desk.ticket("It bangs", site_id=None, equipment_id=None)
    order = desk.order(known, nowhere)
    before = state(desk.session)
    out = split(desk.session, SYSTEM, order.id, [nowhere.id])
    assert (out.changed, out.work_order_id, desk.order_of(nowhere)) == (True, order.id, None)
    assert "wait for somebody to say where" in out.said
    assert "not planned yet" in out.said
    assert "It bangs" not in order.description
    assert not split(desk.session, SYSTEM, order.id, [nowhere.id]).changed
    assert unmerge(desk.session, SYSTEM, out.merges[0].id).changed
    assert desk.order_of(nowhere) == order.id
    assert state(desk.session) == before
    assert not unmerge(desk.session, SYSTEM, out.merges[0].id).changed


def test_an_order_is_not_split_into_nothing(desk: Desk) -> None:
    ticket = desk.ticket("Stuck")
    with pytest.raises(RuleBroken, match="nothing to split"):
        split(desk.session, SYSTEM, desk.order(ticket).id, [ticket.id])


def test_who_may_not_see_the_ticket_or_order_cannot_merge_them(desk: Desk) -> None:
    order, ticket = desk.order(desk.ticket("Stuck")), desk.ticket("Stuck too")
    desk.order(ticket)
    desk.session.flush()
    stranger = Viewer("stranger", m.Role.CALL_TAKER, territory_ids=frozenset({order.territory_id + 1}))
    technician = Viewer("technician", m.Role.TECHNICIAN, technician_id=1, territory_ids=frozenset({1}))
    desk.session.info["viewer"] = stranger

    with pytest.raises(NotFound, match="There is no ticket"):
        merge(desk.session, stranger, [ticket.id], order.id)
    with pytest.raises(Forbidden):
        merge(desk.session, technician, [ticket.id], order.id)
    with pytest.raises(Invalid, match="at least one ticket"):
        merge(desk.session, stranger, [], order.id)
    desk.session.info["viewer"] = SYSTEM


def test_tickets_of_another_territory_are_refused(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    far = desk.company.add(m.Territory(code="far", name="Far", time_zone="UTC", country="CL", currency="CLP"))
    site = desk.company.site()
    site.territory_id = far.id
    ticket = desk.ticket("Stuck far away", site_id=site.id, equipment_id=None)

    with pytest.raises(RuleBroken, match="in another territory"):
        merge(desk.session, SYSTEM, [ticket.id], order.id)


def test_who_merges_or_moves_tickets_of_another_site_is_warned_and_obeyed(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    site = desk.company.site()
    lift = desk.company.add(m.Equipment(site_id=site.id, kind="lift", model="X", serial="S2", label_code="L2"))
    far = desk.ticket("Stuck elsewhere", site_id=None, equipment_id=lift.id)
    nowhere = desk.ticket("Stuck somewhere", site_id=None, equipment_id=None)
    warning = (
        f"The sites differ: {far.number} is about {site.name}, Calle 1, {order.number} about {desk.site.name}, Calle 1."
    )

    merged = merge(desk.session, SYSTEM, [far.id, nowhere.id], order.id)
    back = split(desk.session, SYSTEM, order.id, [far.id])
    moved = move(desk.session, SYSTEM, [far.id], back.work_order_id, order.id)

    assert warning in merged.said
    assert warning in merged.merges[0].consequence
    assert warning in moved.said
    assert desk.order_of(far) == desk.order_of(nowhere) == order.id
    assert "sites differ" not in merge(desk.session, SYSTEM, [desk.ticket("Stuck too").id], order.id).said


def test_the_reviewer_sees_that_two_sites_differ_and_may_merge_all_the_same(desk: Desk) -> None:
    here, too = desk.ticket("Stuck"), desk.ticket("Stuck too")
    far = desk.ticket("Stuck elsewhere", site_id=desk.company.site().id, equipment_id=None)
    pairs = []
    for ticket in (here, too, far):
        desk.order(ticket)
    for other in (too, far):
        pairs.append(
            desk.company.add(
                m.MatchPair(
                    ticket_id=here.id,
                    other_id=other.id,
                    probability=0.6,
                    band=m.MatchBand.REVIEW,
                    evidence=[],
                    compared_at=desk.session.info["now"](),
                    status=m.ReviewStatus.WAITING,
                )
            )
        )

    asked = {each.pair.id: each.sites_differ for each in reviewing.queue(desk.session, SYSTEM)}

    assert asked == {pairs[0].id: False, pairs[1].id: True}
    assert "The sites differ" in review.accept(desk.session, SYSTEM, pairs[1].id).said


def test_what_people_wrote_by_hand_survives_merging_and_taking_back(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"), priority=m.Priority.NORMAL)
    ticket = desk.ticket("It burns", emergency=True)
    desk.order(ticket)
    order.priority = m.Priority.LOW
    desk.session.flush()

    change = merge(desk.session, SYSTEM, [ticket.id], order.id)
    assert order.priority is m.Priority.EMERGENCY
    order.summary = "Written by hand"
    desk.session.flush()
    unmerge(desk.session, SYSTEM, change.merges[0].id)

    assert (order.priority, order.summary) == (m.Priority.LOW, "Written by hand")


def test_who_calls_off_an_emergency_that_they_know_of_is_not_overruled(desk: Desk) -> None:
    order = desk.order(desk.ticket("It burns", emergency=True))
    assert order.priority is m.Priority.EMERGENCY
    order.priority = m.Priority.HIGH
    desk.session.flush()
    refold_by_id(desk.session, order.id)
    before = order.priority.value

    merge(desk.session, SYSTEM, [desk.ticket("It burns again", emergency=True).id], order.id)

    assert (before, order.priority.value) == ("high", "emergency")


def test_danger_ends_waiting_for_the_customer_and_taking_it_back_waits_on(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    waiting = {"status": W.WAITING_FOR_CUSTOMER}
    edit(desk.session, SYSTEM, WORK_ORDERS, order.id, tag_of(order), waiting)
    change = merge(desk.session, SYSTEM, [desk.ticket("A person is trapped", emergency=True).id], order.id)
    pauses = select(m.ClockPause).where(m.ClockPause.work_order_id == order.id, m.ClockPause.ends_at.is_(None))
    assert (order.status, desk.session.scalars(pauses).all()) == (W.READY, [])

    unmerge(desk.session, SYSTEM, change.merges[0].id)

    assert (order.status, len(desk.session.scalars(pauses).all())) == (W.WAITING_FOR_CUSTOMER, 2)
    news = select(m.OutboxMessage.payload).where(m.OutboxMessage.topic == "work_order.status")
    assert [each["status"] for each in desk.session.scalars(news.order_by(m.OutboxMessage.id))] == [
        "waiting_for_customer",
        "ready",
        "waiting_for_customer",
    ]
