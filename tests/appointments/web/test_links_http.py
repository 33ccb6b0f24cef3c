"""Links given and revoked over HTTP, and the calendars that they lead to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from api.pages.drawing import Drawing
from api.pages.install import install
from db import models as m
from db.engine import make_engine
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.travel.straight import StraightLine
from tests.api.served import Served, TestClient, serve
from tests.builders.sides import NOW


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("links")
    file = folder / "links.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{file}")
    clock = FixedClock(NOW)
    uow = UnitOfWork(engine, now=clock.now)
    made = serve(uow, clock, {"data_dir": folder, "public_url": "https://faro.example/"})
    with uow(viewer=Viewer.system()) as session:
        # The world's has nothing in it, and the page asks what is free.
        session.query(m.DurationModel).delete()
        session.commit()
    install(made.app, Drawing(StraightLine(), None))
    yield made
    engine.dispose()


@pytest.fixture
def client(served: Served) -> Iterator[TestClient]:
    with served.client("scheduler") as opened:
        yield opened


def _path(made: dict[str, Any]) -> str:
    url = str(made["url"])
    assert url.startswith("https://faro.example/")
    return url.removeprefix("https://faro.example")


def test_a_link_is_given_listed_and_revoked(served: Served, client: TestClient) -> None:
    side = served.world.north
    order = side[m.WorkOrder]
    answer = client.post(f"/v1/work-orders/{order}/links", json={"contact_id": side[m.Contact], "language": "es-CL"})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["contact_id"], made["language"], made["tries_left"], made["revoked_at"]) == (
        side[m.Contact],
        "es",
        5,
        None,
    )
    path = _path(made)
    with served.client() as anybody:
        assert anybody.get(path).status_code == 200
        listed = client.get(f"/v1/work-orders/{order}/links").json()["items"]
        assert listed[0]["id"] == made["id"]
        assert not {"url", "token", "token_sha256"} & listed[0].keys()
        for _ in range(2):
            assert client.delete(f"/v1/links/{made['id']}").status_code == 204
        assert anybody.get(path).status_code == 404
    assert client.get(f"/v1/work-orders/{order}/links").json()["items"][0]["revoked_at"] is not None
    token = path.rpartition("/")[2]
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        written = [str(each.changes) for each in session.query(m.AuditEntry).filter_by(entity="customer_link")]
    assert written
    assert not any(token in each for each in written)


def test_a_retry_does_not_keep_the_address(served: Served, client: TestClient) -> None:
    order = served.world.north[m.WorkOrder]
    urls = {
        client.post(f"/v1/work-orders/{order}/links", json={}, headers={"Idempotency-Key": "one"}).json()["url"]
        for _ in range(2)
    }
    assert len(urls) == 2


def test_whom_the_viewer_does_not_know_gets_no_link(served: Served, client: TestClient) -> None:
    north, south = served.world.north, served.world.south
    path = f"/v1/work-orders/{north[m.WorkOrder]}"
    for body in ({"contact_id": south[m.Contact]}, {"conversation_id": south[m.Conversation]}, {"days": 801}):
        answer = client.post(f"{path}/links", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"
    assert client.put(f"{path}/decider", json={"contact_id": south[m.Contact]}).status_code == 422
    with served.client("administrator") as other:
        link = other.post(f"/v1/contacts/{south[m.Contact]}/calendar", json={}).json()["id"]
        assert client.delete(f"/v1/links/{link}").status_code == 404
        assert other.delete(f"/v1/links/{link}").status_code == 204


def test_the_conversation_says_whose_link_it_is(served: Served, client: TestClient) -> None:
    side = served.world.north
    body = {"conversation_id": side[m.Conversation]}
    made = client.post(f"/v1/work-orders/{side[m.WorkOrder]}/links", json=body).json()
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        assert made["contact_id"] == session.get_one(m.Conversation, side[m.Conversation]).contact_id


def test_who_decides_is_set_and_unset(served: Served, client: TestClient) -> None:
    side = served.world.north
    path = f"/v1/work-orders/{side[m.WorkOrder]}/decider"
    for contact in (side[m.Contact], None):
        assert client.put(path, json={"contact_id": contact}).status_code == 204
        with served.uow(viewer=Viewer.system(), read_only=True) as session:
            assert session.get_one(m.WorkOrder, side[m.WorkOrder]).decider_id == contact


def test_somebody_is_asked_to_choose(served: Served, client: TestClient) -> None:
    side = served.world.north
    path = f"/v1/work-orders/{side[m.WorkOrder]}/invitations"
    for body in ({}, {"contact_id": side[m.Contact]}):
        assert client.post(path, json=body).status_code == 202
    assert client.post(path, json={"contact_id": served.world.south[m.Contact]}).status_code == 422
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        posted = session.query(m.OutboxMessage).filter_by(topic="appointment.invite").all()
    about = {"work_order_id": side[m.WorkOrder]}
    assert [each.payload for each in posted] == [about, {**about, "contact_id": side[m.Contact]}]


def test_a_calendar_is_followed_until_it_is_revoked(served: Served, client: TestClient) -> None:
    side = served.world.north
    made = client.post(f"/v1/technicians/{side[m.Technician]}/calendar", json={"language": "es"}).json()
    path = _path(made)
    assert path.endswith(".ics")
    with served.client() as program:
        first = program.get(path)
        assert first.status_code == 200
        assert first.headers["content-type"] == "text/calendar; charset=utf-8"
        assert first.headers["cache-control"] == "private, no-cache"
        calendar: Any = Calendar.from_ical(first.content)
        assert calendar["X-WR-CALNAME"] == "Mis visitas"
        assert calendar.walk("VEVENT")
        tag = first.headers["etag"]
        for said in (tag, f'"x", W/{tag}'):
            again = program.get(path, headers={"If-None-Match": said})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert program.head(path).content == b""
        with served.uow(viewer=Viewer.system()) as session:
            stop = session.query(m.Stop).filter(m.Stop.visit_id.is_not(None)).order_by(m.Stop.id).first()
            assert stop is not None
            site = session.get_one(m.Site, side[m.Site])
            site.street = "Another street"
            session.commit()
        changed = program.get(path, headers={"If-None-Match": tag})
        assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
        assert program.get("/calendar/nothing.ics").status_code == 404
        assert program.get(path.replace("/calendar/", "/a/").removesuffix(".ics")).status_code == 404
        listed = client.get(f"/v1/technicians/{side[m.Technician]}/calendar").json()["items"]
        assert [each["id"] for each in listed] == [made["id"]]
        assert client.delete(f"/v1/links/{made['id']}").status_code == 204
        assert program.get(path).status_code == 404


def test_a_contacts_calendar(served: Served, client: TestClient) -> None:
    side = served.world.north
    made = client.post(f"/v1/contacts/{side[m.Contact]}/calendar", json={}).json()
    assert made["purpose"] == "calendar"
    with served.client() as program:
        assert program.get(_path(made)).status_code == 200
    assert client.get(f"/v1/contacts/{side[m.Contact]}/calendar").json()["items"][0]["id"] == made["id"]
