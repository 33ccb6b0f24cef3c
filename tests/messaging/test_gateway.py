"""Text messages and chat out and in, over a stand-in gateway on loopback; what is signed, and what is not."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.app import create_app
from db import models as m
from db.models import Channel, Delivery, Direction
from dispatch.access.errors import NotSignedIn
from dispatch.clock import FixedClock
from dispatch.compute.outbox import deliver
from dispatch.errors import Invalid
from dispatch.intake.channels.heard import Threading
from dispatch.intake.channels.replying import reply
from dispatch.messaging.courier import Courier
from dispatch.messaging.gateway import GatewayWay
from dispatch.messaging.letters import TOPIC
from dispatch.messaging.signatures import key_of, require_signed, sign
from dispatch.settings import Settings
from fixtures.servers.gateway import Gateway, create_gateway
from tests.api.served import CHEAP, TestClient
from tests.intake.channels.reception import SYSTEM, Reception, mail
from tests.messaging.serving import serving

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

SECRET = "whsec_" + base64.b64encode(b"a secret of 32 bytes for tests..").decode()
ANA = "+56987654321"


@dataclass
class Line:
    """The gateway, and our server that it calls."""

    gateway: Gateway
    url: str
    reception: Reception

    def send(self) -> int:
        """Delivers what is due."""
        way = GatewayWay(f"{self.url}/messages", SECRET)
        courier = Courier(self.reception.uow, self.reception.clock, {Channel.TEXT: way, Channel.CHAT: way})
        return deliver(self.reception.uow, self.reception.clock, {TOPIC: courier})

    def say(self, body: str, sender: str = ANA, **more: Any) -> str:
        """A text message to us; the number of its ticket."""
        answer = self.gateway.say({"sender": sender, "body": body, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"])


@pytest.fixture(scope="module")
def standing() -> Iterator[tuple[Gateway, str]]:
    """The gateway, served for all tests here."""
    gateway = Gateway(SECRET)
    with serving(create_gateway(gateway)) as url:
        yield gateway, url


@pytest.fixture
def line(standing: tuple[Gateway, str], reception: Reception, tmp_path: Path) -> Iterator[Line]:
    """The gateway as new, and our application that it calls."""
    gateway, url = standing
    chosen = Settings(text_secret=SecretStr(SECRET), chat_secret=SecretStr(SECRET), data_dir=tmp_path / "data")
    app = create_app(chosen, reception.uow, reception.clock, passwords=CHEAP)
    with TestClient(app) as client:
        gateway.clock, gateway.post, gateway.calls = reception.clock, client.post, 0
        gateway.sent.clear()
        gateway.failing.clear()
        yield Line(gateway, url, reception)


def test_a_text_message_is_answered_and_the_answer_to_that_stays_in_the_thread(line: Line) -> None:
    number = line.say("El ascensor está detenido desde ayer", name="Ana Rojas")
    assert number == "T-1001"
    assert line.send() == 1
    (acknowledged,) = line.gateway.sent.values()
    assert acknowledged["to"] == ANA
    assert acknowledged["body"].startswith(f"Gracias por su mensaje. Tiene el número {number}.")
    assert line.say("Gracias, el código es 1234") == number
    (talk,) = line.reception.all(m.Conversation)
    line.reception.uow.run(lambda session: reply(session, SYSTEM, talk.id, "Vamos a las 10"), viewer=SYSTEM)
    assert line.send() == 1
    said = line.reception.messages(1)
    assert [each.direction for each in said] == [
        Direction.INBOUND,
        Direction.OUTBOUND,
        Direction.INBOUND,
        Direction.OUTBOUND,
    ]
    assert said[-1].delivery is Delivery.SENT
    assert said[-1].external_id == "gw-2"
    assert line.say("¿Quién viene?", replies_to="gw-2") == number


def test_a_message_that_is_sent_twice_arrives_once(line: Line) -> None:
    line.say("The lift is stuck")
    line.gateway.failing = [503]
    line.send()
    (message,) = [each for each in line.reception.all(m.Message) if each.direction is Direction.OUTBOUND]
    assert message.delivery is Delivery.WAITING
    line.reception.clock.instant += timedelta(minutes=1)
    line.send()
    with line.reception.uow(viewer=SYSTEM) as session:
        session.get_one(m.Message, message.id).delivery = Delivery.WAITING
        session.get_one(m.OutboxMessage, 1).delivered_at = None
        session.commit()
    line.reception.clock.instant += timedelta(hours=1)
    assert line.send() == 1
    assert line.gateway.calls == 3
    assert len(line.gateway.sent) == 1


def test_what_the_gateway_refuses_for_good_has_failed(line: Line) -> None:
    line.say("The lift is stuck")
    line.gateway.failing = [400]
    line.send()
    assert line.reception.all(m.Message)[-1].delivery is Delivery.FAILED


def test_a_gateway_that_is_away_gets_it_later(line: Line, reception: Reception) -> None:
    line.say("The lift is stuck")
    nowhere = Courier(reception.uow, reception.clock, {Channel.TEXT: GatewayWay("http://127.0.0.1:9/x", SECRET, 2)})
    deliver(reception.uow, reception.clock, {TOPIC: nowhere})
    assert reception.all(m.Message)[-1].delivery is Delivery.WAITING
    reception.clock.instant += timedelta(minutes=1)
    line.send()
    assert reception.all(m.Message)[-1].delivery is Delivery.SENT


def test_without_a_way_out_nothing_is_lost(line: Line, reception: Reception) -> None:
    line.say("The lift is stuck")
    deliver(reception.uow, reception.clock, {TOPIC: Courier(reception.uow, reception.clock)})
    (waiting,) = reception.all(m.OutboxMessage)
    assert "DISPATCH_TEXT_GATEWAY_URL" in waiting.last_error
    assert reception.all(m.Message)[-1].delivery is Delivery.WAITING


def answered(reception: Reception, key: int) -> m.Message:
    """An answer of ours in a conversation."""
    return reception.uow.run(lambda session: reply(session, SYSTEM, key, "We come at ten"), viewer=SYSTEM)


def test_what_is_for_a_portal_stays_to_be_read(reception: Reception) -> None:
    for handle, delivery in (("7:case", Delivery.SENT), (None, Delivery.WITHHELD)):
        taken = reception.text("", "The lift is stuck", Channel.PORTAL, threading=Threading(handle=handle))
        key = reception.conversation(taken.ticket_id).id
        answered(reception, key)
        deliver(reception.uow, reception.clock, {TOPIC: Courier(reception.uow, reception.clock)})
        ours = reception.messages(taken.ticket_id)[-1]
        assert (ours.delivery, ours.channel) == (delivery, Channel.PORTAL)
    assert "named no thread" in str(ours.why)


def test_who_cannot_be_answered_where_they_reported_is_written_to_elsewhere_or_not_at_all(reception: Reception) -> None:
    for channel in (Channel.PORTAL, Channel.WEB_FORM):
        known = reception.text("+56 9 5555 0101", "The lift is stuck", channel)
        unknown = reception.text("", "The door is stuck", channel)
        for taken, over, delivery in ((known, Channel.TEXT, Delivery.WAITING), (unknown, channel, Delivery.WITHHELD)):
            key = reception.conversation(taken.ticket_id).id
            answered(reception, key)
            ours = reception.messages(taken.ticket_id)[-1]
            assert (ours.channel, ours.delivery) == (over, delivery)
        assert "no e-mail address or number" in str(ours.why)


def test_a_reply_by_text_to_a_mail_lands_in_the_same_thread(line: Line) -> None:
    signed = "The lift is stuck.\n\n-- \nAna Rojas\n+56 9 8765 4321"
    taken = line.reception.mail(mail(signed))
    with line.reception.uow(viewer=SYSTEM) as session:
        assert session.get_one(m.Contact, 1).phone == ANA
    assert line.say("It moves again, but slowly") == taken.number
    channels = [each.channel for each in line.reception.messages(taken.ticket_id)]
    assert channels == [Channel.EMAIL, Channel.EMAIL, Channel.TEXT]
    key = line.reception.conversation(taken.ticket_id).id
    ours = line.reception.uow.run(lambda session: reply(session, SYSTEM, key, "Thank you"), viewer=SYSTEM)
    assert ours.channel is Channel.TEXT
    assert line.reception.count(m.Conversation) == 1


def test_a_stranger_who_names_a_ticket_gets_one_of_their_own(line: Line) -> None:
    number = line.say("The lift is stuck")
    other = line.say(f"What about {number}?", sender="+56911111111")
    assert other != number
    assert line.reception.facts(2)["reference"] == [number]
    assert line.say(f"{number}: it moves again") == number


def test_a_chat_is_answered_where_it_is(line: Line) -> None:
    reception = line.reception
    said = {"id": "c1", "thread": "session-7", "body": "Hello, the lift is stuck", "sender": {"name": "Ana"}}
    first = post(line, "chat", said)
    again = post(line, "chat", said | {"id": "c2", "body": "The left one"})
    assert first["ticket"] == again["ticket"] == "T-1001"
    line.send()
    (sent,) = line.gateway.sent.values()
    assert sent["to"] == "session-7"
    assert [each.body for each in reception.messages(1)][2] == "The left one"


def post(line: Line, channel: str, said: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Hands something in, signed."""
    body = json.dumps(said).encode()
    signed = sign(SECRET, said["id"], line.reception.clock.now(), body) | {"Content-Type": "application/json"} | headers
    answer = line.gateway.post(f"/v1/inbound/{channel}", content=body, headers=signed)
    return dict(answer.json()) | {"code": answer.status_code}


