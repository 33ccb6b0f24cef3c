"""Each party is told once, in their own thread, and nobody reads another's; replies stay where they belong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db import models as m
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.compute.outbox import Delivery, deliver
from dispatch.intake import news
from dispatch.intake.merging import merge, split, unmerge
from dispatch.intake.telling.informing import inform
from dispatch.intake.telling.texts import TEXTS, text
from dispatch.records.catalogue.pausing import STATUS
from dispatch.records.catalogue.work import WORK_ORDERS
from dispatch.records.keep import edit
from dispatch.records.views import tag_of
from tests.intake.merging.desk import SYSTEM, Desk, Scores

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
DONE = "done:1"


def tell(desk: Desk, order: m.WorkOrder, cause: str = DONE) -> list[m.Message]:
    return inform(desk.session, order.id, cause, cause.partition(":")[0])


def merged(desk: Desk) -> tuple[m.WorkOrder, m.Conversation, m.Conversation, m.Merge]:
    tenant, landlord = desk.contact("Tenant"), desk.contact("Landlord")
    one, other = desk.ticket("Stuck", tenant), desk.ticket("The lift is stuck", landlord)
    order = desk.order(one)
    desk.order(other)
    talks = desk.talk(one), desk.talk(other)
    change = merge(desk.session, SYSTEM, [other.id], order.id)
    return order, *talks, change.merges[0]


@SQLITE
def test_merging_writes_to_nobody(desk: Desk) -> None:
    _, one, other, _ = merged(desk)

    assert desk.told(one) == desk.told(other) == []
    assert desk.session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == "message.send")).all() == []


def test_each_party_is_told_once_in_their_own_thread_of_their_own_ticket(desk: Desk) -> None:
    order, one, other, _ = merged(desk)

    assert len(tell(desk, order)) == 2
    assert tell(desk, order) == []

    for talk in (one, other):
        (said,) = desk.told(talk)
        ticket = desk.session.get_one(m.Ticket, talk.ticket_id)
        assert ticket.number in (said.body or "")
        assert order.number not in (said.body or "")
        assert said.delivery is m.Delivery.WAITING
    assert desk.told(one)[0].body != desk.told(other)[0].body


@SQLITE
def test_a_reply_to_a_merged_ticket_reaches_the_order_and_stays_with_its_ticket_when_taken_back(desk: Desk) -> None:
    order, one, other, change = merged(desk)
    reply = desk.hear(other, "When do you come?")
    assert desk.order_of(desk.session.get_one(m.Ticket, other.ticket_id)) == order.id

    unmerge(desk.session, SYSTEM, change.id)

    assert reply.conversation_id == other.id
    assert desk.order_of(desk.session.get_one(m.Ticket, other.ticket_id)) != order.id
    heard = select(m.Message.body).where(m.Message.conversation_id == one.id)
    assert desk.session.scalars(heard).all() == ["Please come"]


@SQLITE
def test_a_party_of_a_merged_ticket_is_told_though_they_see_nothing_of_the_order(desk: Desk) -> None:
    """The customer who cannot see the parent: all they need is in their own thread, with their own number."""
    order, _, other, _ = merged(desk)
    tell(desk, order)

    (said,) = desk.told(other)
    assert (said.body or "").startswith("Your report T-2 is dealt with")


@SQLITE
def test_a_contact_with_two_tickets_is_told_in_the_thread_they_opened_last(desk: Desk) -> None:
    tenant = desk.contact("Tenant")
    first, second = desk.ticket("Stuck", tenant), desk.ticket("Still stuck", tenant)
    order = desk.order(first, second)
    one, other = desk.talk(first), desk.talk(second)

    tell(desk, order)
    third = desk.talk(desk.ticket("Hello?", tenant))
    merge(desk.session, SYSTEM, [third.ticket_id], order.id)
    tell(desk, order)

    assert [len(desk.told(talk)) for talk in (one, other, third)] == [0, 1, 0]


@SQLITE
def test_of_many_contacts_in_one_conversation_only_its_own_party_is_told_and_once(desk: Desk) -> None:
    tenant, neighbour = desk.contact("Tenant"), desk.contact("Neighbour")
    ticket = desk.ticket("Stuck", tenant)
    talk = desk.talk(ticket)
    desk.hear(talk, "Here too", said_by_id=neighbour.id)
    beside = desk.talk(ticket, neighbour)
    order = desk.order(ticket)

    told = tell(desk, order)

    assert sorted(message.conversation_id for message in told) == sorted([talk.id, beside.id])
    assert [len(desk.told(each)) for each in (talk, beside)] == [1, 1]


@SQLITE
@pytest.mark.parametrize("refusal", ["contact", "conversation", "machine"])
def test_who_does_not_want_to_be_written_to_and_machines_are_not(desk: Desk, refusal: str) -> None:
    tenant = desk.contact("Tenant", may_be_written_to=refusal != "contact")
    ticket = desk.ticket("Stuck", tenant)
    order = desk.order(ticket)
    talk = desk.company.add(
        m.Conversation(ticket_id=ticket.id, contact_id=tenant.id, may_be_written_to=refusal != "conversation")
    )
    desk.hear(talk, "I am out of office", automatic=refusal == "machine")

    tell(desk, order)

    assert [message.delivery for message in desk.told(talk)] == [m.Delivery.WITHHELD]
    assert desk.session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == "message.send")).all() == []


@SQLITE
def test_what_was_told_meanwhile_is_corrected_once_and_only_to_who_left(desk: Desk) -> None:
    order, one, other, change = merged(desk)
    inform(desk.session, order.id, "planned:x", "planned", on=desk.company.day)
    tell(desk, order, "in_progress:2")

    unmerge(desk.session, SYSTEM, change.id)
    unmerge(desk.session, SYSTEM, change.id)

    assert [message.cause for message in desk.told(one)] == [
        f"work_order:{order.id}:planned:x",
        f"work_order:{order.id}:in_progress:2",
    ]
    correction = desk.told(other)[2:]
    assert [message.cause for message in correction] == [f"merge:{change.id}:taken_back"]
    assert "was about another matter" in (correction[0].body or "")


@SQLITE
def test_who_was_told_nothing_meanwhile_needs_no_correction(desk: Desk) -> None:
    order, _, other, change = merged(desk)

    unmerge(desk.session, SYSTEM, change.id)
    tell(desk, order)

    assert desk.told(other) == []


@SQLITE
def test_a_ticket_that_was_split_off_hears_no_more_of_its_former_order(desk: Desk) -> None:
    order, one, other, _ = merged(desk)
    split(desk.session, SYSTEM, order.id, [other.ticket_id])

    tell(desk, order)

    assert [len(desk.told(talk)) for talk in (one, other)] == [1, 0]


def test_the_texts_are_the_same_in_every_language_and_dates_are_written_in_it() -> None:
    values: dict[str, Any] = {"number": "T-7", "on": datetime(2026, 3, 3, tzinfo=UTC).date()}
    assert text("planned", "es-CL", values).endswith("martes, 3 de marzo de 2026.")
    assert text("planned", "en-US", values).endswith("Tuesday, March 3, 2026.")
    assert text("planned", "qu", values) == text("planned", "en", values)
    values["since"] = values["on"]
    for language in TEXTS:
        assert set(TEXTS[language]) == set(TEXTS["en"])
        assert all("T-7" in text(key, language, values) for key in TEXTS[language])


@SQLITE
def test_a_status_that_somebody_sets_reaches_every_party_once_and_pauses_the_clocks(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        tenant = desk.contact("Tenant", language="es")
        ticket = desk.ticket("Stuck", tenant)
        talk = desk.talk(ticket, language="es")
        order = desk.order(ticket)
        contract = desk.company.contract(response_minutes=240)
        for weekday in range(7):
            desk.company.add(
                m.ContractHours(
                    contract_id=contract.id, weekday=weekday, opens=datetime.min.time(), closes=datetime.min.time()
                )
            )
        session.commit()

    def set_status(status: m.WorkOrderStatus) -> m.WorkOrder:
        with uow(viewer=SYSTEM) as session:
            row = session.get_one(m.WorkOrder, order.id)
            edit(session, SYSTEM, WORK_ORDERS, order.id, tag_of(row), {"status": status})
            session.commit()
        deliver(uow, clock, news.receivers(uow))
        with uow(viewer=SYSTEM) as session:
            return session.get_one(m.WorkOrder, order.id)

    held = set_status(m.WorkOrderStatus.WAITING_FOR_CUSTOMER)
    assert held.due_at is None
    clock.instant += timedelta(hours=3)
    ready = set_status(m.WorkOrderStatus.READY)
    assert ready.due_at is not None
    set_status(m.WorkOrderStatus.CANCELLED)

    with uow(viewer=SYSTEM) as session:
        told = Desk.told(Desk(session, desk.company), talk)
        causes = [(message.cause or "").rpartition(":")[0] for message in told]
        assert causes == [f"work_order:{order.id}:{status}" for status in ("waiting_for_customer", "cancelled")]
        assert (told[0].body or "").startswith("Sobre su aviso")
        pauses = session.scalars(select(m.ClockPause)).all()
        assert {(pause.clock, pause.ends_at - pause.starts_at) for pause in pauses if pause.ends_at} == {
            (kind, clock.now() - pauses[0].starts_at) for kind in m.ClockKind
        }
        assert session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == STATUS)).all()


def dispatched(desk: Desk, visit: m.Visit, starts_at: datetime, revision: int, topic: str = news.DISPATCHED) -> None:
    payload = {"visit_id": visit.id, "starts_at": starts_at.isoformat()}
    hear = news.hear_dispatched if topic == news.DISPATCHED else news.hear_withdrawn
    for attempt in (1, 2):
        hear(desk.session, Delivery(1, f"{topic}:{visit.id}:7:{revision}", topic, attempt, payload))


@SQLITE
def test_the_day_of_a_visit_is_told_again_only_when_it_is_another(desk: Desk) -> None:
    ticket = desk.ticket("Stuck", desk.contact("Tenant"))
    talk, order = desk.talk(ticket), desk.order(ticket, status=m.WorkOrderStatus.PLANNED)
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == order.id)).one()
    late, day = desk.company.local(23), timedelta(days=1)

    dispatched(desk, visit, late, 1)
    dispatched(desk, visit, late - timedelta(hours=9), 2)
    dispatched(desk, visit, late + day, 3)
    dispatched(desk, visit, late, 4)
    dispatched(desk, visit, late, 5, news.WITHDRAWN)
    assert ["March 3" in (message.body or "") for message in desk.told(talk)] == [True, False, True]

    order.status = m.WorkOrderStatus.READY
    desk.session.flush()
    dispatched(desk, visit, late, 6, news.WITHDRAWN)
    dispatched(desk, visit, late, 7)

    assert [(message.cause or "").split(":")[2] for message in desk.told(talk)[3:]] == ["postponed", "planned"]


def on_a_published_route(desk: Desk, order: m.WorkOrder) -> m.Visit:
    """The order's visit, at nine on the company's day, of which its technician was told."""
    company = desk.company
    visit = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == order.id)).one()
    visit.status, order.status = m.VisitStatus.DISPATCHED, m.WorkOrderStatus.PLANNED
    plan = company.add(m.Plan(territory_id=order.territory_id, local_date=company.day, published_at=company.local(7)))
    route = company.add(m.Route(plan_id=plan.id, shift_id=company.shift(company.technician()).id))
    times = {"arrives_at": company.local(9), "starts_at": company.local(9), "departs_at": company.local(10)}
    company.add(m.Stop(route_id=route.id, position=0, kind=m.StopKind.VISIT, visit_id=visit.id, **times))
    return visit


def test_who_comes_late_hears_the_day_at_once_and_nobody_else_does(desk: Desk) -> None:
    ticket, late = desk.ticket("Stuck", desk.contact("Tenant")), desk.ticket("Stuck too", desk.contact("Landlord"))
    order, talk, other = desk.order(ticket), desk.talk(ticket), desk.talk(late)
    visit = on_a_published_route(desk, order)
    dispatched(desk, visit, desk.company.local(9), 1)

    change = merge(desk.session, SYSTEM, [late.id], order.id)
    merge(desk.session, SYSTEM, [late.id], order.id)
    dispatched(desk, visit, desk.company.local(11), 2)

    assert [len(desk.told(each)) for each in (talk, other)] == [1, 1]
    (said,) = desk.told(other)
    assert said.body == "About your report T-2: a technician is planned to come on Tuesday, March 3, 2026."
    assert "Whoever joined is told when somebody comes." in change.said
    unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert "was about another matter" in (desk.told(other)[1].body or "")
    dispatched(desk, visit, desk.company.local(9) + timedelta(days=1), 3)
    assert [len(desk.told(each)) for each in (talk, other)] == [2, 2]


@SQLITE
def test_what_is_planned_but_not_published_is_told_to_nobody_who_comes_late(desk: Desk) -> None:
    late = desk.ticket("Stuck too", desk.contact("Landlord"))
    order, talk = desk.order(desk.ticket("Stuck")), desk.talk(late)
    on_a_published_route(desk, order).status = m.VisitStatus.SCHEDULED
    desk.session.flush()
    change = merge(desk.session, SYSTEM, [late.id], order.id)
    assert desk.told(talk) == []
    assert "Whoever joined" not in change.said


@SQLITE
def test_who_knows_the_day_from_another_ticket_is_not_told_it_again(desk: Desk) -> None:
    tenant = desk.contact("Tenant")
    first, again = desk.ticket("Stuck", tenant), desk.ticket("Still stuck", tenant)
    order, one, other = desk.order(first), desk.talk(first), desk.talk(again)
    visit = on_a_published_route(desk, order)
    dispatched(desk, visit, desk.company.local(9), 1)
    merge(desk.session, SYSTEM, [again.id], order.id)
    dispatched(desk, visit, desk.company.local(10), 2)
    assert [len(desk.told(talk)) for talk in (one, other)] == [1, 0]
    dispatched(desk, visit, desk.company.local(9) + timedelta(days=1), 3)
    assert [len(desk.told(talk)) for talk in (one, other)] == [1, 1]


@SQLITE
def test_a_ticket_that_a_score_puts_into_published_work_is_told_the_day(desk: Desk) -> None:
    ticket, late = desk.ticket("Stuck", desk.contact("Tenant")), desk.ticket("Stuck too", desk.contact("Landlord"))
    desk.scores = Scores({frozenset({"Stuck", "Stuck too"}): 0.97})
    desk.place(ticket)
    order = desk.session.get_one(m.WorkOrder, desk.order_of(ticket) or 0)
    on_a_published_route(desk, order)
    talk = desk.talk(late)
    assert desk.place(late).work_order_id == order.id
    desk.place(late)
    assert [(message.cause or "").split(":")[2] for message in desk.told(talk)] == ["planned"]


@SQLITE
def test_a_done_order_resolves_its_tickets_and_one_that_leaves_is_open_again(desk: Desk) -> None:
    order, one, other, change = merged(desk)
    order.status = m.WorkOrderStatus.DONE
    desk.session.flush()
    payload = {"work_order_id": order.id, "before": "in_progress", "status": "done", "version": 3}
    news.hear_status(desk.session, Delivery(1, "key", STATUS, 1, payload))
    stays, leaves = (desk.session.get_one(m.Ticket, talk.ticket_id) for talk in (one, other))
    assert leaves.status is m.TicketStatus.RESOLVED

    unmerge(desk.session, SYSTEM, change.id)

    assert (stays.status.value, leaves.status.value, leaves.resolution) == ("resolved", "open", None)
    assert len(desk.told(other)) == 2


def test_what_nobody_had_told_on_the_telephone_yet_is_not_told_any_more_when_it_is_taken_back(desk: Desk) -> None:
    order = desk.order(desk.ticket("Stuck"))
    ticket = desk.ticket("Stuck too", channel=m.Channel.PHONE)
    desk.order(ticket)
    talk = desk.company.add(m.Conversation(ticket_id=ticket.id))
    change = merge(desk.session, SYSTEM, [ticket.id], order.id)
    inform(desk.session, order.id, "in_progress:2", "in_progress")
    (to_say,) = desk.told(talk)
    assert to_say.delivery is m.Delivery.TO_CALL

    unmerge(desk.session, SYSTEM, change.merges[0].id)

    (said,) = desk.told(talk)
    assert (said.delivery, said.why) == (m.Delivery.WITHHELD, "it was about another matter, and nobody had called yet")
