"""The form that anybody may fill in: it reveals nothing, is sent once, and cannot be flooded."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.pages.drawing import Drawing
from api.pages.install import install
from api.pages.report_words import WORDS, language_for
from db import models as m
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute.outbox import deliver
from dispatch.intake.form.report_limits import LIMITS, SPAN
from dispatch.intake.form.reporting import MOST_PHOTOS
from dispatch.messaging.composing import subject_of
from dispatch.messaging.courier import Courier
from dispatch.messaging.letters import TOPIC, Letter
from dispatch.records.photographs import without_place
from dispatch.settings import Settings
from dispatch.travel.straight import StraightLine
from tests.api.served import Served, serve
from tests.records.test_attachments import photograph

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ONCE = "abcdefghijklmnop"


@pytest.fixture
def served(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Served:
    """The application with its pages."""
    made = serve(uow, clock, {"data_dir": tmp_path})
    install(made.app, Drawing(StraightLine(), None))
    return made


def _code(served: Served) -> str:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return str(session.get_one(m.Equipment, served.world.north[m.Equipment]).report_code)


def _tickets(served: Served) -> list[m.Ticket]:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return list(session.scalars(select(m.Ticket).where(m.Ticket.channel == m.Channel.WEB_FORM)))


def _number(text: str) -> str:
    found = re.search(r"T-\d+", text)
    assert found is not None
    return found[0]


def test_the_page_is_the_same_for_any_code_and_names_nothing(served: Served) -> None:
    code = _code(served)
    with served.client() as client:
        known, unknown = (client.get(f"/q/{each}") for each in (code, "nonsense"))
    assert known.status_code == unknown.status_code == 200
    plain = [re.sub(r'value="[\w-]{24}"', "", page.text) for page in (known, unknown)]
    assert plain[0].replace(code, "CODE") == plain[1].replace("nonsense", "CODE")
    for secret in ("Tower", "Balmaceda", "north", "lift", "Ana"):
        assert secret not in known.text


def test_a_report_is_about_the_unit_and_sent_twice_it_is_one(served: Served) -> None:
    form = {"words": "Sale humo del motor", "name": "Vecina", "phone": "+56 9 1111 2222", "once": ONCE}
    with served.client() as client:
        first, again = (client.post(f"/q/{_code(served)}", data=form) for _ in range(2))
        (ticket,) = _tickets(served)
        client.post(f"/q/{_code(served)}", data=form | {"words": "It rattles, too"})
    assert first.status_code == again.status_code == 200
    assert len(_tickets(served)) == 2
    assert _number(first.text) == _number(again.text) == ticket.number
    assert (ticket.equipment_id, ticket.emergency) == (served.world.north[m.Equipment], True)
    assert "We treat it as an emergency" in first.text


def test_a_code_that_is_none_is_answered_alike_and_heard_all_the_same(served: Served) -> None:
    with served.client() as client:
        known = client.post(f"/q/{_code(served)}", data={"words": "It rattles", "once": ONCE})
        unknown = client.post("/q/nonsense", data={"words": "It rattles", "once": ONCE})
    assert known.status_code == unknown.status_code == 200
    pages = [re.sub(r"T-\d+", "T", page.text) for page in (known, unknown)]
    assert pages[0].replace(_code(served), "") == pages[1].replace("nonsense", "")
    assert [ticket.site_id for ticket in _tickets(served)] == [served.world.north[m.Site], None]


def test_machines_that_fill_in_everything_are_thanked_and_forgotten(served: Served) -> None:
    with served.client() as client:
        page = client.post(f"/q/{_code(served)}", data={"words": "Buy", "website": "http://x", "once": ONCE})
    assert page.status_code == 200
    assert "Thank you" in page.text
    assert _tickets(served) == []


def test_nothing_said_and_too_much_said_are_told(served: Served) -> None:
    with served.client() as client:
        empty = client.post("/q/x", data={"words": " ", "name": "Ana <b>"})
        long = client.post("/q/x", data={"words": "x" * 4001})
        wrong = client.post("/q/x", data={"words": "x", "phone": "1" * 33})
    assert {empty.status_code, long.status_code, wrong.status_code} == {422}
    assert WORDS["en"]["missing"] in empty.text
    assert "Ana &lt;b&gt;" in empty.text
    assert WORDS["en"]["too_long"] in long.text


WRONG = (
    ({"phone": "abc"}, "phone_wrong"),
    ({"phone": "12"}, "phone_wrong"),
    ({"email": "abc"}, "email_wrong"),
    ({"email": "ana@localhost"}, "email_wrong"),
    ({"email": "ana@x..example"}, "email_wrong"),
)


def test_an_address_that_is_none_is_told_and_what_was_typed_stays(served: Served) -> None:
    usual = {"words": "It rattles loudly", "name": "Ana Rojas", "phone": "", "email": "", "once": ONCE}
    with served.client() as client:
        for wrong, problem in WRONG:
            page = client.post("/q/x", data=usual | wrong)
            es = client.post("/q/x", data=usual | wrong, headers={"Accept-Language": "es"})
            assert page.status_code == 422
            assert WORDS["en"][problem] in page.text
            assert WORDS["es"][problem] in es.text
            for typed in (usual["words"], usual["name"], *wrong.values()):
                assert typed in page.text
        assert _tickets(served) == []
        corrected = client.post("/q/x", data=usual | {"phone": "9 8765 4321", "email": "ana@vecinos.example"})
    assert corrected.status_code == 200
    (ticket,) = _tickets(served)
    with served.uow(viewer=Viewer.system()) as session:
        facts = session.scalars(select(m.Fact).where(m.Fact.ticket_id == ticket.id, m.Fact.field == "reporter_phone"))
        assert [fact.value for fact in facts] == ["+56987654321"]


def test_in_danger_a_wrong_address_keeps_nobody_out(served: Served) -> None:
    with served.client() as client:
        page = client.post("/q/x", data={"words": "We are trapped!", "phone": "98abc", "email": "x", "once": ONCE})
    assert page.status_code == 200
    (ticket,) = _tickets(served)
    with served.uow(viewer=Viewer.system()) as session:
        talks = select(m.Conversation.id).where(m.Conversation.ticket_id == ticket.id)
        body = session.scalars(select(m.Message.body).where(m.Message.conversation_id.in_(talks))).one()
    assert (ticket.emergency, "'98abc'" in str(body)) == (True, True)


def _sent(served: Served) -> list[Letter]:
    """What leaves of the outbox now."""
    taken: list[Letter] = []

    class Way:
        def send(self, letter: Letter, _now: datetime) -> None:
            taken.append(letter)

    way = Way()
    courier = Courier(served.uow, served.clock, {m.Channel.EMAIL: way, m.Channel.TEXT: way})
    deliver(served.uow, served.clock, {TOPIC: courier})
    return taken


def test_an_address_that_anybody_typed_gets_one_acknowledgement_an_hour_and_nothing_that_was_typed(
    served: Served,
) -> None:
    addresses = ({"email": "victim@else.example"}, {"phone": "+56 9 7777 8888"})
    with served.client() as client:
        for number in range(6):
            form = {"words": f"Buy at http://spam{number}.example", "name": f"Spam {number}", "once": f"{ONCE}{number}"}
            assert client.post(f"/q/{_code(served)}", data=form | addresses[number % 2]).status_code == 200
    assert len(_tickets(served)) == 6
    letters = _sent(served)
    assert [letter.to for letter in letters] == ["victim@else.example", "+56977778888"]
    for letter in letters:
        told = f"{subject_of(letter)} {letter.to_name} {letter.body}"
        for typed in ("Buy", "spam", "Spam", "Tower", "Balmaceda", "lift", "north"):
            assert typed not in told
        assert letter.number in letter.body
    served.clock.instant += timedelta(hours=1, seconds=1)
    with served.client() as client:
        client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}z"} | addresses[0])
    assert len(_sent(served)) == 1


def _photos(*contents: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (f"p{number}.jpg", content, "image/jpeg")) for number, content in enumerate(contents)]


def test_photos_come_with_it_without_their_place(served: Served) -> None:
    photo = photograph()
    assert b"GPS" in photo or without_place(photo, "image/jpeg") != photo
    form = {"words": "The door is bent", "once": ONCE}
    with served.client() as client:
        page = client.get("/q/x").text
        assert 'enctype="multipart/form-data"' in page
        assert '<input id="photos" name="photos" type="file" multiple accept="image/jpeg,image/png,image/webp"' in page
        for _ in range(2):
            assert client.post(f"/q/{_code(served)}", data=form, files=_photos(photo)).status_code == 200
        empty = client.post("/q/x", data=form, files=[("photos", ("", b"", "application/octet-stream"))])
    assert empty.status_code == 200
    ticket, alone = _tickets(served)
    (kept,) = _attachments(served, ticket)
    assert (kept.filename, kept.media_type, kept.message_id is None) == ("p0.jpg", "image/jpeg", False)
    content = served.app.state.services.intake.files.read(kept.sha256)
    assert content == without_place(photo, "image/jpeg")
    assert _attachments(served, alone) == []


def test_a_photo_that_is_none_or_one_too_many_does_not_keep_the_report_out(served: Served) -> None:
    photo = photograph()
    many = [photo + bytes([number]) for number in range(MOST_PHOTOS + 1)]
    with served.client() as client:
        page = client.post("/q/x", data={"words": "Bent", "once": ONCE}, files=_photos(b"MZ program", b"%PDF-1.4 x"))
        full = client.post("/q/x", data={"words": "Bent", "once": f"{ONCE}2"}, files=_photos(*many))
    assert (page.status_code, full.status_code) == (200, 200)
    assert WORDS["en"]["photos_left"] in page.text
    assert WORDS["en"]["photos_left"] in full.text
    assert [len(_attachments(served, ticket)) for ticket in _tickets(served)] == [0, MOST_PHOTOS]


def _attachments(served: Served, ticket: m.Ticket) -> list[m.Attachment]:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return list(session.scalars(select(m.Attachment).where(m.Attachment.ticket_id == ticket.id)))


def test_another_site_cannot_fill_it_in(served: Served) -> None:
    with served.client() as client:
        page = client.post("/q/x", data={"words": "x"}, headers={"Origin": "https://evil.example"})
    assert page.status_code == 403
    assert _tickets(served) == []


def test_so_many_from_one_place_and_no_more_until_later(served: Served) -> None:
    with served.client() as client:
        for number in range(LIMITS["place"]):
            assert client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}{number}"}).status_code == 200
        full = client.post("/q/y", data={"words": "It rattles", "once": f"{ONCE}y"})
        again = client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}0"})
        assert full.status_code == 429
        assert 0 < int(full.headers["Retry-After"]) <= SPAN.total_seconds() + 1
        assert WORDS["en"]["too_many"] in full.text
        assert "call the emergency services" in WORDS["en"]["too_many"]
        trapped = client.post("/q/y", data={"words": "A person is trapped in the lift", "once": f"{ONCE}z"})
        assert trapped.status_code == 200
        assert "We treat it as an emergency" in trapped.text
        with served.uow(viewer=Viewer.system(), read_only=True) as session:
            assert session.scalars(select(m.OutboxMessage.key).where(m.OutboxMessage.topic == "ticket.alarm")).one()
        assert client.post("/q/y", data={"words": "It rattles", "once": f"{ONCE}w"}).status_code == 429
        assert again.status_code == 200
        served.clock.instant += SPAN + timedelta(seconds=1)
        assert client.post("/q/y", data={"words": "It rattles", "once": f"{ONCE}y"}).status_code == 200


def test_it_speaks_the_browsers_language(served: Served) -> None:
    with served.client() as client:
        page = client.get("/q/x", headers={"Accept-Language": "es-CL,es;q=0.9,en;q=0.8"})
    assert '<html lang="es">' in page.text
    assert WORDS["es"]["what"] in page.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("fr, es;q=0.2", "es"), ("en;q=0.3,es;q=0.7", "es"), ("de", "en"), ("es;q=x", "en"), ("EN-us", "en")],
)
def test_the_best_liked_language_of_ours(accepted: str, language: str, database_kind: str) -> None:
    assert language_for(accepted) == language


def test_both_languages_say_the_same_things(database_kind: str) -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()


def test_a_code_is_made_once_and_drawn(served: Served) -> None:
    key = served.world.mate[m.Equipment]
    with served.client("call_taker") as client:
        made = [client.post(f"/v1/equipment/{key}/report-code").json() for _ in range(2)]
        assert made[0] == made[1]
        picture = client.get(made[0]["svg"])
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<svg" in picture.text
    assert made[0]["path"] == f"/q/{made[0]['code']}"


def test_the_emergency_number_stands_on_the_form_after_it_and_where_it_is_refused(
    uow: UnitOfWork, clock: FixedClock, tmp_path: Path
) -> None:
    served = serve(uow, clock, {"data_dir": tmp_path, "emergency_phone": "+56 (51) 255-0000"})
    install(served.app, Drawing(StraightLine(), None))
    with served.client() as client:
        form = client.get("/q/x", headers={"Accept-Language": "es"})
        done = [
            client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}{number}"})
            for number in range(LIMITS["place"] + 1)
        ]
    assert [form.status_code, done[0].status_code, done[-1].status_code] == [200, 200, 429]
    for page in (form, done[0], done[-1]):
        assert '<a href="tel:+56512550000">+56 (51) 255-0000</a>' in page.text
    assert WORDS["es"]["call"] in form.text


def test_without_an_emergency_number_none_is_named_and_what_is_none_is_told(served: Served) -> None:
    with served.client() as client:
        assert "tel:" not in client.get("/q/x").text
    with pytest.raises(ValueError, match="is no telephone number; write it like"):
        Settings(emergency_phone="the desk")
