"""Tickets that are made as records take part in intake like those that came in by message."""

import pytest

from db.models import Contact, Contract, Equipment, Organisation, Site, WorkType
from dispatch.access import Viewer
from tests.api.served import Served

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_tickets_made_as_records_of_one_fault_join_one_work_order(served: Served) -> None:
    side = served.world.north
    body = {
        "channel": "phone",
        "subject": "Lift door does not close",
        "symptom": "The door of the lift does not close on the third floor",
        "organisation_id": side[Organisation],
        "contact_id": side[Contact],
        "site_id": side[Site],
        "equipment_id": side[Equipment],
    }
    with served.client("call_taker") as client:
        first = client.post("/v1/tickets", json=body)
        again = client.post("/v1/tickets", json=body | {"channel": "email", "subject": "Door does not close"})
        assert (first.status_code, again.status_code) == (201, 201)
        orders = [client.get(f"/v1/tickets/{made.json()['id']}").json()["work_orders"] for made in (first, again)]
        assert orders[0], "the first has a work order"
        assert orders[0][-1]["work_order_id"] == orders[1][-1]["work_order_id"]
        talks = client.get("/v1/conversations", params={"ticket_id": first.json()["id"]}).json()["items"]
        assert [talk["contact_id"] for talk in talks] == [side[Contact]]
        said = client.get(f"/v1/tickets/{first.json()['id']}/facts").json()
        assert str(body["symptom"]) in str(said)


def test_somebody_in_danger_is_an_emergency_at_once(served: Served) -> None:
    with served.client("integrator") as client:
        body = {
            "channel": "portal",
            "subject": "A person is trapped in the lift",
            "site_id": served.world.north[Site],
            "equipment_id": served.world.north[Equipment],
        }
        made = client.post("/v1/tickets", json=body)
        assert made.status_code == 201
        assert made.json()["emergency"] is True


def test_a_work_order_made_by_hand_has_the_deadlines_of_its_contract(served: Served) -> None:
    with served.uow(viewer=Viewer.system()) as session:
        contract = session.get_one(Contract, served.world.north[Contract])
        contract.response_minutes, contract.late_cost_per_hour = 60, 700
        session.commit()
    body = {
        "work_type_id": served.world.common[WorkType],
        "site_id": served.world.north[Site],
        "equipment_id": served.world.north[Equipment],
        "summary": "Door",
        "reported_at": "2026-03-02T12:00:00Z",
    }
    with served.client("scheduler") as client:
        made = client.post("/v1/work-orders", json=body).json()
        assert made["due_at"] == "2026-03-02T13:00:00Z"
        assert made["late_cost_per_hour"] == 700
        named = client.post("/v1/work-orders", json=body | {"due_at": "2026-03-05T12:00:00Z"}).json()
        assert named["due_at"] == "2026-03-05T12:00:00Z"


@SQLITE
def test_an_emergency_waits_for_the_customer_only_when_somebody_says_that_it_is_none_any_more(served: Served) -> None:
    body = {
        "channel": "phone",
        "subject": "A person is trapped in the lift",
        "site_id": served.world.north[Site],
        "equipment_id": served.world.north[Equipment],
    }
    with served.client("scheduler") as client:
        ticket = client.post("/v1/tickets", json=body).json()
        path = f"/v1/work-orders/{ticket['work_orders'][0]['work_order_id']}"
        order = client.get(path).json()
        assert order["priority"] == "emergency"
        asked = {"If-Match": client.get(path).headers["ETag"]}
        refused = client.patch(path, json={"status": "waiting_for_customer"}, headers=asked)
        assert refused.status_code == 409
        assert f"{order['number']} is an emergency" in refused.json()["detail"]
        assert "send another priority" in refused.json()["detail"]
        calm = {"status": "waiting_for_customer", "priority": "high"}
        allowed = client.patch(path, json=calm, headers=asked)
        assert allowed.status_code == 200
        assert [allowed.json()[name] for name in (*calm, "consequences")] == ["waiting_for_customer", "high", []]
        asked = {"If-Match": allowed.headers["ETag"]}
        again = client.patch(path, json={"priority": "emergency"}, headers=asked)
        assert again.status_code == 409


@SQLITE
def test_cancelling_answers_with_what_follows(served: Served) -> None:
    side = served.world.north
    body = {"channel": "phone", "subject": "Door sticks", "site_id": side[Site], "equipment_id": side[Equipment]}
    with served.client("scheduler") as client:
        ticket = client.post("/v1/tickets", json=body).json()
        path = f"/v1/work-orders/{ticket['work_orders'][0]['work_order_id']}"
        asked = {"If-Match": client.get(path).headers["ETag"]}
        cancelled = client.patch(path, json={"status": "cancelled"}, headers=asked)
        assert cancelled.json()["consequences"] == ["The parties of its ticket are told that no visit will take place."]
