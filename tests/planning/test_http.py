"""Planning over HTTP, end to end: asked for, watched, previewed, applied, published, changed by hand."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from db.models import Role
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.builders.planning import DAY, Company
from tests.planning.client import client_of, serving, worker_of
from tests.planning.common import sqlite_only

Body = dict[str, Any]


@pytest.fixture
def address(uow: UnitOfWork, clock: FixedClock, company: Company) -> Iterator[str]:
    company.crew(2)
    for place in range(6):
        company.visit(place)
    company.session.commit()
    with serving(uow, clock) as address:
        yield address


@pytest.fixture
def client(address: str, uow: UnitOfWork, clock: FixedClock, company: Company) -> Iterator[httpx.Client]:
    with client_of(address, uow, clock, company) as client:
        yield client


def ask(client: httpx.Client, company: Company, **more: Any) -> Any:
    body = {"territory_id": company.territory.id, "local_date": DAY.isoformat(), "iterations": 5, **more}
    return client.post("/v1/planning-runs", json=body)


def get(client: httpx.Client, path: str, status: int = 200) -> Body:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    body: Body = answer.json()
    return body


def post(client: httpx.Client, path: str, body: Body | None = None, status: int = 200, **headers: str) -> Body:
    answer = client.post(path, json=body or {}, headers=headers)
    assert answer.status_code == status, answer.text
    found: Body = answer.json()
    return found


def planned(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> int:
    """A run carried out; its proposal's id."""
    answer = ask(client, company)
    assert answer.status_code == 202, answer.text
    assert worker_of(uow, clock).work_once()
    run = get(client, answer.headers["Location"])
    assert run["status"] == "succeeded", run["error"]
    return int(run["proposal_id"])


def plan_path(company: Company) -> str:
    return f"/v1/plans?territory={company.territory.id}&date={DAY}"


def test_from_a_run_to_a_published_plan(
    client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock
) -> None:
    nothing = get(client, plan_path(company))
    assert (nothing["id"], len(nothing["routes"]), len(nothing["left_out"])) == (None, 2, 6)
    proposal_id = planned(client, company, uow, clock)
    proposal = get(client, f"/v1/proposals/{proposal_id}")
    assert (proposal["status"], proposal["feasible"], proposal["summary"]["served"]) == ("open", True, 6)
    assert len(proposal["comparison"]["added"]) == 6
    applied = post(client, f"/v1/proposals/{proposal_id}/apply")
    assert applied["kept"] == []
    answer = client.get(f"/v1/plans/{applied['plan_id']}")
    plan, tag = answer.json(), answer.headers["ETag"]
    assert plan["summary"]["served"] == 6
    assert plan["routes"][0]["departs_at"].endswith("-03:00")
    published = client.post(f"/v1/plans/{plan['id']}/publish", headers={"If-Match": tag})
    assert published.status_code == 200, published.text
    stops = [stop for route in published.json()["routes"] for stop in route["stops"]]
    assert {stop["visit"]["status"] for stop in stops} == {"dispatched"}
    again = client.post(f"/v1/plans/{plan['id']}/publish", headers={"If-Match": published.headers["ETag"]})
    assert (again.status_code, again.json()["type"]) == (409, "urn:dispatch:conflict")


@sqlite_only
def test_publishing_says_which_plan_was_looked_at(
    client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock
) -> None:
    applied = post(client, f"/v1/proposals/{planned(client, company, uow, clock)}/apply")
    path = f"/v1/plans/{applied['plan_id']}"
    assert client.post(f"{path}/publish").status_code == 428
    old = client.get(path)
    route = next(route for route in old.json()["routes"] if route["stops"])
    move = {"visit_id": route["stops"][0]["visit"]["id"], "shift_id": None}
    assert client.post(f"{path}/moves", json=move).status_code == 200
    assert client.post(f"{path}/publish", headers={"If-Match": old.headers["ETag"]}).status_code == 412


