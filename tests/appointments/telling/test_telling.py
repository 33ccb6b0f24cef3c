"""Each party is told once of what becomes of an appointment, with its calendar file and a link of their own."""

import re
from collections.abc import Callable

import pytest

from api.reception import link_key_of
from db import models as m
from dispatch.appointments.holding import details
from dispatch.appointments.holding.confirming import Confirmed
from dispatch.appointments.links import links
from dispatch.appointments.telling import inviting
from dispatch.messaging.consents import key_of
from dispatch.messaging.letters import LINK
from dispatch.messaging.signatures import new_secret
from fixtures.servers.gateway import Gateway, create_gateway
from tests.appointments.holding.desk import window
from tests.appointments.telling.scene import HOUSE, PHONE, SECRETS, Scene, calendars, words
from tests.builders.planning import at
from tests.messaging.serving import serving
from tests.planning.common import SYSTEM, sqlite_only

PAGE = re.compile(r"https://puntal\.example/a/(\S+)")


def test_a_confirmation_says_when_brings_the_calendar_file_and_a_link_and_comes_once(scene: Scene) -> None:
    row = scene.book()
    (mail,) = scene.mails()
    said = words(mail)
    assert "Tuesday, March 3, between 09:00 and 11:00" in said
    assert scene.order.number in said
    assert "let the technician in" in said
    assert str(mail["Subject"]).startswith(f"Your appointment {scene.order.number}")
    (file,) = calendars([mail])
    assert (file.get_param("method"), file.get_param("charset")) == ("REQUEST", "utf-8")
    text = file.get_content()
    assert "METHOD:REQUEST" in text
    assert row.uid in text
    token = PAGE.findall(said)[0]
    with scene.desk.uow(viewer=SYSTEM) as session:
        guest = links.open_link(session, link_key_of(scene.settings), token, scene.desk.clock.now())
    assert (guest.work_order_id, guest.contact_id, guest.may_decide) == (scene.order.id, scene.contact.id, True)
    scene.desk.confirm(row.id)
    assert scene.mails() == []


@sqlite_only
def test_no_secret_and_no_answer_is_in_a_message_and_no_token_is_kept(scene: Scene) -> None:
    row = scene.book()
    scene.desk.act(lambda s: details.edit(s, SYSTEM, row.id, attending="Pedro", access_notes=SECRETS[1]))
    scene.desk.change(row, window(scene.visit, 12))
    mails = scene.mails()
    assert mails
    whole = "\n".join([*(words(mail) for mail in mails), *(str(mail["Subject"]) for mail in mails),
                       *(part.get_content() for part in calendars(mails))])  # fmt: skip
    for secret in (*SECRETS, HOUSE, PHONE, PHONE[-4:], "Pedro"):
        assert secret not in whole
    kept = [message.body or "" for message in scene.messages()]
    assert all(LINK in body and not PAGE.search(body) for body in kept)


@sqlite_only
def test_a_change_tells_the_new_time_alone_even_where_the_confirmation_has_not_gone_yet(scene: Scene) -> None:
    row = scene.book()
    changed = scene.desk.change(row, window(scene.visit, 13))
    assert isinstance(changed, Confirmed)
    (mail,) = scene.mails()
    assert "now arrives Tuesday, March 3, between 13:00 and 15:00" in words(mail)
    text = calendars([mail])[0].get_content()
    assert "SEQUENCE:1" in text
    assert row.uid in text


@sqlite_only
def test_a_cancellation_strikes_the_entry_out_and_offers_to_choose_again(scene: Scene) -> None:
    row = scene.book()
    scene.mails()
    scene.desk.cancel(row)
    (mail,) = scene.mails()
    assert "is cancelled. Nobody comes then." in words(mail)
    assert "Choose a time here: https://puntal.example/a/" in words(mail)
    assert calendars([mail])[0].get_param("method") == "CANCEL"
    assert "METHOD:CANCEL" in calendars([mail])[0].get_content()


@sqlite_only
def test_a_hold_that_lapses_is_told_to_whom_it_was_for_alone(scene: Scene) -> None:
    scene.desk.hold(window(scene.visit))
    scene.desk.later(minutes=20)
    scene.desk.lapse()
    assert scene.mails() == []
    guest = scene.desk.guest(scene.order, contact_id=scene.contact.id)
    scene.desk.hold(window(scene.visit), guest)
    scene.desk.later(minutes=20)
    scene.desk.lapse()
    (said,) = scene.bodies()
    assert "was not confirmed and is free for others again" in said
    assert PAGE.search(said)


@sqlite_only
def test_who_may_not_decide_gets_no_link_and_each_reads_their_language(scene: Scene) -> None:
    tenant = scene.desk.company.add(
        m.Contact(organisation_id=scene.contact.organisation_id, name="Juan", function="tenant",
                  email="juan@vecinos.example", language="es-CL")
    )  # fmt: skip
    scene.report(tenant)
    scene.book()
    first, second = scene.bodies()
    assert PAGE.search(first)
    assert not PAGE.search(second)
    assert "martes 3 de marzo, entre las 09:00 y las 11:00" in second


