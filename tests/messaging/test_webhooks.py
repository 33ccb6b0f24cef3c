"""Other systems are told what happens: signed, once for each, tried for three days, and nothing about people."""

import json
from collections.abc import Iterator
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import select

from api.told import told
from db import models as m
from db.session import UnitOfWork
from dispatch.access.errors import NotSignedIn
from dispatch.appointments.holding import keeping
from dispatch.clock import FixedClock
from dispatch.compute.outbox import MOST_ATTEMPTS, deliver, post_once
from dispatch.messaging import webhooks
from dispatch.messaging.happenings import Topic
from dispatch.messaging.signatures import new_secret, require_signed
from dispatch.messaging.targets import Gate
from dispatch.records.catalogue.pausing import STATUS
from dispatch.records.catalogue.visit_news import VISIT_STATUS
from dispatch.records.catalogue.webhooks import rotate
from tests.builders.planning import Company, at
from tests.messaging.serving import serving
from tests.planning.common import SYSTEM, sqlite_only

SECRET = new_secret()


class Portal(SimpleNamespace):
    """Another system: what it was sent, and how it answers."""

    url: str
    status: int
    got: list[tuple[dict[str, str], bytes]]


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    """The other system, on loopback."""
    portal, app = Portal(url="", status=204, got=[]), FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        portal.got.append((dict(request.headers), await request.body()))
        return Response(status_code=portal.status)

    with serving(app) as url:
        portal.url = f"{url}/hook".replace("127.0.0.1", "localhost")
        yield portal


class Stage:
    """A company, its endpoints, and a worker."""

    def __init__(self, uow: UnitOfWork, clock: FixedClock, portal: Portal) -> None:
        self.uow, self.clock, self.portal = uow, clock, portal
        self.session = uow(viewer=SYSTEM)
        self.company = Company(self.session)
        gate = Gate(frozenset({"localhost"}), resolve=lambda _host, _port: ["127.0.0.1"])
        self.receivers = webhooks.receivers(uow, clock, gate)

    def endpoint(self, **fields: Any) -> m.WebhookEndpoint:
        """An endpoint at the other system."""
        row = self.company.add(m.WebhookEndpoint(**{"url": self.portal.url, "secret": SECRET, **fields}))
        self.session.commit()
        return row

    def happens(self, order: m.WorkOrder, version: int = 1) -> None:
        """The order is ready."""
        said = {"work_order_id": order.id, "before": "draft", "status": "ready", "version": version}
        self.session.commit()
        self.uow.run(lambda s: post_once(s, STATUS, f"{STATUS}:{order.id}:{version}", said), viewer=SYSTEM)

    def run(self) -> list[tuple[dict[str, str], bytes]]:
        """Delivers what is due; what came."""
        self.session.commit()
        deliver(self.uow, self.clock, self.receivers, 1000)
        got, self.portal.got = self.portal.got, []
        return got

    def rows(self, kind: type[Any]) -> list[Any]:
        """All rows of a kind."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def sent(self) -> list[m.OutboxMessage]:
        """What goes to endpoints."""
        return [row for row in self.rows(m.OutboxMessage) if row.topic == webhooks.SEND]


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at nine in the morning."""
    return FixedClock(at(9))


@pytest.fixture
def stage(uow: UnitOfWork, clock: FixedClock, server: Portal) -> Iterator[Stage]:
    """The stage, in the morning."""
    server.status, server.got = 204, []
    made = Stage(uow, clock, server)
    yield made
    made.session.close()


def test_what_happens_is_told_once_signed_and_says_nothing_about_people(stage: Stage) -> None:
    stage.endpoint()
    order = stage.company.order(stage.company.site(access_notes="key under the mat"))
    stage.happens(order)
    ((headers, body),) = stage.run()
    assert require_signed(SECRET, headers, body, stage.clock.now()) == stage_id(stage)
    assert json.loads(body) == {
        "type": "work_order.status",
        "timestamp": "2026-03-03T12:00:00Z",
        "data": {"work_order_id": order.id, "work_order_number": "WO-01", "before": "draft", "status": "ready"},
    }
    stage.happens(order)
    assert stage.run() == []


def stage_id(stage: Stage) -> str:
    """The id of what was sent last."""
    return webhooks.id_of(stage.sent()[-1].key)


