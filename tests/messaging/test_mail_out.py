"""Our e-mails, to a real SMTP server on loopback."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import select

from api.reception import receivers_of
from db import models as m
from db.models import Channel, Delivery, Direction
from dispatch.access import Viewer
from dispatch.compute.outbox import MOST_ATTEMPTS, deliver
from dispatch.errors import Forbidden, Invalid
from dispatch.intake.channels.replying import reply
from dispatch.messaging.courier import Courier
from dispatch.messaging.letters import TOPIC
from dispatch.messaging.smtp import SmtpWay
from dispatch.settings import MailSecurity, Settings
from tests.intake.channels.reception import OURS, SYSTEM, Reception, mail

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@dataclass
class Post:
    """A mail server: what it took; `answers` are given to the next mails, else it takes them."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        """Takes a mail, or answers as it was told to."""
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(
            (envelope.rcpt_tos, email.message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
        )
        return "250 OK"


@contextmanager
def running(post: Post) -> Iterator[Post]:
    """The mail server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        post.port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server."""
    with running(Post()) as made:
        yield made


def send(reception: Reception, post: Post) -> int:
    """Delivers what is due."""
    way = SmtpWay("127.0.0.1", post.port, f"Puntal <{OURS}>", MailSecurity.NONE, timeout=5)
    courier = Courier(reception.uow, reception.clock, {Channel.EMAIL: way}, "puntal.example")
    return deliver(reception.uow, reception.clock, {TOPIC: courier})


def answer(reception: Reception, ticket_id: int | None, body: str) -> m.Message:
    """Our answer in a ticket's conversation."""
    key = reception.conversation(ticket_id).id
    return reception.uow.run(lambda session: reply(session, SYSTEM, key, body), viewer=SYSTEM)


def test_an_answer_goes_out_in_its_thread_with_the_token(reception: Reception, post: Post) -> None:
    heard = mail(
        "Der Aufzug steckt fest, bitte kommen Sie.", Subject="Aufzug steckt", Message_ID="<q1@vecinos.example>"
    )
    taken = reception.mail(heard)
    ours = answer(reception, taken.ticket_id, "Wir kommen um 10 Uhr.\nIhr Team")
    assert ours.delivery is Delivery.WAITING
    assert send(reception, post) == 2
    (_, acknowledged), (to, sent) = post.taken
    token = reception.conversation(taken.ticket_id).token
    assert to == ["ana@vecinos.example"]
    assert sent["Subject"] == f"Re: Aufzug steckt [T-1001#{token}]"
    assert (sent["From"], sent["To"]) == (f"Puntal <{OURS}>", "Ana Rojas <ana@vecinos.example>")
    assert sent["In-Reply-To"] == "<q1@vecinos.example>"
    assert sent["References"].split() == ["<q1@vecinos.example>", acknowledged["Message-ID"]]
    assert sent.get_content().splitlines() == ["Wir kommen um 10 Uhr.", "Ihr Team"]
    assert (sent["Content-Language"], sent["Auto-Submitted"]) == ("de", None)
    assert acknowledged["Auto-Submitted"] == "auto-replied"
    assert acknowledged.get_content().startswith("Danke")
    kept = reception.one(m.Message, ours.id)
    assert (kept.delivery, f"<{kept.external_id}>") == (Delivery.SENT, sent["Message-ID"])
    assert sent["Message-ID"].endswith("@puntal.example>")
    assert send(reception, post) == 0


def test_the_customers_answer_to_that_comes_back_into_the_thread(reception: Reception, post: Post) -> None:
    taken = reception.mail(mail())
    answer(reception, taken.ticket_id, "We come at ten.")
    send(reception, post)
    sent = post.taken[-1][1]
    by_header = mail("Fine.", Subject="Re: something else", In_Reply_To=sent["Message-ID"])
    by_token = mail("Please ring twice.", Subject=f"AW: {sent['Subject']}")
    assert [reception.mail(each).ticket_id for each in (by_header, by_token)] == [taken.ticket_id] * 2
    said = [each.body for each in reception.messages(taken.ticket_id) if each.direction is Direction.INBOUND]
    assert said[1:] == ["Fine.", "Please ring twice."]


def test_a_server_that_is_away_gets_the_same_mail_later(reception: Reception, post: Post) -> None:
    taken = reception.mail(mail())
    post.answers = ["451 try later", "250 OK"]
    send(reception, post)
    (first,) = [each for each in reception.messages(taken.ticket_id) if each.direction is Direction.OUTBOUND]
    assert first.delivery is Delivery.WAITING
    (waiting,) = reception.all(m.OutboxMessage)
    assert "451" in waiting.last_error
    assert send(reception, post) == 0
    reception.clock.instant += timedelta(minutes=1)
    post.answers = []
    send(reception, post)
    assert post.taken[0][1]["Message-ID"] == f"<{first.external_id}>"
    assert reception.one(m.Message, first.id).delivery is Delivery.SENT


def test_what_is_refused_for_good_has_failed_at_once(reception: Reception, post: Post) -> None:
    taken = reception.mail(mail())
    post.answers = ["550 no such person"]
    send(reception, post)
    message = reception.messages(taken.ticket_id)[-1]
    assert message.delivery is Delivery.FAILED
    (given_up,) = reception.all(m.OutboxMessage)
    assert given_up.gave_up_at is not None
    assert "550" in given_up.last_error


