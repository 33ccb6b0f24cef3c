"""The duty desk hears of every danger, once, whether or not anybody knows where."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from api import reception as edge
from api.reception import receivers_of
from db import models as m
from db.models import Channel, JobStatus
from dispatch.compute.outbox import deliver
from dispatch.errors import Invalid
from dispatch.intake.telling.alarming import desk_of
from dispatch.messaging.composing import subject_of
from dispatch.messaging.letters import Letter
from dispatch.settings import Settings
from tests.builders.world import build_world
from tests.intake.channels.reception import SYSTEM, Reception, mail

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

DESK: Final = "duty@puntal.example, +56 9 5555 0000; duty@puntal.example"


class Desk:
    """Ways out that keep what leaves."""

    def __init__(self, reception: Reception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **said: Any) -> None:
        self.sent: list[Letter] = []
        self.reception = reception
        monkeypatch.setattr(edge, "ways_of", lambda _settings: {Channel.EMAIL: self, Channel.TEXT: self})
        usual: dict[str, Any] = {"alarm_to": DESK, "data_dir": tmp_path, "public_url": "https://dispatch.example/"}
        self.settings = Settings(**(usual | said))

    def send(self, letter: Letter, _now: datetime) -> None:
        """Keeps a letter."""
        self.sent.append(letter)

    def alarms(self) -> list[Letter]:
        """Delivers all there is; what went to the desk."""
        receivers = receivers_of(self.settings, self.reception.uow, self.reception.clock)
        while deliver(self.reception.uow, self.reception.clock, receivers):
            pass
        found = [each for each in self.sent if each.to in ("duty@puntal.example", "+56955550000")]
        self.sent.clear()
        return found


@pytest.fixture
def desk(reception: Reception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """The duty desk."""
    return Desk(reception, monkeypatch, tmp_path)


def test_a_danger_without_a_place_alarms_the_desk_once(reception: Reception, desk: Desk) -> None:
    taken = reception.text("+56 9 8765 4321", "Help, we are trapped in the lift!")
    by_mail, by_text = desk.alarms()
    assert (by_mail.to, by_text.to) == ("duty@puntal.example", "+56955550000")
    assert subject_of(by_mail) == f"EMERGENCY {taken.number}: a person is trapped"
    for part in (
        f"EMERGENCY {taken.number}",
        "“Help, we are trapped in the lift!”",
        "+56 9 8765 4321",
        "NOT KNOWN YET",
        f"https://dispatch.example/intake?ticket={taken.ticket_id}",
    ):
        assert part in by_text.body
    assert by_mail.automatic
    reception.text("+56 9 8765 4321", "We are still trapped, please hurry")
    assert desk.alarms() == []


def test_the_desk_hears_where_and_who_in_its_language(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = Desk(reception, monkeypatch, tmp_path, default_language="es", alarm_to="duty@puntal.example")
    with reception.uow(viewer=SYSTEM) as session:
        world = build_world(session)
        session.commit()
    reception.text("+56987654321", "Hay olor a gas", equipment_id=world.north[m.Equipment])
    (told,) = desk.alarms()
    assert "olor o fuga de gas" in told.subject
    assert "Dónde: Tower north, Balmaceda 1, La Serena, lift" in told.body
    assert "code north" not in told.body


def test_a_danger_that_is_told_later_alarms_then_and_no_danger_never(reception: Reception, desk: Desk) -> None:
    reception.mail(mail("The lift rattles.", Message_ID="<first@vecinos.example>"))
    assert desk.alarms() == []
    reception.mail(mail("Now two people are trapped in it!", In_Reply_To="<first@vecinos.example>"))
    assert [each.to for each in desk.alarms()] == ["duty@puntal.example", "+56955550000"]


def test_who_answers_an_alarm_raises_no_other(reception: Reception, desk: Desk) -> None:
    reception.text("+56987654321", "a person is trapped in the lift")
    by_mail, _ = desk.alarms()
    answer = mail(
        "On my way.",
        From="duty@puntal.example",
        Subject=f"Re: {by_mail.subject}",
        In_Reply_To=f"<{by_mail.external_id}>",
    )
    taken = reception.mail(answer)
    assert (taken.status, reception.count(m.Ticket)) == (m.InboundStatus.IGNORED, 1)
    assert "such as an alarm" in (taken.why or "")
    assert desk.alarms() == []


def test_it_is_posted_with_the_ticket(reception: Reception) -> None:
    reception.text("+56987654321", "a person is trapped in the lift")
    with reception.uow(viewer=SYSTEM, read_only=True) as session:
        (posted,) = session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == "ticket.alarm"))
        assert posted.created_at == session.scalars(select(m.Ticket)).one().received_at
        assert session.scalars(select(m.Job)).one().status is JobStatus.DONE


def test_without_a_desk_nobody_is_written_to(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = Desk(reception, monkeypatch, tmp_path, alarm_to="")
    reception.text("+56987654321", "a person is trapped in the lift")
    assert desk.alarms() == []
    with reception.uow(viewer=SYSTEM, read_only=True) as session:
        assert list(session.scalars(select(m.OutboxMessage).where(m.OutboxMessage.topic == "alarm.send"))) == []


def test_what_is_no_address_is_told(database_kind: str) -> None:
    with pytest.raises(Invalid, match="DISPATCH_ALARM_TO: 'the desk' is neither"):
        desk_of("duty@puntal.example, the desk", "CL", "en", "http://x")


def in_one_order(reception: Reception, *numbers: int | None) -> None:
    """Puts these tickets into the work order of the north."""
    with reception.uow(viewer=SYSTEM) as session:
        for ticket in session.scalars(select(m.Ticket).where(m.Ticket.id.in_(numbers))):
            order = session.scalars(select(m.WorkOrder.id).order_by(m.WorkOrder.id)).first()
            joined = m.TicketMembership(ticket_id=ticket.id, work_order_id=order, joined_at=reception.clock.now())
            session.add(joined)
        session.commit()


def test_many_who_report_one_danger_make_one_alarm_within_the_hour(reception: Reception, desk: Desk) -> None:
    with reception.uow(viewer=SYSTEM) as session:
        build_world(session)
        session.commit()
    callers = [f"+5698765430{number}" for number in range(5)]
    taken = [reception.text(each, "Somebody is trapped in the lift").ticket_id for each in callers]
    in_one_order(reception, *taken)
    assert [each.to for each in desk.alarms()] == ["duty@puntal.example", "+56955550000"]

    worse = reception.text("+56987654321", "There is smoke and fire in the shaft")
    in_one_order(reception, worse.ticket_id)
    assert [each.number for each in desk.alarms()] == [worse.number, worse.number]

    reception.clock.instant += timedelta(minutes=61)
    later = reception.text("+56987654322", "They are still trapped in the lift")
    in_one_order(reception, later.ticket_id)
    assert [each.number for each in desk.alarms()] == [later.number, later.number]


def test_an_alarm_that_never_arrived_silences_no_other(reception: Reception, desk: Desk) -> None:
    with reception.uow(viewer=SYSTEM) as session:
        build_world(session)
        session.commit()
    first = reception.text("+56987654300", "Somebody is trapped in the lift")
    in_one_order(reception, first.ticket_id)
    assert len(desk.alarms()) == 2
    with reception.uow(viewer=SYSTEM) as session:
        sent = select(m.OutboxMessage).where(m.OutboxMessage.key.endswith("duty@puntal.example"))
        session.scalars(sent).one().gave_up_at = reception.clock.now()
        session.commit()
    second = reception.text("+56987654301", "Somebody is trapped in the lift")
    in_one_order(reception, second.ticket_id)
    assert [each.to for each in desk.alarms()] == ["duty@puntal.example"]
