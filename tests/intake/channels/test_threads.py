"""Which thread a mail belongs to: headers, token and sender together; strangers never get into somebody's thread."""

import pytest

from db import models as m
from db.models import Channel, Delivery, Direction, InboundStatus, TicketStatus
from dispatch.access import Viewer
from dispatch.errors import NotFound
from dispatch.intake.channels.replying import reply
from dispatch.messaging.composing import compose
from dispatch.messaging.letters import read_letter
from tests.intake.channels.reception import OURS, SYSTEM, Reception, mail

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def outgoing(reception: Reception, ticket_id: int | None) -> list[m.Message]:
    """What we wrote about a ticket."""
    return [each for each in reception.messages(ticket_id) if each.direction is Direction.OUTBOUND]


def test_a_mail_that_answers_one_of_theirs_stays_in_the_thread(reception: Reception) -> None:
    taken = reception.mail(mail(Message_ID="<first@vecinos.example>"))
    more = reception.mail(mail("And it smells.", Subject="Re: Lift stuck", References="<x@y> <first@vecinos.example>"))
    assert more.ticket_id == taken.ticket_id
    assert [each.body for each in reception.messages(taken.ticket_id)][-1] == "And it smells."
    assert len(outgoing(reception, taken.ticket_id)) == 1


@pytest.mark.parametrize("how", ["token", "header", "number"])
def test_a_stranger_gets_a_ticket_of_their_own_that_names_the_other(reception: Reception, how: str) -> None:
    taken = reception.mail(mail(Message_ID="<first@vecinos.example>"))
    token = reception.conversation(taken.ticket_id).token
    headers = {
        "token": {"Subject": f"Re: Lift stuck [{taken.number}#{token}]"},
        "header": {"In_Reply_To": "<first@vecinos.example>"},
        "number": {"Subject": f"About {taken.number}"},
    }[how]
    other = reception.mail(mail("What is going on there?", From="Eve <eve@else.example>", **headers))
    assert other.ticket_id != taken.ticket_id
    assert len(reception.messages(taken.ticket_id)) == 2
    assert reception.facts(other.ticket_id)["reference"] == [taken.number]


def test_another_threads_token_goes_no_further(reception: Reception) -> None:
    taken = reception.mail(mail())
    tag = f"[{taken.number}#{reception.conversation(taken.ticket_id).token}]"
    others = [
        reception.mail(mail("What is that?", From="Eve <eve@else.example>", Subject=f"Re: {tag} Lift {tag}")),
        reception.mail(mail(f"{tag} forwarded\n\nPlease look.", From="Eve <eve@else.example>", Subject=f"Fwd: {tag}")),
        reception.text("+56911111111", f"{tag}\nWhat is that?"),
    ]
    names = ["Lift", "forwarded", "What is that?"]
    for other, name in zip(others, names, strict=True):
        assert other.ticket_id != taken.ticket_id
        assert reception.one(m.Ticket, other.ticket_id).subject == name
        assert all("#" not in (each.subject or "") for each in reception.messages(other.ticket_id))


def test_a_wrong_token_or_the_number_alone_is_no_key_to_the_thread(reception: Reception) -> None:
    taken = reception.mail(mail())
    for subject in (f"Re: Lift stuck [{taken.number}#aaaaaaaaaaaa]", f"Re: Lift stuck {taken.number}"):
        assert reception.mail(mail(Subject=subject)).ticket_id != taken.ticket_id


def test_a_new_matter_of_the_same_person_is_a_new_ticket(reception: Reception) -> None:
    assert reception.mail(mail()).number != reception.mail(mail(Subject="Boiler cold")).number
    assert reception.count(m.Contact) == 1


