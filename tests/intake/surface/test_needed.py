"""Skills, parts and priorities that somebody writes down must be ones there are."""

from typing import Final

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.access import elevated
from dispatch.errors import Invalid
from dispatch.intake.facts.said import Field, facts_of
from dispatch.intake.handover import stating
from dispatch.intake.telephone import calls
from dispatch.intake.telephone.noting import Noted, note_down
from tests.intake.surface.conftest import Desk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk, with a little more in the catalogue: skill lift, parts P-1 and P-2 are there."""
    with elevated(desk.session, "test"):
        desk.session.add_all(
            [
                m.Skill(code="boiler-gas", name="Gas boilers"),
                m.Part(number="BELT:2", name="Door belt"),
                m.Part(number="p-1x", name="Brake lining"),
            ]
        )
        desk.session.flush()
    return desk


def _add(desk: Desk, field: Field, value: str) -> str:
    return stating.add(desk.session, desk.viewer, desk.rules, desk.world.north[m.Ticket], field, value).value


KEPT: Final = (
    (Field.SKILL, "lift", "lift"),
    (Field.SKILL, " LIFT : 3 ", "lift:3"),
    (Field.SKILL, "lift:03", "lift:3"),
    (Field.PART, "p-1:2", "P-1:2"),
    (Field.PART, "belt:2", "BELT:2"),
    (Field.PART, "BELT:2:5", "BELT:2:5"),
    (Field.PRIORITY, " High", "high"),
    (Field.SYMPTOM, "lfit: 7", "lfit: 7"),
)


def test_codes_are_kept_as_the_catalogue_writes_them(desk: Desk) -> None:
    for field, said, kept in KEPT:
        assert _add(desk, field, said) == kept
        assert _add(desk, field, kept) == kept
        facts = facts_of(desk.session, [desk.world.north[m.Ticket]])
        assert sum(fact.field == field and fact.value == kept for fact in facts) == 1, kept


TOLD: Final = (
    (Field.SKILL, "lfit:3", "There is no skill 'lfit'; did you mean lift?"),
    (Field.SKILL, "gas boiler", "did you mean boiler-gas?"),
    (Field.SKILL, "xyzzy", "There is no skill 'xyzzy'; GET /v1/skills lists those there are."),
    (Field.SKILL, "lift:9", "The level of skill lift is 9; write lift:1 to lift:5."),
    (Field.SKILL, "lift:0", "The level of skill lift is 0"),
    (Field.SKILL, "lift:high", "There is no skill 'lift:high'; did you mean lift?"),
    (Field.PART, "brake", "did you mean p-1x?"),
    (Field.PART, "P-1:1000", "The quantity of part P-1 is 1000; write P-1:1 to P-1:999."),
    (Field.PRIORITY, "urgent", "There is no priority 'urgent'; write one of "),
)


def test_what_there_is_not_is_named_with_what_comes_near(desk: Desk) -> None:
    before = len(facts_of(desk.session, [desk.world.north[m.Ticket]]))
    for field, said, told in TOLD:
        with pytest.raises(Invalid) as caught:
            _add(desk, field, said)
        assert told in str(caught.value)
        assert [fault.pointer for fault in caught.value.faults] == ["/value"]
    assert len(facts_of(desk.session, [desk.world.north[m.Ticket]])) == before


def test_a_call_s_ticket_is_checked_too(desk: Desk) -> None:
    key = calls.start(desk.session, desk.viewer, None).id
    with pytest.raises(Invalid) as caught:
        note_down(desk.session, desk.viewer, desk.rules, key, Noted("It rattles", {Field.PART: "P1"}))
    assert "did you mean P-1" in str(caught.value)
    assert [fault.pointer for fault in caught.value.faults] == ["/facts/part"]
    ticket = note_down(desk.session, desk.viewer, desk.rules, key, Noted("It rattles", {Field.PART: "p-1:2"}))
    said = select(m.Fact.value).where(m.Fact.ticket_id == ticket.id, m.Fact.field == Field.PART)
    assert desk.session.scalars(said).all() == ["P-1:2"]
