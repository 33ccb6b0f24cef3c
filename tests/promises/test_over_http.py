"""Promises over HTTP: refused acts list what they would break; callbacks by hand; the share kept."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from db.models import Promise, PromiseKind, PromiseOutcome, Role, Territory
from dispatch.access import Viewer
from dispatch.promises import ledger, listing
from tests.builders.planning import ZONE, Company, at
from tests.planning.client import client_of, serving
from tests.planning.common import sqlite_only
from tests.planning.scene import Scene
from tests.promises.saying import promise_callback, promise_window

ACCEPTED = {"accept_broken_promises": "true"}


@pytest.fixture
def client(scene: Scene) -> Iterator[httpx.Client]:
    """A scheduler of the company's territory."""
    with serving(scene.uow, scene.clock) as address, client_of(address, scene.uow, scene.clock, scene.company) as http:
        yield http


def window(scene: Scene) -> tuple[Promise, int, int]:
    """A visit from ten on whose customer was promised it; with its shift."""
    (shift,) = scene.company.crew(1)
    visit = scene.company.visit(windows=[(at(10), at(11))])
    scene.move(visit, shift.id)
    promise = promise_window(scene.company.session, visit, at(10), at(11))
    scene.company.session.commit()
    return promise, visit.id, shift.technician_id


def refused(answer: httpx.Response) -> list[int]:
    """The promises that a refusal lists."""
    assert answer.status_code == 409, answer.text
    problem = answer.json()
    assert problem["type"] == "urn:dispatch:promises-at-stake"
    assert "accept_broken_promises=true" in problem["detail"]
    return [each["promise_id"] for each in problem["promises_at_stake"]]


@sqlite_only
def test_moving_out_and_publishing_without_it_are_refused_and_accepted(scene: Scene, client: httpx.Client) -> None:
    promise, visit, _ = window(scene)
    plan = f"/v1/plans/{scene.plan_id()}"
    body = {"visit_id": visit, "shift_id": None}
    assert refused(client.post(f"{plan}/moves", json=body)) == [promise.id]
    assert client.get(f"{plan}/promises-at-stake").json() == {"promises_at_stake": []}
    assert client.post(f"{plan}/moves", json=body, params=ACCEPTED).status_code == 200
    (left,) = client.get(f"{plan}/promises-at-stake").json()["promises_at_stake"]
    assert (left["promise_id"], left["starts_at"], left["local_by"]) == (promise.id, None, "11:00:00")
    # Something else is planned, so that there is a plan to publish.
    scene.move(scene.company.visit(), next(iter(scene.view().routes)).shift_id)
    tag = client.get(plan).headers["ETag"]
    assert refused(client.post(f"{plan}/publish", headers={"If-Match": tag})) == [promise.id]
    assert client.post(f"{plan}/publish", headers={"If-Match": tag}, params=ACCEPTED).status_code == 200


@sqlite_only
def test_an_absence_and_a_shorter_shift_are_refused_and_accepted(scene: Scene, client: httpx.Client) -> None:
    promise, _, technician = window(scene)
    away = {
        "technician_id": technician,
        "kind": "sickness",
        "starts_at": at(9).isoformat(),
        "ends_at": at(12).isoformat(),
    }
    assert refused(client.post("/v1/absences", json=away)) == [promise.id]
    assert client.get("/v1/absences").json()["items"] == []
    later = {**away, "starts_at": at(13).isoformat(), "ends_at": at(14).isoformat()}
    kept = client.post("/v1/absences", json=later)
    assert kept.status_code == 201
    address, tag = kept.headers["Location"], {"If-Match": kept.headers["ETag"]}
    assert refused(client.patch(address, json={"starts_at": at(9).isoformat()}, headers=tag)) == [promise.id]
    assert client.post("/v1/absences", json=away, params=ACCEPTED).status_code == 201
    shift = client.get("/v1/shifts").json()["items"][0]
    address, tag = f"/v1/shifts/{shift['id']}", {"If-Match": f'"{shift["version"]}"'}
    shorter = {"starts_at": at(12).isoformat()}
    assert refused(client.patch(address, json=shorter, headers=tag)) == [promise.id]
    assert client.patch(address, json=shorter, headers=tag, params=ACCEPTED).status_code == 200
    # Where nothing can be at stake, nothing is to be accepted.
    assert client.post("/v1/contacts", json={}, params=ACCEPTED).status_code == 422