def test_an_answer_to_a_resolved_ticket_opens_it_and_one_to_a_closed_ticket_makes_a_new_one(
    reception: Reception,
) -> None:
    taken = reception.mail(mail(Message_ID="<first@vecinos.example>"))
    for status, same in ((TicketStatus.RESOLVED, True), (TicketStatus.CLOSED, False)):
        with reception.uow(viewer=SYSTEM) as session:
            session.get_one(m.Ticket, taken.ticket_id).status = status
            session.commit()
        again = reception.mail(mail("It is stuck again", In_Reply_To="<first@vecinos.example>"))
        assert (again.ticket_id == taken.ticket_id) is same
    assert reception.one(m.Ticket, taken.ticket_id).status is TicketStatus.CLOSED
    assert reception.facts(again.ticket_id)["reference"] == [taken.number]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic reply"),
        ({"Auto_Submitted": "auto-replied (vacation); owner=x"}, "automatic reply"),
        ({"X_Autoreply": "yes"}, "automatic reply"),
        ({"Precedence": "auto_reply"}, "automatic reply"),
        ({"Subject": "Automatische Antwort: Aufzug"}, "automatic reply"),
        ({"Subject": "Respuesta automática: ascensor"}, "automatic reply"),
        ({"Subject": "Out of office: lift"}, "automatic reply"),
        ({"Precedence": "bulk"}, "many at once"),
        ({"List_Id": "<news.example>"}, "mailing list"),
        ({"Return_Path": "<>"}, "no sender"),
        ({"From": f"Puntal <{OURS.upper()}>"}, "our own address"),
        ({"From": "MAILER-DAEMON@mx.example"}, "mail server"),
    ],
)
def test_what_machines_write_is_no_report_and_never_answered(
    reception: Reception, headers: dict[str, str], why: str
) -> None:
    taken = reception.mail(mail(**headers))
    assert taken.status is InboundStatus.IGNORED
    assert why in (taken.why or "")
    assert reception.count(m.Ticket) == reception.count(m.OutboxMessage) == 0


def test_a_machine_that_reports_makes_a_ticket_and_is_not_answered(reception: Reception) -> None:
    taken = reception.mail(mail("Fault 12: door", Auto_Submitted="auto-generated"))
    assert taken.status is InboundStatus.TAKEN
    (message,) = reception.messages(taken.ticket_id)
    assert message.automatic


def test_an_automatic_reply_to_us_stays_in_the_thread_without_an_answer(reception: Reception) -> None:
    taken = reception.mail(mail(Message_ID="<first@vecinos.example>"))
    reception.uow.run(
        lambda session: setattr(session.get_one(m.Ticket, taken.ticket_id), "status", TicketStatus.RESOLVED),
        viewer=SYSTEM,
    )
    away = mail("I am away.", In_Reply_To="<first@vecinos.example>", Auto_Submitted="auto-replied")
    assert reception.mail(away).ticket_id == taken.ticket_id
    said = reception.messages(taken.ticket_id)
    assert [(each.direction, each.automatic) for each in said] == [
        (Direction.INBOUND, False), (Direction.OUTBOUND, True), (Direction.INBOUND, True)
    ]  # fmt: skip
    assert reception.one(m.Ticket, taken.ticket_id).status is TicketStatus.RESOLVED


def test_a_bounce_fails_the_message_that_did_not_arrive(reception: Reception) -> None:
    taken = reception.mail(mail())
    (ours,) = outgoing(reception, taken.ticket_id)
    with reception.uow(viewer=SYSTEM) as session:
        kept = session.get_one(m.Message, ours.id)
        kept.external_id, kept.delivery = "m2.abc@puntal.example", Delivery.SENT
        session.commit()
    report = (
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nMessage-ID: <d@mx>\nSubject: Undelivered\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        b"Final-Recipient: rfc822; ana@vecinos.example\nAction: %s\nStatus: 5.1.1\n\n"
        b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <m2.abc@puntal.example>\nSubject: Re\n\nwords\n--b--\n"
    )
    late = reception.mail((report % b"delayed").replace(b"<d@mx>", b"<late@mx>"))
    assert (late.status, reception.one(m.Message, ours.id).delivery) == (InboundStatus.IGNORED, Delivery.SENT)
    failed = reception.mail(report % b"failed")
    assert (failed.status, failed.message_id) == (InboundStatus.IGNORED, ours.id)
    assert reception.one(m.Message, ours.id).delivery is Delivery.FAILED
    assert reception.count(m.Ticket) == 1


