"""STOP and START: one word alone takes consent to be written to over that channel, or gives it back."""

from typing import Any, Final

import pytest

from db import models as m
from db.models import Channel, Delivery, InboundStatus
from dispatch.compute.outbox import deliver
from dispatch.intake.channels.consenting import TOPIC, confirmation, word_of
from dispatch.intake.channels.heard import Threading
from dispatch.intake.channels.replying import reply
from dispatch.messaging.letters import Letter
from dispatch.messaging.notices import Herald
from tests.intake.channels.reception import SYSTEM, Reception, mail

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ANA: Final = "+56987654321"


class Line:
    """A way out that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []

    def send(self, letter: Letter, _now: object) -> None:
        """Takes a letter."""
        self.sent.append(letter)


def confirmed(reception: Reception) -> list[tuple[str, str]]:
    """What is confirmed now, and to whom."""
    line = Line()
    herald = Herald(reception.uow, reception.clock, TOPIC, confirmation, {Channel.TEXT: line, Channel.CHAT: line})
    deliver(reception.uow, reception.clock, {TOPIC: herald})
    return [(each.to, each.body) for each in line.sent]


def answer(reception: Reception, ticket_id: int | None) -> m.Message:
    """Our next answer."""
    key = reception.conversation(ticket_id).id
    return reception.uow.run(lambda session: reply(session, SYSTEM, key, "We come at ten."), viewer=SYSTEM)


@pytest.mark.parametrize("word", ["STOP", "stop.", " Baja ", "«BAJA»", "Unsubscribe", "Cancelar suscripción"])
def test_the_word_alone_ends_text_messages_and_opens_no_ticket(reception: Reception, word: str) -> None:
    taken = reception.text("9 8765 4321", "The lift rattles")
    stopped = reception.text(ANA, word)
    assert (stopped.status, stopped.ticket_id) == (InboundStatus.TAKEN, taken.ticket_id)
    assert (reception.count(m.Ticket), len(confirmed(reception))) == (1, 1)
    (consent,) = reception.all(m.Consent)
    assert (consent.given, consent.address, consent.words) == (False, ANA, word.strip())
    assert (consent.said_at, consent.inbound_id) == (reception.clock.now(), stopped.inbound_id)
    ours = answer(reception, taken.ticket_id)
    assert (ours.channel, ours.delivery) == (Channel.TEXT, Delivery.WITHHELD)
    assert "asked by text on 2026-03-02 08:00 UTC" in (ours.why or "")


def test_it_is_confirmed_once_in_their_language_and_start_gives_it_back(reception: Reception) -> None:
    taken = reception.text(ANA, "El ascensor no funciona")
    assert reception.text(ANA, "BAJA").ticket_id == taken.ticket_id
    assert confirmed(reception) == [
        (ANA, "No recibirá más mensajes nuestros por aquí. Para recibirlos de nuevo, responda ALTA.")
    ]
    reception.text(ANA, "stop")
    assert confirmed(reception) == []
    reception.text(ANA, "ALTA")
    ((_, words),) = confirmed(reception)
    assert words.startswith("Volverá a recibir")
    assert answer(reception, taken.ticket_id).delivery is Delivery.WAITING
    assert [each.given for each in reception.all(m.Consent)] == [False, False, True]
    assert reception.count(m.Ticket) == 1


def test_a_stranger_who_stops_leaves_no_ticket_and_nothing_is_sent_when_they_report_later(reception: Reception) -> None:
    stopped = reception.text(ANA, "STOP")
    assert (stopped.ticket_id, reception.count(m.Ticket), reception.count(m.Contact)) == (None, 0, 0)
    assert len(confirmed(reception)) == 1
    taken = reception.text(ANA, "The lift is stuck")
    (_, acknowledged) = reception.messages(taken.ticket_id)
    assert acknowledged.delivery is Delivery.WITHHELD


def test_who_takes_text_messages_back_is_still_reached_by_mail(reception: Reception) -> None:
    taken = reception.mail(mail("The lift is stuck.\n\n-- \nAna Rojas\n+56 9 8765 4321"))
    assert reception.text(ANA, "It is still so").ticket_id == taken.ticket_id
    reception.text(ANA, "STOP")
    ours = answer(reception, taken.ticket_id)
    assert (ours.channel, ours.delivery) == (Channel.EMAIL, Delivery.WAITING)


def test_a_number_that_ends_alike_is_somebody_else(reception: Reception) -> None:
    taken = reception.text("+56 2 8765 4321", "The lift rattles")
    reception.text(ANA, "STOP")
    assert answer(reception, taken.ticket_id).delivery is Delivery.WAITING


def test_a_chat_is_stopped_by_itself(reception: Reception) -> None:
    where: dict[str, Any] = {"channel": Channel.CHAT, "threading": Threading(handle="session-7")}
    taken = reception.text("", "The lift is stuck", **where)
    reception.text("", "stop", **where)
    assert reception.text("", "And it smells", **where).ticket_id == taken.ticket_id
    assert answer(reception, taken.ticket_id).delivery is Delivery.WITHHELD
    assert [to for to, _ in confirmed(reception)] == ["session-7"]


@pytest.mark.parametrize(
    "words", ["The lift does not stop", "Stop 3 please", "Da de baja el ascensor", "alta presión", "start it again", ""]
)
def test_the_word_among_others_is_a_message(words: str, database_kind: str) -> None:
    assert word_of(words) is None


def test_a_mail_that_says_stop_is_a_message(reception: Reception) -> None:
    reception.mail(mail("STOP"))
    assert (reception.count(m.Consent), reception.count(m.Ticket)) == (0, 1)
