"""What is proposed for a ticket."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from db import models as m
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.errors import NotFound
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.triage import NeededPart, NeededSkill, propose
from tests.builders.world import NOW, World, build_world

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Past:
    """A world with two kinds of work in its past: doors (with rollers) and lamps."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world, self.serial = session, world, 0
        self.doors = self._type("DOOR", "Door fault", "lift")
        self.lamps = self._type("LAMP", "Lamps", "lift")
        self.cold = self._type("COLD", "No hot water", "boiler")
        self.rollers = self._add(m.Part(number="P-77", name="Rollers"))
        session.add(m.WorkTypeSkill(work_type_id=self.doors, skill_id=world.common[m.Skill], level=2))

    def _add(self, row: m.Part | m.WorkType | m.WorkOrder | m.Visit | m.Ticket) -> int:
        self.session.add(row)
        self.session.flush()
        return row.id

    def _type(self, code: str, name: str, kind: str) -> int:
        return self._add(
            m.WorkType(code=code, name=name, equipment_kind=kind, duration_seconds=3600, setup_seconds=300)
        )

    def done(self, work_type: int, summary: str, minutes: int, *, parts: int = 0, **values: object) -> None:
        """A finished work order whose visit took so long."""
        self.serial += 1
        north = self.world.north
        usual = {
            "territory_id": north[m.Territory], "site_id": north[m.Site], "equipment_id": north[m.Equipment],
            "status": m.WorkOrderStatus.DONE, "reported_at": NOW - timedelta(days=self.serial),
        }  # fmt: skip
        order = self._add(
            m.WorkOrder(number=f"P-{self.serial}", work_type_id=work_type, summary=summary, **{**usual, **values})
        )
        visit = self._add(
            m.Visit(
                work_order_id=order,
                status=m.VisitStatus.COMPLETED,
                duration_seconds=60,
                started_at=NOW,
                finished_at=NOW + timedelta(minutes=minutes),
            )
        )
        if parts:
            self.session.add(m.VisitPart(visit_id=visit, part_id=self.rollers, quantity=parts, used=parts))
            self.session.flush()

    def ticket(self, symptom: str, *, subject: str = "", equipment: bool = True) -> int:
        """A new ticket about the north's lift."""
        self.serial += 1
        north = self.world.north
        return self._add(
            m.Ticket(
                number=f"TT-{self.serial}",
                channel=m.Channel.PHONE,
                site_id=north[m.Site],
                equipment_id=north[m.Equipment] if equipment else None,
                subject=subject,
                symptom=symptom,
                received_at=NOW,
            )
        )


@pytest.fixture
def past(uow: UnitOfWork, clock: FixedClock) -> Iterator[Past]:
    """A short past of doors and lamps."""
    with uow(viewer=Viewer.system()) as session:
        made = Past(session, build_world(session))
        for _ in range(6):
            made.done(made.doors, "Landing door scrapes and reopens", 65, parts=2, priority=m.Priority.HIGH)
            made.done(made.lamps, "Car lamp flickers", 20)
        yield made


def test_words_lead_to_the_work_they_led_to_before(past: Past) -> None:
    found = propose(past.session, past.ticket("The landing dor scrapes"))
    assert found.work_type_id == past.doors
    assert found.duration_seconds == 3600
    assert found.parts == (NeededPart(past.rollers, 2),)
    assert found.skills == (NeededSkill(past.world.common[m.Skill], 2),)
    assert found.priority is m.Priority.HIGH
    assert found.confidence > 0.5
    assert found.emergency is None
    assert "Door fault" in found.reason
    assert "6 visits on X" in found.reason
    assert found == propose(past.session, past.ticket("The landing dor scrapes"))


@SQLITE
def test_what_the_parties_say_in_facts_counts(past: Past) -> None:
    ticket = past.ticket("", equipment=False)
    assert propose(past.session, ticket).work_type_id is None
    said = Said(NOW, m.Channel.PHONE)
    say(past.session, ticket, Field.SYMPTOM, "the lamp flickers", said)
    say(past.session, ticket, Field.EQUIPMENT_KIND, "Lift", said)
    say(past.session, ticket, Field.PRIORITY, "high", said)
    found = propose(past.session, ticket)
    assert (found.work_type_id, found.priority) == (past.lamps, m.Priority.HIGH)


@SQLITE
def test_an_emergency_is_one_whatever_the_work(past: Past) -> None:
    found = propose(past.session, past.ticket("qqq zzz. A person is trapped"))
    assert found.priority is m.Priority.EMERGENCY
    assert found.emergency == "a person is trapped"
    assert found.reason.startswith("Emergency: a person is trapped.")


@SQLITE
def test_nobody_wishes_an_emergency(past: Past) -> None:
    ticket = past.ticket("Car lamp flickers")
    say(past.session, ticket, Field.PRIORITY, "emergency", Said(NOW, m.Channel.PORTAL))
    assert propose(past.session, ticket).priority is m.Priority.HIGH


@SQLITE
@pytest.mark.parametrize("symptom", ["", "  ", "汉字漢字"])
def test_nothing_said_means_nothing_proposed(past: Past, symptom: str) -> None:
    found = propose(past.session, past.ticket(symptom))
    assert (found.work_type_id, found.duration_seconds, found.confidence) == (None, None, 0.0)
    assert found.reason.startswith("Nobody has said yet what is wrong")


@SQLITE
def test_work_of_another_kind_of_equipment_is_never_proposed(past: Past) -> None:
    assert propose(past.session, past.ticket("No hot water at all")).work_type_id != past.cold
    assert propose(past.session, past.ticket("No hot water at all", equipment=False)).work_type_id == past.cold


@SQLITE
def test_what_was_learned_grows_with_the_past(past: Past) -> None:
    words = "Zumbido metálico nocturno"
    before = propose(past.session, past.ticket(words))
    for _ in range(3):
        past.done(past.doors, words, 30)
    after = propose(past.session, past.ticket(words))
    assert after.work_type_id == past.doors
    assert after.confidence > before.confidence


@SQLITE
def test_a_company_without_a_past_is_served_by_the_names_of_its_work(uow: UnitOfWork, clock: FixedClock) -> None:
    with uow(viewer=Viewer.system()) as session:
        made = Past(session, build_world(session))
        for order in session.query(m.WorkOrder):
            order.status = m.WorkOrderStatus.DRAFT
        found = propose(session, made.ticket("door fault on the third floor"))
        assert found.work_type_id == made.doors
        assert "for want of a past" in found.reason
        assert "as the work type says" in found.reason


@SQLITE
def test_a_single_work_type_is_an_answer_too(uow: UnitOfWork, clock: FixedClock) -> None:
    with uow(viewer=Viewer.system()) as session:
        world = build_world(session)
        ticket = m.Ticket(number="TT-9", channel=m.Channel.PHONE, subject="Broken", received_at=NOW)
        session.add(ticket)
        session.flush()
        found = propose(session, ticket.id)
        assert found.work_type_id == world.common[m.WorkType]
        assert "the only work type" in found.reason


@SQLITE
def test_a_ticket_that_is_none_is_not_found(uow: UnitOfWork, clock: FixedClock) -> None:
    with uow(viewer=Viewer.system()) as session, pytest.raises(NotFound):
        propose(session, 999)
