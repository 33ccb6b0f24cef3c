"""Who calls about somebody else's ticket is heard as themselves: their own ticket and thread, in the same order."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.access import elevated
from dispatch.errors import Invalid
from dispatch.intake.facts.said import Field, facts_of
from dispatch.intake.telephone import calls
from dispatch.intake.telephone.callers import Caller
from dispatch.intake.telephone.noting import Noted, note_down
from tests.intake.surface.conftest import Desk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OTHER = "+56 9 3333 2222"


def _told(desk: Desk, phone: str | None, noted: Noted) -> m.Ticket:
    call = calls.start(desk.session, desk.viewer, phone).id
    return note_down(desk.session, desk.viewer, desk.rules, call, noted)


def _order(desk: Desk, ticket_id: int) -> int | None:
    with elevated(desk.session, "test"):
        mine = (m.TicketMembership.ticket_id == ticket_id) & m.TicketMembership.left_at.is_(None)
        return desk.session.scalar(select(m.TicketMembership.work_order_id).where(mine))


def _reporter_phone(desk: Desk, phone: str = "+56 51 255 0100") -> str:
    with elevated(desk.session, "test"):
        desk.session.get_one(m.Contact, desk.world.north[m.Contact]).phone = phone
        desk.session.flush()
    return phone


def test_a_neighbour_who_calls_about_a_ticket_has_their_own_in_the_same_order(desk: Desk) -> None:
    _reporter_phone(desk)
    about = desk.world.north[m.Ticket]
    said = len(facts_of(desk.session, [about]))
    ticket = _told(desk, OTHER, Noted("I am the neighbour Luz, it bangs", {}, ticket_id=about))
    assert ticket.id != about
    assert _order(desk, ticket.id) == _order(desk, about) == desk.world.north[m.WorkOrder]
    assert len(facts_of(desk.session, [about])) == said
    talk = desk.session.scalars(select(m.Conversation).where(m.Conversation.ticket_id == ticket.id)).one()
    assert talk.contact_id == ticket.contact_id != desk.world.north[m.Contact]
    assert {fact.said_by_id for fact in facts_of(desk.session, [ticket.id])} == {ticket.contact_id}


def test_more_of_the_same_call_is_said_on_the_callers_own_ticket(desk: Desk) -> None:
    _reporter_phone(desk)
    call = calls.start(desk.session, desk.viewer, OTHER).id
    noted = Noted("It bangs", {}, ticket_id=desk.world.north[m.Ticket], caller=Caller.SOMEBODY_ELSE)
    first, second = (note_down(desk.session, desk.viewer, desk.rules, call, noted) for _ in range(2))
    assert first.id == second.id != desk.world.north[m.Ticket]


def test_the_reporters_number_and_a_withheld_one_speak_for_the_reporter(desk: Desk) -> None:
    phone, about = _reporter_phone(desk), desk.world.north[m.Ticket]
    for shown in (phone, phone.removeprefix("+56 "), None):
        assert _told(desk, shown, Noted("It is still stuck", {}, ticket_id=about)).id == about
    reporter = Noted("From my daughter's", {}, ticket_id=about, caller=Caller.REPORTER)
    assert _told(desk, OTHER, reporter).id == about


def test_the_call_taker_says_who_calls_from_the_reporters_telephone(desk: Desk) -> None:
    phone, about = _reporter_phone(desk), desk.world.north[m.Ticket]
    named = _told(desk, phone, Noted("It bangs", {Field.REPORTER_NAME: "Luz Vera"}, ticket_id=about))
    unnamed = _told(desk, phone, Noted("It bangs", {}, ticket_id=about, caller=Caller.SOMEBODY_ELSE))
    for ticket in (named, unnamed):
        assert ticket.id != about
        assert ticket.contact_id != desk.world.north[m.Contact]
        assert _order(desk, ticket.id) == _order(desk, about)
    both = Noted("x", {}, contact_id=desk.world.north[m.Contact], ticket_id=about, caller=Caller.SOMEBODY_ELSE)
    with pytest.raises(Invalid, match="is who reported"):
        _told(desk, phone, both)


def test_words_to_an_order_that_is_over_are_a_ticket_of_their_own(desk: Desk) -> None:
    _reporter_phone(desk)
    with elevated(desk.session, "test"):
        desk.session.get_one(m.WorkOrder, desk.world.north[m.WorkOrder]).status = m.WorkOrderStatus.CANCELLED
    ticket = _told(desk, OTHER, Noted("It bangs", {}, ticket_id=desk.world.north[m.Ticket]))
    assert ticket.site_id == desk.world.north[m.Site]
    assert _order(desk, ticket.id) != desk.world.north[m.WorkOrder]
