"""The hand-over: only what nobody has said yet is asked; and finding who calls."""

import pytest

from db import models as m
from dispatch.access import Viewer, elevated
from dispatch.errors import Forbidden, Invalid, NotFound
from dispatch.intake.facts.said import Field
from dispatch.intake.handover import desk as desks
from dispatch.intake.handover import searching, stating
from dispatch.intake.handover.questions import Known, questions
from dispatch.intake.merging import merge
from dispatch.intake.telephone import calls
from dispatch.intake.telephone.noting import Noted, note_down
from tests.builders.sides import Side
from tests.intake.surface.conftest import Desk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def _asked(known: Known) -> list[Field]:
    return [question.field for question in questions(known)]


def test_who_is_unknown_is_asked_everything_urgent_things_first(database_kind: str) -> None:
    asked = _asked(Known())
    assert asked[:3] == [Field.SYMPTOM, Field.STREET, Field.HOUSE_NUMBER]
    assert len(asked) == len(set(asked))


def test_what_is_known_is_not_asked(database_kind: str) -> None:
    said = (Field.SYMPTOM, Field.OCCURRED_AT)
    everything = Known(said, contact=True, reachable=True, site=True, unit=True, access=True, hours=True)
    assert questions(everything) == ()
    for field in _asked(Known()):
        assert field not in _asked(Known(said=(field,)))


def test_in_an_emergency_nobody_is_asked_for_a_date(database_kind: str) -> None:
    asked = _asked(Known(emergency=True, insured=True))
    assert {Field.AVAILABILITY, Field.OCCURRED_AT, Field.REFERENCE}.isdisjoint(asked)
    assert Field.STREET in asked
    assert Field.REFERENCE in _asked(Known(insured=True))


def test_a_ticket_is_handed_over_with_what_all_its_parties_said(desk: Desk) -> None:
    ticket = desk.world.north[m.Ticket]
    stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.OCCURRED_AT, "since noon")
    known = desks.of_ticket(desk.session, desk.viewer, ticket)
    assert known.contact is not None
    assert known.site is not None
    assert known.order is not None
    said = {each.field: each.values[0] for each in known.said}
    assert said[Field.OCCURRED_AT].value == "since noon"
    assert said[Field.OCCURRED_AT].sources[0].noted_by_id == desk.viewer.user_id
    assert Field.OCCURRED_AT not in {question.field for question in known.missing}
    assert known.proposal is not None


def _joined(desk: Desk, side: Side, facts: dict[Field, str] | None = None) -> int:
    """The ticket of a saved call of which only words are known, joined by hand to the side's work order."""
    call = calls.start(desk.session, desk.viewer, None).id
    ticket = note_down(desk.session, desk.viewer, desk.rules, call, Noted("It is stuck again", facts or {})).id
    with elevated(desk.session, "test"):
        merge(desk.session, Viewer.system(), [ticket], side[m.WorkOrder])
    return ticket


def test_a_ticket_joined_to_an_order_is_not_asked_what_the_order_knows(desk: Desk) -> None:
    alone = note_down(
        desk.session, desk.viewer, desk.rules, calls.start(desk.session, desk.viewer, None).id, Noted("It rattles", {})
    )
    asked = {question.field for question in desks.of_ticket(desk.session, desk.viewer, alone.id).missing}
    assert {Field.STREET, Field.HOUSE_NUMBER, Field.EQUIPMENT_KIND, Field.REPORTER_NAME} <= asked
    ticket = _joined(desk, desk.world.north)
    known = desks.of_ticket(desk.session, desk.viewer, ticket)
    assert known.site is not None
    assert known.unit is not None
    assert (known.site.id, known.unit.id) == (desk.world.north[m.Site], desk.world.north[m.Equipment])
    assert (known.site_is_its_own, known.unit_is_its_own) == (False, False)
    assert {question.field for question in known.missing} == {
        Field.REPORTER_NAME,
        Field.REPORTER_PHONE,
        Field.REPORTER_FUNCTION,
        Field.OCCURRED_AT,
        Field.AVAILABILITY,
    }


def test_who_calls_is_asked_though_another_party_of_the_order_said_who_they_are(desk: Desk) -> None:
    ticket = _joined(desk, desk.world.north)
    other = desk.world.north[m.Ticket]
    for field, value in ((Field.REPORTER_NAME, "Ana"), (Field.AVAILABILITY, "after four")):
        stating.add(desk.session, desk.viewer, desk.rules, other, field, value)
    asked = {question.field for question in desks.of_ticket(desk.session, desk.viewer, ticket).missing}
    assert Field.REPORTER_NAME in asked
    assert Field.AVAILABILITY not in asked