def test_two_robots_do_not_talk_to_each_other(reception: Reception) -> None:
    """A robot that says nothing of being one answers each of our mails, in the thread or with a mail of its own."""
    taken = reception.mail(mail("Fault", From="robot@other.example", Message_ID="<r0@other>"))
    answered = len(outgoing(reception, taken.ticket_id))
    assert answered == 1
    for turn in range(1, 40):
        token = reception.conversation(taken.ticket_id).token
        subject = f"Re: Fault [{taken.number}#{token}]"
        reception.mail(
            mail("Thank you, we got it", From="robot@other.example", Subject=subject, Message_ID=f"<r{turn}@o>")
        )
    assert len(outgoing(reception, taken.ticket_id)) == 1
    said = [each for each in reception.messages(taken.ticket_id) if each.direction is Direction.INBOUND]
    assert len(said) == 40
    assert said[-1].automatic


def test_a_robot_that_begins_anew_each_time_is_answered_a_few_times_at_most(reception: Reception) -> None:
    for turn in range(15):
        reception.mail(mail("Thank you, we got it", From="robot@other.example", Message_ID=f"<n{turn}@o>"))
    assert reception.count(m.Ticket) == 15
    assert reception.count(m.OutboxMessage) == reception.rules.most_automatic


def test_one_mail_of_ours_to_another_of_ours_ends_at_once(reception: Reception) -> None:
    taken = reception.mail(mail("Please call", From="other-desk@dispatch.example"))
    (ours,) = outgoing(reception, taken.ticket_id)
    letter = reception.uow.run(lambda session: read_letter(session, ours.id, "puntal.example"), viewer=SYSTEM)
    assert letter is not None
    composed = compose(letter, OURS, reception.clock.now())
    there = reception.mail(composed.as_bytes().replace(OURS.encode(), b"third@desk.example"))
    assert there.status is InboundStatus.IGNORED


def test_what_a_call_taker_answers_goes_over_the_channel_last_used(reception: Reception) -> None:
    taken = reception.mail(mail("Stuck.\n\n-- \nAna Rojas\n+56 9 8765 4321"))
    key = reception.conversation(taken.ticket_id).id

    def answer() -> m.Message:
        return reception.uow.run(lambda session: reply(session, SYSTEM, key, "We come."), viewer=SYSTEM)

    assert answer().channel is Channel.EMAIL
    assert reception.text("9 8765 4321", "It is 2 now").ticket_id == taken.ticket_id
    assert answer().channel is Channel.TEXT
    assert reception.count(m.Conversation) == 1
    audited = [each for each in reception.all(m.AuditEntry) if each.entity == "message"]
    assert len(audited) == 2


def test_nobody_answers_in_a_conversation_they_may_not_see(reception: Reception) -> None:
    taken = reception.mail(mail())
    key = reception.conversation(taken.ticket_id).id
    with reception.uow(viewer=SYSTEM) as session:
        territory = m.Territory(code="S", name="S", time_zone="UTC", country="CL", currency="CLP")
        session.add(territory)
        session.flush()
        contact = session.get_one(m.Contact, 1)
        site = m.Site(organisation_id=contact.organisation_id, territory_id=territory.id, name="x", street="x",
                      house_number="1", city="x", country="CL")  # fmt: skip
        session.add(site)
        session.flush()
        session.get_one(m.Ticket, taken.ticket_id).site_id = site.id
        session.commit()
    viewer = Viewer("elsewhere", m.Role.CALL_TAKER, territory_ids=frozenset({999}))
    with reception.uow(viewer=viewer) as session, pytest.raises(NotFound):
        reply(session, viewer, key, "x")
