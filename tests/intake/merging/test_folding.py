"""Fields folded from facts, with who said so, and only as far as the viewer may see."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from db import models as m
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.errors import NotFound
from dispatch.intake.facts.folding import fold
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.merging import merge, unmerge
from dispatch.intake.merging.refolding import refold_by_id
from tests.builders.world import build_world
from tests.intake.merging.desk import SYSTEM, Desk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def attach(desk: Desk, sha: str, **on: int) -> m.Attachment:
    return desk.company.add(
        m.Attachment(
            sha256=sha * 64,
            filename=f"{sha}.jpg",
            media_type="image/jpeg",
            size_bytes=1,
            received_at=desk.session.info["now"](),
            **on,
        )
    )


def test_facts_of_all_tickets_stand_side_by_side_with_who_said_them(desk: Desk) -> None:
    tenant, landlord = desk.contact("Tenant"), desk.contact("Landlord")
    one, other = desk.ticket("Stuck", tenant), desk.ticket("Lift is stuck", landlord)
    order = desk.order(one)
    desk.order(other)
    desk.say(one, Field.MODEL, "X100", tenant)
    desk.say(one, Field.MODEL, "X200", tenant)
    desk.say(other, Field.MODEL, "X300", landlord)
    desk.say(one, Field.SYMPTOM, "Doors open", tenant)
    desk.say(other, Field.SYMPTOM, "doors  OPEN", landlord)
    desk.say(other, Field.SYMPTOM, "It grinds", landlord)
    desk.company.add(m.Party(ticket_id=one.id, role=m.PartyRole.REPORTER, contact_id=tenant.id))
    for ticket in (one, other):
        desk.company.add(m.Party(ticket_id=ticket.id, role=m.PartyRole.OWNER, organisation_id=desk.company.owner.id))
    merge(desk.session, SYSTEM, [other.id], order.id)

    folded = fold(desk.session, SYSTEM, order.id)

    model, symptom = folded.of(Field.MODEL), folded.of(Field.SYMPTOM)
    assert model is not None
    assert symptom is not None
    assert model.conflicting
    assert [(value.value, value.sources[0].contact_name) for value in model.values] == [
        ("X200", "Tenant"),
        ("X300", "Landlord"),
    ]
    assert not symptom.conflicting
    assert [(value.value, len(value.sources)) for value in symptom.values] == [("Doors open", 2), ("It grinds", 1)]
    assert [
        (party.role, party.contact_name, party.organisation_name, party.ticket_ids) for party in folded.parties
    ] == [
        (m.PartyRole.REPORTER, "Tenant", None, (one.id,)),
        (m.PartyRole.OWNER, None, "Owner", (one.id, other.id)),
    ]
    assert "Doors open" in order.description


def test_two_parties_are_no_contradiction(desk: Desk) -> None:
    one, other = desk.ticket("Stuck"), desk.ticket("Stuck too")
    order = desk.order(one, other)
    for ticket, name in ((one, "Ana"), (other, "Luz")):
        desk.say(ticket, Field.REPORTER_NAME, name)
        desk.say(ticket, Field.UNIT, f"the one of {name}")
    folded = fold(desk.session, SYSTEM, order.id)
    who, unit = folded.of(Field.REPORTER_NAME), folded.of(Field.UNIT)
    assert who is not None
    assert unit is not None
    assert (len(who.values), who.conflicting, unit.conflicting) == (2, False, True)


def test_no_attachment_is_lost_when_tickets_become_one_order(desk: Desk) -> None:
    one, other = desk.ticket("Stuck"), desk.ticket("Stuck too")
    order = desk.order(one)
    talk = desk.talk(other)
    message = desk.hear(talk, "See the photo")
    attach(desk, "a", ticket_id=one.id)
    attach(desk, "b", message_id=message.id)
    attach(desk, "b", ticket_id=one.id)
    attach(desk, "c", work_order_id=order.id)
    merge(desk.session, SYSTEM, [other.id], order.id)

    assert sorted(each.filename for each in fold(desk.session, SYSTEM, order.id).attachments) == [
        "a.jpg",
        "b.jpg",
        "c.jpg",
    ]


def test_the_strictest_clock_of_all_tickets_counts_and_tells_why(desk: Desk) -> None:
    contract = desk.company.contract(response_minutes=120, repair_minutes=600, late_cost_per_hour=700)
    slower = desk.company.contract(response_minutes=240)
    for each in (contract, slower):
        for weekday in range(7):
            desk.company.add(m.ContractHours(contract_id=each.id, weekday=weekday, opens=time(8), closes=time(22)))
    late, early = desk.ticket("Stuck"), desk.ticket("Stuck", received_at=desk.company.local(8, 30))
    order = desk.order(late)
    assert order.due_at == late.received_at + timedelta(hours=2)

    merge(desk.session, SYSTEM, [early.id], order.id)

    assert order.due_at == desk.company.local(10, 30)
    assert order.repair_due_at == desk.company.local(18, 30)
    assert (order.contract_id, order.late_cost_per_hour) == (contract.id, 700)
    response = fold(desk.session, SYSTEM, order.id).clocks.response
    assert response is not None
    assert response.ticket_id == early.id
    assert "response within 2 h of service time" in response.steps[0]
    assert response.steps[-1] == "Due Tue 2026-03-03 10:30."


def test_a_viewer_sees_only_their_own_territory_and_no_secrets(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        world = build_world(session)
        order = world.north[m.WorkOrder]
        session.add(
            m.Fact(
                ticket_id=world.north[m.Ticket],
                field=Field.ACCESS,
                value="Code 4711",
                said_at=session.info["now"](),
                channel=m.Channel.PHONE,
            )
        )
        session.commit()

    def seen(viewer: Viewer) -> list[str | None]:
        with uow(viewer=viewer) as session:
            access = fold(session, viewer, order).of(Field.ACCESS)
            return [] if access is None else [value.value for value in access.values]

    assert seen(world.viewer(m.Role.CALL_TAKER)) == [None]
    assert seen(world.viewer(m.Role.SCHEDULER)) == [None]
    assert seen(world.viewer(m.Role.TECHNICIAN)) == ["Code 4711"]
    stranger = Viewer("south", m.Role.CALL_TAKER, territory_ids=frozenset({world.south[m.Territory]}))
    with pytest.raises(NotFound):
        seen(stranger)


def test_a_fact_of_a_ticket_that_the_viewer_may_not_see_is_not_in_the_fold(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        world = build_world(session)
        order, foreign = world.north[m.WorkOrder], world.south[m.Ticket]
        membership = session.scalars(select(m.TicketMembership).where(m.TicketMembership.ticket_id == foreign)).one()
        membership.work_order_id = order
        session.commit()
    viewer = world.viewer(m.Role.CALL_TAKER)

    with uow(viewer=viewer) as session:
        folded = fold(session, viewer, order)

    assert [ticket.id for ticket in folded.tickets] == [world.north[m.Ticket]]
    sources = [source for field in folded.fields for value in field.values for source in value.sources]
    assert {source.ticket_id for source in sources} == {world.north[m.Ticket]}
    assert {ticket for party in folded.parties for ticket in party.ticket_ids} == {world.north[m.Ticket]}


def test_a_technician_sees_photos_of_what_they_come_for_and_no_papers(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        world = build_world(session)
        for side, kind in ((world.north, "image/jpeg"), (world.north, "application/pdf"), (world.mate, "image/jpeg")):
            session.add(
                m.Attachment(
                    sha256="9" * 64,
                    filename=f"{side.name}.{kind}",
                    media_type=kind,
                    size_bytes=1,
                    received_at=session.info["now"](),
                    ticket_id=side[m.Ticket],
                )
            )
        session.commit()
    viewer = world.viewer(m.Role.TECHNICIAN)

    with uow(viewer=viewer) as session:
        seen = session.scalars(select(m.Attachment.filename).where(m.Attachment.ticket_id.is_not(None))).all()

    assert seen == ["north.image/jpeg"]


def test_a_technician_is_told_what_the_work_needs_and_nothing_of_the_insurer(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        world = build_world(session)
        north, mate = world.north, world.mate
        ticket, tenant = north[m.Ticket], north[m.Contact]
        company = m.Organisation(number="O-900", name="Cover", kind=m.OrganisationKind.INSURER)
        session.add(company)
        session.flush()
        clerk = m.Contact(organisation_id=company.id, name="Clerk", function="claims", email="clerk@example.com")
        session.add(clerk)
        session.flush()
        session.add(m.Party(ticket_id=ticket, role=m.PartyRole.INSURER, organisation_id=company.id))
        session.add(m.Party(ticket_id=ticket, role=m.PartyRole.OCCUPANT, contact_id=tenant))
        for who, name, value in (
            (tenant, Field.SYMPTOM, "The doors grind"),
            (tenant, Field.REPORTER_PHONE, "+56 9 1111 1111"),
            (clerk.id, Field.SYMPTOM, "Covered up to 100"),
            (clerk.id, Field.REFERENCE, "CLAIM-7"),
        ):
            say(session, ticket, name, value, Said(session.info["now"](), m.Channel.PHONE, who))
        session.commit()
    viewer = world.viewer(m.Role.TECHNICIAN)
    with uow(viewer=viewer) as session:
        folded = fold(session, viewer, north[m.WorkOrder])
        told = {value.value for each in folded.fields for value in each.values}
        assert "The doors grind" in told
        assert told.isdisjoint({"Covered up to 100", "CLAIM-7", "+56 9 1111 1111"})
        assert tenant in {party.contact_id for party in folded.parties}
        assert all(party.contact_name for party in folded.parties if party.contact_id is not None)
        assert m.PartyRole.INSURER not in {party.role for party in folded.parties}
        with pytest.raises(NotFound):
            fold(session, viewer, mate[m.WorkOrder])


def test_an_emergency_that_joins_leads_the_order_and_leaves_no_trace_when_taken_back(desk: Desk) -> None:
    caretaker, tenant = desk.contact("Caretaker"), desk.contact("Tenant")
    calm = desk.ticket("The lift grinds", caretaker)
    danger = desk.ticket("The lift stands", tenant, emergency=True, received_at=desk.company.local(11))
    order = desk.order(calm, due_at=desk.company.local(17), priority=m.Priority.LOW)
    desk.order(danger)
    desk.say(danger, Field.SYMPTOM, "It stands. A woman is trapped in it!", tenant)
    before = (order.summary, order.due_at, order.priority, order.status)

    change = merge(desk.session, SYSTEM, [danger.id], order.id)

    folded = fold(desk.session, SYSTEM, order.id)
    priority, response = folded.of(Field.PRIORITY), folded.clocks.response
    assert priority is not None
    assert response is not None
    assert order.summary == "A woman is trapped in it!; Repair"
    assert folded.priority is order.priority is m.Priority.EMERGENCY
    assert [(each.value, [(s.contact_name, s.ticket_number) for s in each.sources]) for each in priority.values] == [
        ("emergency", [("Tenant", danger.number)])
    ]
    assert order.due_at == response.at == desk.session.info["now"]() + timedelta(hours=1)
    assert "whatever a contract says" in response.steps[0]
    unmerge(desk.session, SYSTEM, change.merges[0].id)
    assert (order.summary, order.due_at, order.priority, order.status) == before
    assert fold(desk.session, SYSTEM, order.id).of(Field.PRIORITY) is None


def test_danger_leads_over_what_a_person_wrote_before_they_knew_of_it_and_not_after(desk: Desk) -> None:
    order = desk.order(desk.ticket("The lift grinds"))
    order.summary, order.due_at = "Bring grease", desk.company.local(23, 30)
    desk.session.flush()
    danger = desk.ticket("Somebody is trapped in the lift", emergency=True)

    merge(desk.session, SYSTEM, [danger.id], order.id)

    assert order.summary == "Somebody is trapped in the lift; Bring grease"
    assert order.due_at == danger.received_at + timedelta(hours=1)
    order.summary = "Firemen got them out; bring grease"
    desk.session.flush()
    refold_by_id(desk.session, order.id)
    assert order.summary == "Firemen got them out; bring grease"
