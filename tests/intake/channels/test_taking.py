"""Taking in: once, whatever happens, and never in the way of others."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from db import models as m
from db.models import Channel, Delivery, Direction, InboundStatus, JobStatus, TicketStatus
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.compute.worker import Worker
from dispatch.intake.channels import keeping
from dispatch.intake.channels.email.entering import take_mail
from dispatch.intake.channels.handing import hand_in
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.placing import JOB_KIND, PlaceHandler
from dispatch.intake.channels.taking import process, process_waiting, take_in
from dispatch.records.attachments import Given
from dispatch.records.errors import IdReused
from tests.intake.channels.reception import Reception, mail

ALONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_a_mail_becomes_a_ticket_with_all_that_hangs_on_it(reception: Reception) -> None:
    taken = reception.mail(mail("The lift has stopped.\n\n-- \nAna Rojas\n+56 51 255 0100"))
    ticket = reception.one(m.Ticket, taken.ticket_id)
    assert (taken.status, taken.number, ticket.number) == (InboundStatus.TAKEN, "T-1001", "T-1001")
    assert (ticket.subject, ticket.status, ticket.channel) == ("Lift stuck", TicketStatus.NEW, Channel.EMAIL)
    contact = reception.one(m.Contact, ticket.contact_id)
    assert (contact.name, contact.email, contact.verified) == ("Ana Rojas", "ana@vecinos.example", False)
    assert not reception.one(m.Organisation, contact.organisation_id).verified
    said, answer = reception.messages(ticket.id)
    assert (said.body or "").startswith("The lift has stopped.")
    assert said.direction is Direction.INBOUND
    assert said.external_id == mail_id(taken, reception)
    assert (answer.automatic, answer.delivery, answer.channel) == (True, Delivery.WAITING, Channel.EMAIL)
    assert "T-1001" in (answer.body or "")
    facts = reception.facts(ticket.id)
    assert facts["reporter_email"] == ["ana@vecinos.example"]
    assert facts["reporter_phone"] == ["+56512550100"]
    assert facts["symptom"] == ["The lift has stopped."]
    assert [party.role for party in reception.all(m.Party)] == [m.PartyRole.REPORTER]
    assert reception.placed == [ticket.id]
    assert reception.conversation(ticket.id).token is not None


def mail_id(taken: object, reception: Reception) -> str:
    """What the only inbound message is known by."""
    (inbound,) = reception.all(m.Inbound)
    return str(inbound.external_id)


def test_twenty_copies_at_once_make_one_ticket(reception: Reception) -> None:
    raw = mail().as_bytes()
    copies = [
        b"Received: from relay%d.example; Mon, 02 Mar 2026 05:00:%02d -0300\r\n" % (n, n) + raw for n in range(20)
    ]
    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(reception.mail, copies))
    assert {each.number for each in taken} == {"T-1001"}
    assert {each.message_id for each in taken} == {taken[0].message_id}
    assert [reception.count(kind) for kind in (m.Inbound, m.Ticket, m.Conversation, m.Contact)] == [1, 1, 1, 1]
    assert len([each for each in reception.all(m.Message) if each.direction is Direction.INBOUND]) == 1
    assert reception.placed == [taken[0].ticket_id]


def test_of_copies_handed_in_at_once_all_get_the_same_answer_and_another_under_their_id_none(
    reception: Reception,
) -> None:
    said = Heard(Channel.PORTAL, "7:PT-1", reception.clock.now(), "The lift rattles", sender=Sender("Olga"))
    files = [Given("note.txt", b"It rattles since noon.")]

    def hand(number: int) -> object:
        heard = replace(said, body="Something else") if number == 7 else said
        try:
            return hand_in(reception.uow, reception.clock, reception.rules, heard, files)
        except IdReused:
            return "reused"

    first = hand(0)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(hand, range(10)))
    assert answers == [first] * 7 + ["reused"] + [first] * 2
    assert [reception.count(kind) for kind in (m.Inbound, m.Ticket, m.Attachment)] == [1, 1, 1]


def test_copies_handed_in_before_any_is_kept_make_one_ticket(reception: Reception) -> None:
    said = Heard(Channel.PORTAL, "7:PT-1", reception.clock.now(), "The lift rattles", sender=Sender("Olga"))
    with ThreadPoolExecutor(20) as pool:
        numbers = list(
            pool.map(lambda _: hand_in(reception.uow, reception.clock, reception.rules, said).number, range(20))
        )
    assert set(numbers) == {"T-1001"}
    assert [reception.count(kind) for kind in (m.Inbound, m.Ticket)] == [1, 1]


def test_twenty_senders_at_once_who_are_the_same_person_are_entered_once(reception: Reception) -> None:
    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(lambda _: reception.mail(mail()), range(8)))
    assert len({each.number for each in taken}) == 8
    assert reception.count(m.Contact) == reception.count(m.Organisation) == 1


@ALONE
def test_a_copy_that_comes_later_gets_the_same_answer_and_leaves_no_file(reception: Reception, tmp_path: Path) -> None:
    first, again = mail(), b""
    again = b"X-Way: another\n" + first.as_bytes()
    assert reception.mail(first) == reception.mail(again)
    assert [path for path in (tmp_path / "data" / "attachments").rglob("*") if path.is_file()] == []


@ALONE
def test_what_died_between_coming_in_and_being_kept_is_taken_on_later(reception: Reception) -> None:
    take_mail(reception.uow, reception.clock, reception.rules, mail().as_bytes())
    later = timedelta(seconds=10)
    assert process_waiting(reception.uow, reception.clock, reception.rules, older=later) == 0
    reception.clock.instant += later
    assert process_waiting(reception.uow, reception.clock, reception.rules, older=later) == 1
    assert reception.count(m.Ticket) == 1
    assert process_waiting(reception.uow, reception.clock, reception.rules, older=later) == 0


def test_a_danger_is_alarmed_of_with_its_ticket_and_once(reception: Reception) -> None:
    taken = reception.text("+56987654321", "a person is trapped in the lift")
    reception.text("+56987654321", "he is still trapped, hurry")
    alarms = [each.payload for each in reception.all(m.OutboxMessage) if each.topic == "ticket.alarm"]
    assert alarms == [{"ticket_id": taken.ticket_id}]


@ALONE
def test_a_refused_mail_that_comes_again_is_tried_again(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    raw = mail().as_bytes()

    def die(*_: object) -> None:
        raise KeyError

    with monkeypatch.context() as broken:
        broken.setattr(keeping, "keep", die)
        assert reception.mail(raw).status is InboundStatus.REFUSED
    assert reception.mail(raw).status is InboundStatus.TAKEN
    assert reception.count(m.Inbound) == 1


@ALONE
def test_a_message_that_cannot_be_read_is_refused_and_stops_nobody(reception: Reception) -> None:
    uow, clock, rules = reception.uow, reception.clock, reception.rules
    poison = take_in(uow, clock, rules, Channel.TEXT, "poison", {"facts": {"no such field": ["x"]}})
    wrong = take_in(uow, clock, rules, Channel.TEXT, "wrong", {"body": 7})
    take_mail(uow, clock, rules, mail().as_bytes())
    assert process_waiting(uow, clock, rules, older=timedelta(0)) == 3
    assert reception.count(m.Ticket) == 1
    for key in (poison, wrong):
        refused = reception.one(m.Inbound, key)
        assert refused.status is InboundStatus.REFUSED
        assert "could not be read" in refused.why
    assert process(uow, clock, rules, poison).status is InboundStatus.REFUSED


@ALONE
def test_a_store_that_is_away_refuses_nothing(reception: Reception) -> None:
    inbound = take_mail(reception.uow, reception.clock, reception.rules, mail().as_bytes())

    class Away(type(reception.rules.files)):  # type: ignore[misc]  # the class of the files is known at run time
        def read(self, sha256: str) -> bytes:
            raise OSError(5, "Input/output error")

    away = replace(reception.rules, files=Away(Path("nowhere")))
    assert process_waiting(reception.uow, reception.clock, away, older=timedelta(0)) == 1
    assert reception.one(m.Inbound, inbound).status is InboundStatus.WAITING
    assert process(reception.uow, reception.clock, reception.rules, inbound).status is InboundStatus.TAKEN


def test_a_ticket_that_could_not_be_placed_is_placed_by_the_worker(
    reception: Reception, uow: UnitOfWork, clock: FixedClock
) -> None:
    tried = []

    def place(_session: Session, ticket_id: int) -> None:
        tried.append(ticket_id)
        if len(tried) == 1:
            raise RuntimeError("matching is broken")

    reception.rules = replace(reception.rules, place=place)
    taken = reception.mail(mail())
    assert taken.status is InboundStatus.TAKEN
    (job,) = [each for each in reception.all(m.Job) if each.kind == JOB_KIND]
    assert job.status is JobStatus.QUEUED
    handlers = {JOB_KIND: PlaceHandler(uow, reception.rules)}
    assert Worker(uow, clock, handlers, timedelta(minutes=1), "w").work_once()
    assert tried == [taken.ticket_id, taken.ticket_id]
    assert reception.one(m.Job, job.id).status is JobStatus.DONE


@ALONE
def test_devices_that_write_the_same_message_id_each_time_lose_nothing(reception: Reception) -> None:
    first = mail("Fault 12 at 08:00", Message_ID="<1@device>")
    second = mail("Fault 17 at 09:00", Message_ID="<1@device>")
    tickets = {reception.mail(first).number, reception.mail(second).number, reception.mail(second).number}
    assert len(tickets) == 2
    assert reception.count(m.Inbound) == 2


@ALONE
def test_danger_is_noted_whatever_else_comes_of_it(reception: Reception) -> None:
    quiet = reception.mail(mail("The lift is stuck."))
    assert not reception.one(m.Ticket, quiet.ticket_id).emergency
    said = reception.mail(mail("Two people are trapped in the lift, please hurry!"))
    assert reception.one(m.Ticket, said.ticket_id).emergency
    token = reception.conversation(quiet.ticket_id).token
    reception.mail(mail("Now a woman is trapped in it!", Subject=f"Re: Lift stuck [{quiet.number}#{token}]"))
    assert reception.one(m.Ticket, quiet.ticket_id).emergency
    assert [each for each in reception.placed if each == quiet.ticket_id] == [quiet.ticket_id] * 2