@sqlite_only
def test_a_callback_is_promised_said_anew_and_kept(scene: Scene, client: httpx.Client) -> None:
    company = scene.company
    visit = company.visit()
    company.session.commit()
    address = f"/v1/work-orders/{visit.work_order_id}/promises"
    said = {"kind": "callback", "local_date": "2026-03-03", "local_by": "10:30"}
    first = client.post(address, json=said)
    assert first.status_code == 201, first.text
    assert (first.json()["by_at"], first.json()["state"]) == ("2026-03-03T13:30:00Z", "open")
    again = client.post(address, json={**said, "local_by": "09:00", "supersedes_id": first.json()["id"]})
    assert again.status_code == 201
    assert client.post(address, json={**said, "supersedes_id": first.json()["id"]}).status_code == 409
    both = client.get(address).json()["promises"]
    assert [each["state"] for each in both] == ["superseded", "open"]
    assert both[0]["superseded_by_id"] == both[1]["id"] == again.json()["id"]
    scene.clock.instant = at(8, 30)
    kept = client.post(f"/v1/promises/{again.json()['id']}/kept", json={"at": at(8).isoformat()})
    assert (kept.json()["state"], kept.json()["events"][0]["at"]) == ("kept", "2026-03-03T11:00:00Z")
    assert client.post(f"/v1/promises/{again.json()['id']}/release", json={}).status_code == 409
    for state, found in (("kept", 1), ("open", 0), ("superseded", 1), ("broken", 0)):
        assert len(client.get("/v1/promises", params={"state": state}).json()["items"]) == found


@sqlite_only
def test_what_cannot_be_promised_is_told(scene: Scene, client: httpx.Client) -> None:
    visit = scene.company.visit()
    scene.company.session.commit()
    said = {"kind": "part_date", "local_date": "2026-03-03", "local_by": "10:30"}
    wrong: list[tuple[dict[str, object], str]] = [
        ({"local_by": "05:59"}, "/local_by"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"contact_id": 99}, "/contact_id"),
        ({"visit_id": 99}, "/visit_id"),
        ({"supersedes_id": 99}, "/supersedes_id"),
        # Clocks in Santiago skip the hour after midnight of the sixth of September.
        ({"local_date": "2026-09-06", "local_by": "00:30"}, "/local_from"),
    ]
    for changed, pointer in wrong:
        answer = client.post(f"/v1/work-orders/{visit.work_order_id}/promises", json={**said, **changed})
        assert answer.status_code == 422, changed
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@sqlite_only
def test_windows_are_not_promised_nor_kept_by_hand(scene: Scene, client: httpx.Client) -> None:
    promise, _, _ = window(scene)
    said = {"kind": "window", "local_date": "2026-03-03", "local_by": "10:30"}
    assert client.post(f"/v1/work-orders/{promise.work_order_id}/promises", json=said).status_code == 409
    assert client.post(f"/v1/promises/{promise.id}/kept", json={}).status_code == 409
    released = client.post(f"/v1/promises/{promise.id}/release", json={"note": "any time will do"})
    assert (released.json()["state"], released.json()["events"][0]["note"]) == ("released", "any time will do")


def test_the_share_kept_is_by_territory_and_week(scene: Scene, company: Company) -> None:
    session, week = company.session, timedelta(days=7)
    ends = [PromiseOutcome.KEPT, PromiseOutcome.KEPT, PromiseOutcome.BROKEN, PromiseOutcome.RELEASED, None]
    for outcome in ends:
        promise = promise_callback(session, company.visit(), at(9) + week)
        if outcome is not None:
            ledger.settle(session, promise.id, outcome)
    # Said anew for another week, it counts there alone.
    moved = promise_callback(session, company.visit(), at(9) + week)
    promise_callback(session, company.visit(), at(9), supersedes=moved.id)
    other = Company(session, numbers={key: count + 50 for key, count in company.numbers.items()})
    ledger.settle(session, promise_callback(session, other.visit(), at(9)).id, PromiseOutcome.BROKEN)
    session.commit()
    assert session.query(Territory).count() == 2

    def weeks(viewer: Viewer) -> list[tuple[int, str, int, int, int, int, float | None]]:
        with scene.uow(viewer=viewer, read_only=True) as reading:
            found = listing.kept_by_week(reading, viewer, (company.day + week))
        return [(w.territory_id, w.monday.isoformat(), w.kept, w.broken, w.released, w.open, w.share) for w in found]

    ours = [
        (company.territory.id, "2026-03-02", 0, 0, 0, 1, None),
        (company.territory.id, "2026-03-09", 2, 1, 1, 1, 2 / 3),
    ]
    theirs = (other.territory.id, "2026-03-02", 0, 1, 0, 0, 0.0)
    assert sorted(weeks(Viewer.system())) == sorted([*ours, theirs])
    scheduler = Viewer(name="S", role=Role.SCHEDULER, user_id=1, territory_ids=frozenset({company.territory.id}))
    assert weeks(scheduler) == ours
    with scene.uow(viewer=scheduler, read_only=True) as reading:
        assert len(listing.of_work_order(reading, scheduler, moved.work_order_id)) == 1
    assert ZONE.key == company.zone
    assert moved.kind is PromiseKind.CALLBACK
