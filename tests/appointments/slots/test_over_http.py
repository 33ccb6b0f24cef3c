"""Slots and slot policies over HTTP."""

import httpx
import pytest

from db.models import Role
from tests.appointments.slots.desk import Desk
from tests.builders.planning import Company
from tests.planning.client import client_of, serving


def test_asking_and_keeping_policies(desk: Desk, company: Company) -> None:
    desk.shifts([company.technician(0)], [1])
    order = company.order()
    visit = company.visit(order=order)
    with serving(desk.uow, desk.clock) as address:
        caller = client_of(address, desk.uow, desk.clock, company, Role.CALL_TAKER)
        scheduler = client_of(address, desk.uow, desk.clock, company, Role.SCHEDULER)
        administrator = client_of(address, desk.uow, desk.clock, company, Role.ADMINISTRATOR)
        with caller, scheduler, administrator:
            found = caller.get(f"/v1/work-orders/{order.id}/slots", params={"visit": visit.id}).json()
            assert [each["local_from"] for each in found["offers"]] == ["08:00:00", "10:00:00", "12:00:00", "14:00:00"]
            assert found["withheld"][0]["code"] == "shift_too_short"
            _keep_policies(scheduler, administrator, company)
            found = caller.get(f"/v1/work-orders/{order.id}/slots").json()
            assert [each["local_by"] for each in found["offers"]] == ["09:00:00"]
            assert caller.get(f"/v1/work-orders/{order.id}/slots", params={"width": 500}).status_code == 422
            assert caller.get("/v1/slot-policies").json()["items"][0]["width_minutes"] == 60
            assert caller.post("/v1/slot-policies", json={}).status_code == 403


def _keep_policies(scheduler: httpx.Client, administrator: httpx.Client, company: Company) -> None:
    body = {"territory_id": company.territory.id, "width_minutes": 60, "offers": 1}
    made = scheduler.post("/v1/slot-policies", json=body)
    assert made.status_code == 201
    again = scheduler.post("/v1/slot-policies", json=body)
    assert (again.status_code, again.json()["type"]) == (409, "urn:dispatch:conflict")
    everywhere = scheduler.post("/v1/slot-policies", json={"offers": 2})
    assert "administrators" in everywhere.json()["errors"][0]["detail"]
    assert administrator.post("/v1/slot-policies", json={"offers": 2}).status_code == 201
    wide = scheduler.patch(
        f"/v1/slot-policies/{made.json()['id']}",
        json={"width_minutes": 300},
        headers={"If-Match": made.headers["ETag"]},
    )
    assert "more than most_width_minutes (240)" in wide.json()["errors"][0]["detail"]


pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