@sqlite_only
def test_whoever_decides_is_asked_to_choose_until_a_time_is_chosen(scene: Scene) -> None:
    scene.desk.act(lambda s: inviting.invite(s, scene.order.id))
    (said,) = scene.bodies()
    assert "Please choose a time that suits you." in said
    assert PAGE.search(said)
    scene.book()
    scene.mails()
    scene.desk.act(lambda s: inviting.invite(s, scene.order.id))
    assert scene.mails() == []


@sqlite_only
def test_a_standard_for_windows_asks_by_itself_once_the_order_is_ready(scene: Scene) -> None:
    company = scene.desk.company
    company.add(m.ServiceStandard(kind=m.PromiseKind.WINDOW, work_type_id=scene.order.work_type_id))
    company.add(
        m.OutboxMessage(key="work_order.status:1", topic="work_order.status", attempts=0,
                        created_at=scene.desk.clock.now(), available_at=scene.desk.clock.now(),
                        payload={"work_order_id": scene.order.id, "before": "waiting_for_parts", "status": "ready",
                                 "version": 1})
    )  # fmt: skip
    assert [body for body in scene.bodies() if PAGE.search(body)]


@sqlite_only
def test_who_reported_nothing_is_told_by_a_notice_that_they_can_answer(stage: Callable[..., Scene]) -> None:
    scene = stage(ticket=False)
    row = scene.book()
    (mail,) = scene.mails()
    assert str(mail["To"]) == "ana@vecinos.example"
    assert PAGE.search(words(mail))
    assert calendars([mail])
    assert not str(mail["Message-ID"]).startswith("<notice.")
    scene.desk.cancel(row)
    assert calendars(scene.mails())[0].get_param("method") == "CANCEL"


@sqlite_only
@pytest.mark.parametrize("by_notice", [False, True])
def test_who_does_not_want_to_be_written_to_is_not(stage: Callable[..., Scene], by_notice: bool) -> None:
    scene = stage(ticket=not by_notice)
    scene.contact.may_be_written_to = False
    scene.book()
    assert scene.mails() == []


@sqlite_only
def test_a_published_plan_does_not_tell_again_what_the_appointment_told(scene: Scene) -> None:
    scene.book()
    scene.mails()
    scene.desk.scene.publish()
    assert scene.mails() == []


@sqlite_only
def test_a_hold_in_a_published_plan_is_no_news_until_it_is_confirmed(scene: Scene) -> None:
    scene.desk.confirm(window(scene.desk.company.visit(2), 13))
    scene.desk.scene.publish()
    scene.mails()
    row = scene.desk.hold(window(scene.visit))
    assert scene.mails() == []
    scene.desk.confirm(row.id)
    assert ["is confirmed" in said for said in scene.bodies()] == [True]


@sqlite_only
def test_that_an_order_is_cancelled_is_told_once_with_the_entry_struck_out(scene: Scene) -> None:
    scene.book()
    scene.mails()
    scene.call_off()
    (mail,) = scene.mails()
    assert "is cancelled. Nobody comes then." in words(mail)
    assert not PAGE.search(words(mail))
    assert calendars([mail])[0].get_param("method") == "CANCEL"


@sqlite_only
def test_somebody_on_the_way_and_done_is_told_once(scene: Scene) -> None:
    scene.book()
    scene.desk.scene.publish()
    scene.mails()
    scene.until(at(8, 50))
    scene.go(scene.visit, m.VisitStatus.TRAVELLING)
    (said,) = scene.bodies()
    assert re.search(r"^Tech T01 is on the way to you WO-01 and should be there at about \d\d:\d[05]\.", said)
    scene.go(scene.visit, m.VisitStatus.ON_SITE, started_at=at(9, 10))
    scene.go(scene.visit, m.VisitStatus.COMPLETED, finished_at=at(10))
    assert [body.split(".")[0] for body in scene.bodies()] == ["Your work order WO-01: the work is done (Repair)"]
    assert scene.mails() == []


@sqlite_only
def test_over_text_messages_the_words_and_the_link_go_without_a_file(stage: Callable[..., Scene]) -> None:
    secret = new_secret()
    gateway = Gateway(secret)
    with serving(create_gateway(gateway)) as url:
        scene = stage(ticket=False, text_gateway_url=f"{url}/messages", gateway_secret=secret)
        gateway.clock = scene.desk.clock
        scene.report(scene.contact, m.Channel.TEXT)
        row = scene.book()
        assert scene.mails() == []
        scene.desk.cancel(row)
        assert scene.mails() == []
        stop = {"channel": m.Channel.TEXT, "address": PHONE, "address_key": key_of(m.Channel.TEXT, PHONE)}
        said = {"given": False, "said_at": scene.desk.clock.now(), "words": "STOP"}
        scene.desk.company.add(m.Consent(**stop, **said))
        scene.book(12)
        assert [words(mail)[:31] for mail in scene.mails()] == ["Your appointment WO-01 is confi"]
    first, second = gateway.sent.values()
    assert first["to"] == PHONE
    assert PAGE.search(first["body"])
    assert "is confirmed" in first["body"]
    assert "is cancelled" in second["body"]


@sqlite_only
def test_an_order_whose_number_is_what_the_page_asks_for_is_not_named(scene: Scene) -> None:
    scene.desk.company.session.get_one(m.Site, scene.order.site_id).house_number = "01"
    scene.book()
    (said,) = scene.bodies()
    assert said.startswith("Your appointment is confirmed")
