"""Appointments over HTTP: held, confirmed, changed and cancelled by schedulers and call takers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from db.models import Role, UserTerritory
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.appointments.holding.desk import Desk, window
from tests.builders.planning import Company, at
from tests.planning.client import client_of, serving
from tests.planning.common import sqlite_only

pytestmark = sqlite_only
Body = dict[str, Any]


@pytest.fixture
def address(uow: UnitOfWork, clock: FixedClock, company: Company) -> Iterator[str]:
    company.session.commit()
    with serving(uow, clock) as address:
        yield address


@pytest.fixture
def client(address: str, uow: UnitOfWork, clock: FixedClock, company: Company) -> Iterator[httpx.Client]:
    with client_of(address, uow, clock, company, Role.CALL_TAKER) as client:
        yield client


def span(first: int, last: int) -> Body:
    """A window between two local hours."""
    return {"opens_at": at(first).isoformat(), "closes_at": at(last).isoformat()}


def post(client: httpx.Client, path: str, body: Body, status: int = 200, **headers: str) -> Body:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post(path, json=body, headers=named)
    assert answer.status_code == status, answer.text
    found: Body = answer.json()
    return found


def test_the_life_of_an_appointment(client: httpx.Client, desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1, minutes=90)
    company.session.commit()
    orders = f"/v1/work-orders/{visit.work_order_id}"
    held = post(client, f"{orders}/holds", span(9, 10), 201)
    assert (held["status"], held["local_from"], held["visits"]) == (
        "held",
        "09:00:00",
        [{"visit_id": visit.id, "active": True}],
    )
    path = f"/v1/appointments/{held['id']}"
    stale = post(client, f"{path}/confirm", {}, 412, If_Match='"99"')
    assert stale["type"] == "urn:dispatch:stale-version"
    confirmed = post(client, f"{path}/confirm", {"channel": "phone", "attending": "Ana"}, If_Match='"1"')
    assert (confirmed["status"], confirmed["channel"], confirmed["attending"]) == ("confirmed", "phone", "Ana")
    assert post(client, f"{path}/confirm", {})["version"] == confirmed["version"]

    tag = client.get(path).headers["ETag"]
    noted = client.patch(path, json={"access_notes": "code 4711"}, headers={"If-Match": tag})
    assert (noted.status_code, noted.json()["has_access_notes"]) == (200, True)
    assert "4711" not in noted.text

    assert post(client, f"{path}/change", span(13, 14), 412, If_Match=tag)
    moved = post(client, f"{path}/change", span(13, 14), If_Match=noted.headers["ETag"], Idempotency_Key="one")
    again = post(client, f"{path}/change", span(13, 14), If_Match=noted.headers["ETag"], Idempotency_Key="one")
    assert again == moved
    assert (moved["supersedes_id"], moved["uid"], moved["sequence"]) == (held["id"], held["uid"], 1)

    listed = client.get("/v1/appointments", params={"status": "confirmed", "local_date": company.day.isoformat()})
    assert [row["id"] for row in listed.json()["items"]] == [moved["id"]]
    assert client.get("/v1/appointments", params={"visit_id": visit.id + 1}).json()["items"] == []

    new = f"/v1/appointments/{moved['id']}"
    why = {"why": "nobody at home", "by_customer": True}
    assert post(client, f"{new}/cancel", why, 428)["type"] == "urn:dispatch:precondition-missing"
    over = post(client, f"{new}/cancel", why, If_Match=f'"{moved["version"]}"')
    assert (over["status"], over["ended_why"]) == ("cancelled", "nobody at home")
    assert post(client, f"{new}/release", {}, 409)["type"] == "urn:dispatch:rule-broken"


def test_a_retry_with_its_key_books_once(client: httpx.Client, desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    company.session.commit()
    path = f"/v1/work-orders/{visit.work_order_id}/appointments"
    first = post(client, path, span(9, 11), 201, Idempotency_Key="book")
    assert post(client, path, span(9, 11), 201, Idempotency_Key="book") == first
    # And without it: the same window is the same appointment.
    assert post(client, path, span(9, 11), 201)["id"] == first["id"]


@pytest.mark.parametrize("last", ["appointments", "holds"])
def test_what_is_taken_comes_with_fresh_offers(client: httpx.Client, desk: Desk, company: Company, last: str) -> None:
    company.crew(1)
    one, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    company.session.commit()
    post(client, f"/v1/work-orders/{one.work_order_id}/appointments", span(9, 10), 201)
    problem = post(client, f"/v1/work-orders/{other.work_order_id}/{last}", span(9, 10), 409)
    assert problem["type"] == "urn:dispatch:slot-taken"
    assert "Nobody can come within that time any more" in problem["detail"]
    offer = problem["offers"][0]
    assert offer["visit_ids"] == [other.id]
    wanted = {"opens_at": offer["opens_at"], "closes_at": offer["closes_at"]}
    post(client, f"/v1/work-orders/{other.work_order_id}/appointments", wanted, 201)
    assert desk.scene.violations() == []


def test_another_territorys_are_not_there(
    address: str, uow: UnitOfWork, desk: Desk, client: httpx.Client, company: Company
) -> None:
    company.crew(1)
    visit = company.visit(1)
    row = desk.confirm(window(visit))
    company.session.query(UserTerritory).delete()
    company.session.commit()
    body = span(9, 11)
    for path, said in (
        (f"/v1/work-orders/{visit.work_order_id}/holds", body),
        (f"/v1/work-orders/{visit.work_order_id}/appointments", body),
        (f"/v1/appointments/{row.id}/confirm", {}),
        (f"/v1/appointments/{row.id}/change", body),
        (f"/v1/appointments/{row.id}/cancel", {"why": "x", "by_customer": False}),
        (f"/v1/appointments/{row.id}/release", {}),
    ):
        assert post(client, path, said, 404, If_Match='"1"')["type"] == "urn:dispatch:not-found", path
    assert client.get("/v1/appointments").json()["items"] == []
