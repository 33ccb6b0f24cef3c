"""Calls: hold, transfer, callbacks, and the tickets that come of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.access import Viewer, elevated
from dispatch.errors import Forbidden, Invalid, NotFound, RuleBroken
from dispatch.intake.facts.said import Field, facts_of
from dispatch.intake.telephone import calls
from dispatch.intake.telephone.noting import Noted, note_down
from tests.intake.surface.conftest import Desk

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def _talk(desk: Desk, phone: str | None = "+56 51 255 0100") -> int:
    return calls.start(desk.session, desk.viewer, phone).id


def test_a_call_becomes_a_ticket_that_is_placed_and_its_callback_a_promise(desk: Desk) -> None:
    key = _talk(desk)
    due = desk.clock.now() + timedelta(hours=1)
    calls.promise_callback(desk.session, desk.viewer, key, due, "with the date")
    with elevated(desk.session, "test"):
        assert desk.session.scalar(select(m.Promise).where(m.Promise.kind == m.PromiseKind.CALLBACK)) is None
    north = desk.world.north
    noted = Noted(
        "Otro ascensor hace ruido metálico",
        {Field.REPORTER_NAME: "Luz Vera", Field.OCCURRED_AT: "since yesterday"},
        site_id=north[m.Site],
        equipment_id=north[m.Equipment],
    )
    ticket = note_down(desk.session, desk.viewer, desk.rules, key, noted)
    assert (ticket.channel, ticket.site_id) == (m.Channel.PHONE, north[m.Site])
    assert {fact.noted_by_id for fact in facts_of(desk.session, [ticket.id])} == {desk.viewer.user_id}
    assert calls.get(desk.session, desk.viewer, key).ticket_id == ticket.id
    with elevated(desk.session, "test"):
        promise = desk.session.scalars(select(m.Promise).where(m.Promise.kind == m.PromiseKind.CALLBACK)).one()
        assert promise.by_at == due
        member = desk.session.scalars(select(m.TicketMembership).where(m.TicketMembership.ticket_id == ticket.id)).one()
        assert promise.work_order_id == member.work_order_id
    calls.called_back(desk.session, desk.viewer, key)
    with elevated(desk.session, "test"):
        outcome = select(m.PromiseEvent.outcome).where(m.PromiseEvent.promise_id == promise.id)
        assert desk.session.scalars(outcome).one() is m.PromiseOutcome.KEPT


@SQLITE
def test_the_same_call_noted_again_stays_one_ticket(desk: Desk) -> None:
    key = _talk(desk)
    first = note_down(desk.session, desk.viewer, desk.rules, key, Noted("The lift rattles", {}))
    second = note_down(desk.session, desk.viewer, desk.rules, key, Noted("It also smells of gas", {}))
    assert second.id == first.id
    assert second.emergency
    said = [fact.value for fact in facts_of(desk.session, [first.id]) if fact.field == Field.SYMPTOM]
    assert said == ["The lift rattles", "It also smells of gas"]


@SQLITE
def test_a_call_about_a_known_ticket_joins_it(desk: Desk) -> None:
    ticket = desk.world.north[m.Ticket]
    noted = Noted("It is still stuck", {}, contact_id=desk.world.north[m.Contact], ticket_id=ticket)
    assert note_down(desk.session, desk.viewer, desk.rules, _talk(desk), noted).id == ticket
    said = desk.session.scalars(select(m.Message.body).where(m.Message.channel == m.Channel.PHONE)).all()
    assert "It is still stuck" in said


@SQLITE
def test_an_emergency_on_the_telephone_is_one_at_once(desk: Desk) -> None:
    noted = Noted("Hay una persona atrapada", {}, site_id=desk.world.north[m.Site])
    assert note_down(desk.session, desk.viewer, desk.rules, _talk(desk), noted).emergency


@SQLITE
@pytest.mark.parametrize("noted", [Noted("", {}), Noted("  ", {Field.UNIT: " "})])
def test_nothing_noted_is_no_ticket(desk: Desk, noted: Noted) -> None:
    with pytest.raises(Invalid, match="Nothing was noted"):
        note_down(desk.session, desk.viewer, desk.rules, _talk(desk), noted)


@SQLITE
def test_what_is_somebody_elses_cannot_be_named(desk: Desk) -> None:
    noted, key = Noted("x", {}, site_id=desk.world.south[m.Site]), _talk(desk)
    with pytest.raises(Invalid, match="There is no site"):
        note_down(desk.session, desk.viewer, desk.rules, key, noted)
    with pytest.raises(NotFound):
        note_down(
            desk.session, desk.viewer, desk.rules, _talk(desk), Noted("x", {}, ticket_id=desk.world.south[m.Ticket])
        )


@SQLITE
def test_hold_resume_end(desk: Desk) -> None:
    session, viewer, key = desk.session, desk.viewer, _talk(desk)
    call = calls.get(session, viewer, key)
    with pytest.raises(RuleBroken, match="is not on hold; it cannot be taken off hold now"):
        calls.resume(session, viewer, key)
    calls.hold(session, viewer, key, "asking the technician")
    assert calls.state(session, call) is calls.CallState.ON_HOLD
    with pytest.raises(RuleBroken, match="is on hold; it cannot be put on hold now"):
        calls.hold(session, viewer, key)
    calls.resume(session, viewer, key)
    assert calls.state(session, call) is calls.CallState.TALKING
    calls.end(session, viewer, key)
    assert calls.state(session, call) is calls.CallState.ENDED
    with pytest.raises(RuleBroken, match="has ended; it cannot be ended now"):
        calls.end(session, viewer, key)
    assert [event.kind.value for event in calls.events(session, call)] == ["hold", "resumed", "ended"]


@SQLITE
def test_a_call_is_handed_over_with_what_was_noted(desk: Desk) -> None:
    session, viewer, key = desk.session, desk.viewer, _talk(desk)
    calls.write(session, viewer, key, "Wants to speak to the scheduler")
    known = dict(calls.colleagues(session, viewer))
    assert desk.world.users["scheduler"] in known
    assert desk.world.users["other_scheduler"] not in known
    assert desk.world.users["technician"] not in known
    event = calls.transfer(session, viewer, key, desk.world.users["scheduler"], "plans it")
    assert event.to_user_id == desk.world.users["scheduler"]
    with elevated(session, "test"):
        call = session.get_one(m.Call, key)
        assert (call.taken_by_id, call.notes) == (desk.world.users["scheduler"], "Wants to speak to the scheduler")
    with pytest.raises(NotFound):
        calls.transfer(session, viewer, _talk(desk), desk.world.users["other_scheduler"])


@SQLITE
def test_callbacks_are_promised_for_later_and_made_once(desk: Desk) -> None:
    session, viewer, key = desk.session, desk.viewer, _talk(desk)
    with pytest.raises(RuleBroken, match="No callback"):
        calls.called_back(session, viewer, key)
    with pytest.raises(Invalid, match="has passed"):
        calls.promise_callback(session, viewer, key, desk.clock.now())
    calls.promise_callback(session, viewer, key, desk.clock.now() + timedelta(hours=2))
    calls.called_back(session, viewer, key)
    with pytest.raises(RuleBroken):
        calls.called_back(session, viewer, key)


@SQLITE
def test_a_callback_made_too_late_is_a_broken_promise(desk: Desk) -> None:
    session, viewer, key = desk.session, desk.viewer, _talk(desk)
    note_down(session, viewer, desk.rules, key, Noted("It rattles", {}, ticket_id=desk.world.north[m.Ticket]))
    calls.promise_callback(session, viewer, key, desk.clock.now() + timedelta(minutes=10))
    calls.promise_callback(session, viewer, key, desk.clock.now() + timedelta(minutes=20))
    desk.clock.instant += timedelta(hours=1)
    calls.called_back(session, viewer, key)
    with elevated(session, "test"):
        first, second = session.scalars(
            select(m.Promise).where(m.Promise.kind == m.PromiseKind.CALLBACK).order_by(m.Promise.id)
        )
        assert second.supersedes_id == first.id
        event = session.scalars(select(m.PromiseEvent).where(m.PromiseEvent.promise_id == second.id)).one()
        assert event.outcome is m.PromiseOutcome.BROKEN


@SQLITE
def test_the_system_takes_no_calls(desk: Desk) -> None:

    with pytest.raises(Forbidden):
        calls.start(desk.session, Viewer.system(), None)
    with pytest.raises(Invalid):
        calls.start(desk.session, desk.viewer, "1" * 33)
    with pytest.raises(Invalid):
        calls.write(desk.session, desk.viewer, _talk(desk), "x" * 10_001)