def test_what_never_goes_has_failed_when_the_outbox_gives_up(reception: Reception, post: Post) -> None:
    taken = reception.mail(mail())
    post.answers = ["451 try later"] * 2
    send(reception, post)
    waiting = reception.messages(taken.ticket_id)[-1]
    assert (waiting.delivery, "451" in (waiting.why or "")) == (Delivery.WAITING, True)
    with reception.uow(viewer=SYSTEM) as session:
        session.scalars(select(m.OutboxMessage)).one().attempts = MOST_ATTEMPTS - 1
        session.commit()
    reception.clock.instant += timedelta(hours=2)
    send(reception, post)
    failed = reception.messages(taken.ticket_id)[-1]
    assert (failed.delivery, "451" in (failed.why or "")) == (Delivery.FAILED, True)
    assert send(reception, post) == 0


def test_without_a_mail_server_it_waits_and_goes_as_soon_as_one_is_set(
    reception: Reception, post: Post, tmp_path: Path
) -> None:
    taken = reception.mail(mail())
    none = Settings(data_dir=tmp_path, mail_from=f"Puntal <{OURS}>")
    for _ in range(MOST_ATTEMPTS + 1):
        deliver(reception.uow, reception.clock, receivers_of(none, reception.uow, reception.clock))
        reception.clock.instant += timedelta(hours=1)
    waiting = reception.messages(taken.ticket_id)[-1]
    assert waiting.delivery is Delivery.WAITING
    assert "set DISPATCH_SMTP_HOST" in (waiting.why or "")
    (listed,) = reception.all(m.OutboxMessage)
    assert (listed.attempts, listed.gave_up_at, listed.topic) == (0, None, "message.send:email")
    chosen = none.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": MailSecurity.NONE}
    )
    assert deliver(reception.uow, reception.clock, receivers_of(chosen, reception.uow, reception.clock)) == 1
    sent = reception.messages(taken.ticket_id)[-1]
    assert (sent.delivery, sent.why, len(post.taken)) == (Delivery.SENT, None, 1)


@pytest.mark.parametrize("who", ["contact", "conversation"])
def test_who_does_not_want_to_be_written_to_is_not(reception: Reception, post: Post, who: str) -> None:
    taken = reception.mail(mail())
    send(reception, post)
    waiting = answer(reception, taken.ticket_id, "A first word.")
    with reception.uow(viewer=SYSTEM) as session:
        conversation = session.get_one(m.Conversation, reception.conversation(taken.ticket_id).id)
        contact = session.get_one(m.Contact, conversation.contact_id)
        (contact if who == "contact" else conversation).may_be_written_to = False
        session.commit()
    later = answer(reception, taken.ticket_id, "A second word.")
    assert later.delivery is Delivery.WITHHELD
    send(reception, post)
    assert reception.one(m.Message, waiting.id).delivery is Delivery.WITHHELD
    assert len(post.taken) == 1


def test_nothing_in_a_name_or_subject_becomes_a_header(reception: Reception, post: Post) -> None:
    raw = (
        b"From: =?utf-8?q?Ana=0D=0ABcc:_x=40y.example=2C?= <ana@vecinos.example>\n"
        b"Subject: =?utf-8?q?Stuck=0ABcc:_z=40y.example?=\n\nStuck"
    )
    reception.mail(raw)
    send(reception, post)
    ((to, sent),) = post.taken
    assert to == ["ana@vecinos.example"]
    assert sent["Bcc"] is None


def test_an_address_that_is_none_fails_without_a_server(reception: Reception, post: Post) -> None:
    taken = reception.text("+56 9 8765 4321", "The lift is stuck")
    with reception.uow(viewer=SYSTEM) as session:
        contact = session.scalars(select(m.Contact)).one()
        contact.email = "ana at home"
        session.commit()
    key = reception.conversation(taken.ticket_id).id
    ours = reception.uow.run(lambda session: reply(session, SYSTEM, key, "Soon.", channel=Channel.EMAIL), viewer=SYSTEM)
    send(reception, post)
    assert reception.one(m.Message, ours.id).delivery is Delivery.FAILED


def test_who_may_answer(reception: Reception) -> None:
    taken = reception.mail(mail())
    key = reception.conversation(taken.ticket_id).id
    for role in (m.Role.TECHNICIAN, m.Role.INTEGRATOR):
        viewer = Viewer("x", role)
        with reception.uow(viewer=viewer) as session, pytest.raises(Forbidden):
            reply(session, viewer, key, "x")


def test_a_channel_that_does_not_reach_them_is_refused_at_once(reception: Reception) -> None:
    taken = reception.text("+56 9 5555 0101", "The lift is stuck")
    key, before = reception.conversation(taken.ticket_id).id, reception.count(m.Message)
    for channel, said in ((Channel.EMAIL, "e-mail address"), (Channel.CHAT, "chat")):
        with pytest.raises(Invalid, match=f"no {said} of this party is known") as refused:
            reception.uow.run(
                partial(reply, viewer=SYSTEM, conversation_id=key, body="Soon", channel=channel), viewer=SYSTEM
            )
        assert [each.pointer for each in refused.value.faults] == ["/channel"]
    assert reception.count(m.Message) == before
