"""What portals and mail servers hand in over HTTP."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import models as m
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.api.served import Served, TestClient, serve
from tests.intake.channels.reception import Reception, mail
from tests.intake.channels.test_awkward_mails import picture

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def served(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Served:
    """The application over a world."""
    return serve(uow, clock, {"data_dir": tmp_path / "data"})


@pytest.fixture
def portal(served: Served) -> Iterator[TestClient]:
    """A landlord's portal."""
    with served.client("integrator") as client:
        yield client


def report(served: Served, **more: Any) -> dict[str, Any]:
    """What a portal says of a broken lift."""
    return {
        "id": "PT-77",
        "thread": "case-77",
        "subject": "Lift out of order",
        "body": "It does not answer since this morning.",
        "sender": {"name": "Olga Mena", "email": "olga@tenants.example", "function": "tenant"},
        "equipment_id": served.world.north[m.Equipment],
        "facts": {"unit": ["4B"], "availability": ["after six"], "reference": ["Landlord 4711"]},
        "files": [{"name": "door.png", "content": base64.b64encode(picture()).decode()}],
    } | more


def test_a_report_becomes_a_ticket_with_what_is_known(served: Served, portal: TestClient, reception: Reception) -> None:
    answer = portal.post("/v1/inbound/portal", json=report(served))
    assert answer.status_code == 201, answer.text
    number = answer.json()["ticket"]
    ticket = next(each for each in reception.all(m.Ticket) if each.number == number)
    assert (ticket.site_id, ticket.equipment_id) == (served.world.north[m.Site], served.world.north[m.Equipment])
    facts = reception.facts(ticket.id)
    assert facts["unit"] == ["4B"]
    assert facts["reporter_function"] == ["tenant"]
    roles = {each.role for each in reception.all(m.Party) if each.ticket_id == ticket.id}
    assert roles == {m.PartyRole.REPORTER, m.PartyRole.OCCUPANT}
    (attachment,) = [each for each in reception.all(m.Attachment) if each.ticket_id == ticket.id]
    assert reception.rules.files.read(attachment.sha256) == picture()


def test_the_same_report_again_and_more_of_the_thread(served: Served, portal: TestClient, reception: Reception) -> None:
    first = portal.post("/v1/inbound/portal", json=report(served)).json()
    before = reception.count(m.Message)
    assert portal.post("/v1/inbound/portal", json=report(served)).json() == first
    assert reception.count(m.Message) == before
    more = portal.post("/v1/inbound/portal", json=report(served, id="PT-78", body="Still so.", files=[])).json()
    assert more["ticket"] == first["ticket"]
    with served.client("administrator") as other:
        strange = other.post("/v1/inbound/portal", json=report(served)).json()
    assert strange["ticket"] != first["ticket"]


def test_what_is_wrong_with_a_report_is_told(served: Served, portal: TestClient) -> None:
    for wrong, pointer in (
        ({"id": ""}, "/id"),
        ({"facts": {"colour": ["red"]}}, "/facts/colour/[key]"),
        ({"files": [{"name": "x", "content": "no base64!"}]}, "/files/0/content"),
        ({"body": 7}, "/body"),
    ):
        answer = portal.post("/v1/inbound/portal", json=report(served) | wrong)
        assert answer.status_code == 422
        assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    unknown = portal.post("/v1/inbound/portal", json=report(served, equipment_id=999_999))
    assert (unknown.status_code, unknown.json()["status"]) == (201, "refused")
    assert "999999" in unknown.json()["why"]


def test_a_mail_as_it_came(served: Served, portal: TestClient, reception: Reception) -> None:
    made = mail("The lift is stuck")
    made.add_attachment(picture() + bytes(3_000_000), maintype="image", subtype="png", filename="large.png")
    kind = {"Content-Type": "message/rfc822"}
    answer = portal.post("/v1/inbound/email", content=made.as_bytes(), headers=kind)
    assert answer.status_code == 201, answer.text
    assert portal.post("/v1/inbound/email", content=made.as_bytes(), headers=kind).json() == answer.json()
    assert portal.post("/v1/inbound/email", content=b"", headers=kind).status_code == 422
    assert portal.post("/v1/organisations", content=bytes(3_000_000), headers=kind).status_code == 413
    ticket = next(each for each in reception.all(m.Ticket) if each.number == answer.json()["ticket"])
    assert "large.png" in {each.filename for each in reception.all(m.Attachment) if each.ticket_id == ticket.id}


def test_a_browser_that_is_signed_in_hands_nothing_in_for_another_site(served: Served, portal: TestClient) -> None:
    with served.client() as stranger:
        assert stranger.post("/v1/inbound/portal", json=report(served)).status_code == 401
        assert stranger.post("/v1/inbound/text", json={}).status_code == 401
    for role in ("scheduler", "call_taker", "technician"):
        with served.client(role) as client:
            assert client.post("/v1/inbound/portal", json=report(served)).status_code == 403