@sqlite_only
def test_a_plan_is_sent_again_only_when_it_changed(
    client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock
) -> None:
    applied = post(client, f"/v1/proposals/{planned(client, company, uow, clock)}/apply")
    for path in (plan_path(company), f"/v1/plans/{applied['plan_id']}", f"/v1/plans/{applied['plan_id']}.geojson"):
        first = client.get(path)
        second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (second.status_code, second.content) == (304, b"")
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@sqlite_only
def test_geojson_of_plan_and_proposal(
    client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock
) -> None:
    proposal_id = planned(client, company, uow, clock)
    applied = post(client, f"/v1/proposals/{proposal_id}/apply")
    for path in (f"/v1/proposals/{proposal_id}.geojson", f"/v1/plans/{applied['plan_id']}.geojson"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/geo+json"
        document = json.loads(answer.content)
        kinds = [feature["properties"]["kind"] for feature in document["features"]]
        assert kinds.count("visit") == 6
        assert document["type"] == "FeatureCollection"
        lines = [f for f in document["features"] if f["properties"]["kind"] == "route"]
        assert all(line["geometry"]["type"] == "LineString" for line in lines)


def test_moving_a_visit_by_hand(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> None:
    applied = post(client, f"/v1/proposals/{planned(client, company, uow, clock)}/apply")
    path = f"/v1/plans/{applied['plan_id']}"
    routes = get(client, path)["routes"]
    source = next(route for route in routes if route["stops"])
    target = next(route for route in routes if route["shift_id"] != source["shift_id"])
    visit = source["stops"][0]["visit"]["id"]
    seen = {str(route["shift_id"]): route["revision"] for route in routes}
    body = {"visit_id": visit, "shift_id": target["shift_id"], "position": 0, "pin": True, "revisions": seen}
    moved = post(client, f"{path}/moves", body)
    first = next(route for route in moved["routes"] if route["shift_id"] == target["shift_id"])["stops"][0]
    assert (first["visit"]["id"], first["visit"]["pinned"]) == (visit, True)
    stale = client.post(f"{path}/moves", json=body)
    assert stale.status_code == 409
    assert "somebody else changed the routes" in stale.json()["detail"]


@sqlite_only
def test_a_plan_can_be_opened_and_filled_by_hand(client: httpx.Client, company: Company) -> None:
    body = {"territory_id": company.territory.id, "local_date": DAY.isoformat()}
    plan = post(client, "/v1/plans", body, status=201)
    assert post(client, "/v1/plans", body, status=201)["id"] == plan["id"]
    visit = plan["left_out"][0]["visit"]["id"]
    move = {"visit_id": visit, "shift_id": plan["routes"][0]["shift_id"]}
    filled = post(client, f"/v1/plans/{plan['id']}/moves", move)
    assert [stop["visit"]["id"] for stop in filled["routes"][0]["stops"]] == [visit]


@sqlite_only
def test_events_tell_the_end(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> None:
    location = ask(client, company).headers["Location"]
    worker_of(uow, clock).work_once()
    with client.stream("GET", f"{location}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line]
    assert "event: finished" in lines
    data = json.loads(next(line for line in lines if line.startswith("data: "))[6:])
    assert data["status"] == "succeeded"
    assert any(line.startswith("id: ") for line in lines)
    assert any(line.startswith("retry: ") for line in lines)
    assert get(client, "/v1/planning-runs/999/events", 404)["type"] == "urn:dispatch:not-found"


def test_a_run_asked_for_twice_with_one_key_is_one_run(client: httpx.Client, company: Company) -> None:
    body = {"territory_id": company.territory.id, "local_date": DAY.isoformat()}
    answers = [client.post("/v1/planning-runs", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(get(client, "/v1/planning-runs")["items"]) == 1


@sqlite_only
def test_cancelling(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> None:
    run = ask(client, company).json()
    cancelled = post(client, f"/v1/planning-runs/{run['id']}/cancel")
    assert cancelled["status"] == "cancelled"
    assert not worker_of(uow, clock).work_once()
    assert post(client, f"/v1/planning-runs/{run['id']}/cancel")["status"] == "cancelled"
    done = planned(client, company, uow, clock)
    finished = get(client, f"/v1/proposals/{done}")["planning_run_id"]
    post(client, f"/v1/planning-runs/{finished}/cancel", status=409)


@sqlite_only
def test_runs_are_listed_newest_first_in_pages(client: httpx.Client, company: Company) -> None:
    ids = [ask(client, company).json()["id"] for _ in range(5)]
    path: str | None = "/v1/planning-runs?limit=2"
    found: list[int] = []
    while path is not None:
        body = get(client, path)
        found += [run["id"] for run in body["items"]]
        path = body["next"]
    assert found == ids[::-1]


@sqlite_only
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"seconds": 5}, 422),
        ({"iterations": 0}, 422),
        ({"seed": -1}, 422),
        ({"territory_id": 999}, 404),
        ({"x": 1}, 422),
    ],
)
def test_a_run_that_cannot_be(client: httpx.Client, company: Company, more: Body, status: int) -> None:
    assert ask(client, company, **more).status_code == status


@sqlite_only
def test_downloads(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> None:
    location = ask(client, company).headers["Location"]
    assert get(client, f"{location}/problem", 404)["detail"].endswith("see its events or its error")
    worker_of(uow, clock).work_once()
    assert len(get(client, f"{location}/problem")["visits"]) == 6
    assert get(client, f"{location}/solution")["status"] == "feasible"


@sqlite_only
def test_dropping(client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock) -> None:
    proposal = planned(client, company, uow, clock)
    assert post(client, f"/v1/proposals/{proposal}/drop")["status"] == "dropped"
    assert post(client, f"/v1/proposals/{proposal}/drop")["status"] == "dropped"
    refused = post(client, f"/v1/proposals/{proposal}/apply", status=409)
    assert refused["title"] == "It is no longer as you saw it"
    assert re.search(r"was dropped at [-\d]+ \d\d:\d\d UTC already", refused["detail"])


@sqlite_only
def test_lint(client: httpx.Client, company: Company) -> None:
    company.visit(None)
    company.session.commit()
    body = get(client, f"/v1/lint?territory={company.territory.id}&date={DAY}")
    assert [finding["code"] for finding in body["findings"]] == ["site_without_place"]


def test_a_technician_sees_a_published_route_alone(
    address: str, client: httpx.Client, company: Company, uow: UnitOfWork, clock: FixedClock
) -> None:
    applied = post(client, f"/v1/proposals/{planned(client, company, uow, clock)}/apply")
    path = f"/v1/plans/{applied['plan_id']}"
    mine = next(r["technician_id"] for r in get(client, path)["routes"] if r["stops"])
    with client_of(address, uow, clock, company, Role.TECHNICIAN, technician_id=mine) as theirs:
        assert theirs.get(path).status_code == 404
        client.post(f"{path}/publish", headers={"If-Match": client.get(path).headers["ETag"]})
        seen = get(theirs, path)
        assert [route["technician_id"] for route in seen["routes"]] == [mine]
        assert seen["left_out"] == []
        assert theirs.post(f"{path}/moves", json={"visit_id": 1, "shift_id": None}).status_code == 403
        assert ask(theirs, company).status_code == 403