@sqlite_only
def test_an_appointment_and_a_visit_are_told_by_ids_and_times(stage: Stage) -> None:
    stage.endpoint()
    visit = stage.company.visit()
    row = stage.company.add(
        m.Appointment(
            work_order_id=visit.work_order_id,
            territory_id=stage.company.territory.id,
            opens_at=at(9),
            closes_at=at(11),
            local_date=at(9).date(),
            local_from=time(9),
            local_by=time(11),
            time_zone="America/Santiago",
            status=m.AppointmentStatus.CONFIRMED,
            uid="u1",
            attending="Pedro",
            access_notes="2468",
            visits=[m.AppointmentVisit(visit_id=visit.id)],
        )
    )
    stage.session.commit()
    stage.uow.run(lambda s: keeping.tell(s, row, keeping.CONFIRMED), viewer=SYSTEM)
    said = {"visit_id": visit.id, "before": "dispatched", "status": "travelling", "version": 2}
    stage.uow.run(lambda s: post_once(s, VISIT_STATUS, "v1", said), viewer=SYSTEM)
    first, second = (json.loads(body) for _, body in stage.run())
    assert first["data"]["visit_ids"] == [visit.id]
    assert (first["data"]["opens_at"], first["data"]["time_zone"]) == ("2026-03-03T12:00:00Z", "America/Santiago")
    assert not {"attending", "access_notes", "uid"} & first["data"].keys()
    assert (second["type"], second["data"]["status"]) == ("visit.status", "travelling")
    described = {route.path for route in told().routes if hasattr(route, "path")}
    assert described == {*map(str, Topic), "webhook.test"}


@sqlite_only
def test_an_endpoint_hears_of_its_topics_and_its_organisation_alone(stage: Stage) -> None:
    stranger = stage.company.add(m.Organisation(number="OR-9", name="Other", kind=m.OrganisationKind.DEALER))
    stage.endpoint(topics=["appointment.confirmed"])
    stage.endpoint(organisation_id=stranger.id)
    stage.endpoint(active=False)
    stage.happens(stage.company.order())
    assert stage.run() == []
    stage.endpoint(organisation_id=stage.company.owner.id)
    stage.happens(stage.company.order())
    assert len(stage.run()) == 1


@sqlite_only
def test_a_failing_endpoint_is_tried_for_three_days_under_one_id_and_is_shown_as_failing(stage: Stage) -> None:
    stage.portal.status = 500
    stage.endpoint()
    stage.happens(stage.company.order())
    began, ids, spans = stage.clock.now(), set(), []
    for _ in range(MOST_ATTEMPTS + 5):
        for headers, body in stage.run():
            ids.add(require_signed(SECRET, headers, body, stage.clock.now()))
            spans.append(stage.clock.now() - began)
        stage.clock.instant = max(stage.clock.now(), *(row.available_at for row in stage.sent()))
    assert len(ids) == 1
    assert len(spans) == MOST_ATTEMPTS
    assert timedelta(days=3) <= spans[-1] <= timedelta(days=3, hours=6)
    assert spans[1:5] == [timedelta(seconds=30 * (2**k - 1)) for k in range(1, 5)]
    (row,) = stage.sent()
    assert row.gave_up_at is not None
    assert "500" in (row.last_error or "")
    (endpoint,) = stage.rows(m.WebhookEndpoint)
    assert (endpoint.failing_since, endpoint.active, endpoint.version) == (began, True, 1)


@sqlite_only
def test_an_endpoint_that_fails_is_spared_and_is_well_again_with_the_first_that_arrives(stage: Stage) -> None:
    stage.portal.status = 503
    stage.endpoint()
    for _ in range(5):
        stage.happens(stage.company.order())
    assert len(stage.run()) == 1
    stage.portal.status = 200
    stage.clock.instant += timedelta(minutes=1)
    assert len(stage.run()) == 5
    assert stage.rows(m.WebhookEndpoint)[0].failing_since is None


@sqlite_only
def test_who_answers_that_they_are_gone_is_switched_off(stage: Stage) -> None:
    stage.portal.status = 410
    stage.endpoint()
    stage.happens(stage.company.order())
    stage.run()
    assert (stage.rows(m.WebhookEndpoint)[0].active, stage.sent()[0].gave_up_at) == (False, stage.clock.now())


@sqlite_only
def test_a_new_secret_signs_beside_the_old_one_for_a_day(stage: Stage) -> None:
    key = stage.endpoint().id
    fresh = stage.uow.run(lambda s: rotate(s, SYSTEM, key).secret, viewer=SYSTEM)
    stage.happens(stage.company.order())
    ((headers, body),) = stage.run()
    for secret in (SECRET, fresh):
        require_signed(secret, headers, body, stage.clock.now())
    stage.clock.instant += timedelta(hours=25)
    stage.happens(stage.company.order())
    ((headers, body),) = stage.run()
    require_signed(fresh, headers, body, stage.clock.now())
    with pytest.raises(NotSignedIn):
        require_signed(SECRET, headers, body, stage.clock.now())
    entries = [row for row in stage.rows(m.AuditEntry) if row.action == "rotate"]
    assert fresh not in json.dumps(entries[0].changes)


@sqlite_only
def test_a_test_goes_the_same_way(stage: Stage) -> None:
    endpoint = stage.endpoint(topics=["visit.status"])
    given = stage.uow.run(lambda s: webhooks.post_test(s, endpoint, "x"), viewer=SYSTEM)
    ((headers, body),) = stage.run()
    assert headers["webhook-id"] == given
    assert json.loads(body)["type"] == "webhook.test"