def test_access_notes_are_not_shown_but_known(desk: Desk) -> None:
    known = desks.of_caller(desk.session, desk.viewer, site_id=desk.world.north[m.Site])
    assert Field.ACCESS not in {question.field for question in known.missing}
    ticket = desk.world.north[m.Ticket]
    stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.ACCESS, "code 4711")
    said = {each.field: each.values for each in desks.of_ticket(desk.session, desk.viewer, ticket).said}
    assert [value.value for value in said[Field.ACCESS]] == [None]


def test_before_there_is_a_ticket_our_records_answer(desk: Desk) -> None:
    north = desk.world.north
    known = desks.of_caller(desk.session, desk.viewer, contact_id=north[m.Contact], words="smell of gas")
    assert known.site is not None
    assert known.site.id == north[m.Site]
    assert known.unit is not None
    assert known.emergency == "gas is smelt or escapes"
    assert [ticket.id for ticket in known.open_tickets if ticket.id == north[m.Ticket]]


def test_a_number_is_no_name_and_no_site_has_not_several_units(desk: Desk) -> None:
    call = calls.start(desk.session, desk.viewer, "+56 9 3333 2222").id
    ticket = note_down(desk.session, desk.viewer, desk.rules, call, Noted("It bangs", {})).id
    known = desks.of_ticket(desk.session, desk.viewer, ticket)
    assert known.contact is not None
    asked = {question.field for question in known.missing}
    assert Field.REPORTER_NAME in asked
    assert Field.REPORTER_PHONE not in asked
    assert Field.UNIT not in asked
    blank = desks.of_caller(desk.session, desk.viewer)
    assert Field.UNIT not in {question.field for question in blank.missing}


def test_nobody_is_told_of_what_is_elsewhere(desk: Desk) -> None:
    south = desk.world.south
    known = desks.of_caller(
        desk.session, desk.viewer, contact_id=south[m.Contact], site_id=south[m.Site], equipment_id=south[m.Equipment]
    )
    assert (known.contact, known.site, known.unit, list(known.open_tickets)) == (None, None, None, [])
    with pytest.raises(NotFound):
        desks.of_ticket(desk.session, desk.viewer, south[m.Ticket])
    with pytest.raises(Forbidden):
        desks.of_ticket(desk.session, desk.world.viewer(m.Role.TECHNICIAN), south[m.Ticket])


def test_a_caller_is_found_by_whatever_they_say_first(desk: Desk) -> None:
    contact = desk.session.get_one(m.Contact, desk.world.north[m.Contact])
    contact.phone, contact.email = "+56 51 255 0188", "Ana@North.example"
    desk.session.flush()
    unit = desk.session.get_one(m.Equipment, desk.world.north[m.Equipment])
    ticket = desk.session.get_one(m.Ticket, desk.world.north[m.Ticket])
    order = desk.session.get_one(m.WorkOrder, desk.world.north[m.WorkOrder])

    def sorts(words: str) -> list[str]:
        return [find.sort for find in searching.find(desk.session, desk.viewer, words)]

    assert sorts("51 255 0188") == sorts("ana@north.example") == ["contact"]
    assert "contact" in sorts("Ana nor")
    assert "site" in sorts("Balmaceda 1")
    assert "equipment" in sorts(unit.serial)
    assert "equipment" in sorts(unit.label_code.lower())
    assert sorts(ticket.number.lower())[0] == sorts(order.number)[0] == "ticket"
    assert sorts("x") == sorts("Tower south") == sorts("%%%") == []


def test_facts_are_added_once_and_only_by_who_may(desk: Desk) -> None:
    ticket = desk.world.north[m.Ticket]
    first = stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.UNIT, "left")
    assert stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.UNIT, "left").id == first.id
    stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.SYMPTOM, "Somebody is trapped")
    assert desk.session.get_one(m.Ticket, ticket).emergency
    with pytest.raises(Invalid):
        stating.add(desk.session, desk.viewer, desk.rules, ticket, Field.UNIT, "x", desk.world.south[m.Contact])
    with pytest.raises(Forbidden):
        stating.facts(desk.session, Viewer("t", m.Role.TECHNICIAN), ticket)