def test_the_same_id_again_is_the_same_message(line: Line) -> None:
    said = {"id": "same", "sender": ANA, "body": "The lift is stuck"}
    assert post(line, "text", said) == post(line, "text", said)
    assert line.reception.count(m.Ticket) == 1


def test_what_is_not_signed_right_is_refused(line: Line, clock: FixedClock) -> None:
    said = {"id": "x", "sender": ANA, "body": "The lift is stuck"}
    stale = sign(SECRET, "x", clock.now() - timedelta(minutes=6), json.dumps(said).encode())
    early = sign(SECRET, "x", clock.now() + timedelta(minutes=6), json.dumps(said).encode())
    another = base64.b64encode(b"another secret of 32 bytes .....").decode()
    wrong = sign(another, "x", clock.now(), json.dumps(said).encode())
    for headers in (
        stale,
        early,
        wrong,
        {"webhook-signature": ""},
        {"webhook-timestamp": "9" * 40},
        {"webhook-id": ""},
    ):
        assert post(line, "text", said, **headers)["code"] == 401
    assert line.reception.count(m.Inbound) == 0


def test_several_signatures_while_a_secret_is_changed(clock: FixedClock, database_kind: str) -> None:
    at, body = clock.now(), b"{}"
    headers = sign(SECRET, "x", at, body)
    headers["webhook-signature"] = "v1,old= " + headers["webhook-signature"] + " v2,new="
    assert require_signed(SECRET, headers, body, at) == "x"
    with pytest.raises(NotSignedIn):
        require_signed(None, headers, body, at)
    with pytest.raises(Invalid, match="not Base64"):
        key_of("whsec_not base64")
    with pytest.raises(Invalid, match="openssl rand"):
        key_of("whsec_YWJj")
