"""What portals and mail servers hand in over HTTP."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import api
from api.app import LARGEST_BODY
from api.reception import larger_bodies
from db import models as m
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.intake.channels import keeping
from dispatch.settings import Settings
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
        ({"body": " ", "subject": "", "files": []}, "/body"),
        ({"sender": {"name": "Olga", "phone": "abc"}}, "/sender/phone"),
        ({"sender": {"name": "Olga", "email": "abc"}}, "/sender/email"),
        ({"language": "xx"}, "/language"),
    ):
        answer = portal.post("/v1/inbound/portal", json=report(served) | wrong)
        assert answer.status_code == 422
        assert pointer in [each["pointer"] for each in answer.json()["errors"]]


def test_who_else_writes_in_a_case_has_a_ticket_of_their_own(
    served: Served, portal: TestClient, reception: Reception
) -> None:
    marta = {"name": "Marta Ruiz", "email": "marta@tenants.example"}
    pedro = {"name": "Pedro Soto", "phone": "+56 9 5555 0101"}

    def say(key: str, sender: dict[str, str], body: str) -> str:
        made = report(served, id=key, thread="CASE-77", sender=sender, body=body, files=[])
        return str(portal.post("/v1/inbound/portal", json=made).json()["ticket"])

    first = say("1", marta, "The lift is broken.")
    other = say("2", pedro, "I need it for my wheelchair.")
    assert other != first
    assert say("3", {"name": "Marta Ruiz"}, "It rattles.") == say("4", {}, "Please come.") != other
    assert say("5", pedro, "Any news?") == other
    assert say("6", marta, "Any news?") == first
    by_name = {each.id: each.name for each in reception.all(m.Contact)}
    tickets = {each.number: each for each in reception.all(m.Ticket)}
    said = {
        key: {by_name.get(each.said_by_id) for each in reception.messages(tickets[key].id)} for key in (first, other)
    }
    assert said == {first: {"Marta Ruiz"}, other: {"Pedro Soto"}}
    assert reception.facts(tickets[other].id)["reference"][-1] == first


def test_a_portal_reads_the_threads_that_are_its_own(served: Served, portal: TestClient, reception: Reception) -> None:
    first = portal.post("/v1/inbound/portal", json=report(served, files=[])).json()["ticket"]
    portal.post("/v1/inbound/portal", json=report(served, id="PT-9", thread="other", body="Elsewhere.", files=[]))
    ticket = next(each for each in reception.all(m.Ticket) if each.number == first)
    talk = reception.conversation(ticket.id)
    with served.client("call_taker") as desk:
        for channel, words in ((None, "We come at ten."), ("email", "Between us.")):
            said = {"body": words} | ({} if channel is None else {"channel": channel})
            assert desk.post(f"/v1/conversations/{talk.id}/reply", json=said).status_code == 201
        assert desk.get("/v1/inbound/portal/threads/case-77/messages").status_code == 403
    items = portal.get("/v1/inbound/portal/threads/case-77/messages").json()["items"]
    assert [(each["ticket"], each["direction"], each["body"]) for each in items] == [
        (first, "inbound", "It does not answer since this morning."),
        (first, "outbound", "We come at ten."),
    ]
    later = portal.get(f"/v1/inbound/portal/threads/case-77/messages?after={items[0]['id']}").json()["items"]
    assert later == items[1:]
    assert portal.get("/v1/inbound/portal/threads/nothing/messages").status_code == 404
    with served.client("administrator") as other:
        assert other.get("/v1/inbound/portal/threads/case-77/messages").status_code == 404


def _break(*_: object) -> None:
    raise KeyError


def test_a_place_that_is_none_is_told_and_the_corrected_report_is_taken(
    served: Served, portal: TestClient, reception: Reception
) -> None:
    files, kept = served.app.state.services.settings.data_dir / "attachments", reception.count(m.Inbound)
    for wrong, pointer, words in (
        ({"equipment_id": 999_999}, "/equipment_id", "no equipment 999999"),
        ({"equipment_id": None, "site_id": 999_998}, "/site_id", "no site 999998"),
        ({"site_id": served.world.south[m.Site]}, "/equipment_id", f"not at site {served.world.south[m.Site]}"),
    ):
        answer = portal.post("/v1/inbound/portal", json=report(served) | wrong)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:dispatch:invalid")
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == pointer
        assert words in fault["detail"]
        assert "name" in fault["detail"]
    assert (reception.count(m.Inbound), files.exists()) == (kept, False)
    right = portal.post("/v1/inbound/portal", json=report(served, site_id=served.world.north[m.Site]))
    assert (right.status_code, right.json()["status"]) == (201, "taken")


def test_an_id_that_was_used_for_something_else_is_told(
    served: Served, portal: TestClient, reception: Reception
) -> None:
    first = portal.post("/v1/inbound/portal", json=report(served)).json()
    there = reception.count(m.Message)
    others: tuple[dict[str, Any], ...] = (
        {"body": "The door is broken."},
        {"files": []},
        {"sender": {"name": "Olga"}},
    )
    for other in others:
        answer = portal.post("/v1/inbound/portal", json=report(served) | other)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:dispatch:id-reused")
        assert "'PT-77'" in answer.json()["detail"]
        assert "id of its own" in answer.json()["detail"]
    assert portal.post("/v1/inbound/portal", json=report(served)).json() == first
    assert reception.count(m.Message) == there


def test_what_could_not_be_taken_in_is_listed_and_tried_again(
    served: Served, portal: TestClient, reception: Reception, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level("CRITICAL")
    with monkeypatch.context() as broken:
        broken.setattr(keeping, "keep", _break)
        headers = {"Content-Type": "message/rfc822"}
        refused = portal.post("/v1/inbound/email", content=mail(Subject="Stuck").as_bytes(), headers=headers).json()
    assert refused["status"] == "refused"
    with served.client("scheduler") as desk:
        (shown,) = desk.get("/v1/inbound?status=refused").json()["items"]
        assert (shown["id"], shown["why"]) == (refused["inbound_id"], refused["why"])
        assert (shown["said"]["subject"], shown["said"]["sender"]["email"]) == ("Stuck", "ana@vecinos.example")
        again = desk.post(f"/v1/inbound/{shown['id']}/retry").json()
        assert (again["status"], again["ticket"][:2]) == ("taken", "T-")
        assert desk.get("/v1/inbound?status=refused").json()["items"] == []
        twice = desk.post(f"/v1/inbound/{shown['id']}/retry")
        assert (twice.status_code, twice.json()["type"]) == (409, "urn:dispatch:rule-broken")
    assert [each.entity_id for each in reception.all(m.AuditEntry) if each.entity == "inbound"] == [shown["id"]]


def test_a_report_that_was_refused_once_is_taken_when_it_comes_again(
    served: Served, portal: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level("CRITICAL")
    with monkeypatch.context() as broken:
        broken.setattr(keeping, "keep", _break)
        assert portal.post("/v1/inbound/portal", json=report(served)).json()["status"] == "refused"
    again = portal.post("/v1/inbound/portal", json=report(served, body="It does not answer at all.")).json()
    assert again["status"] == "taken"


def test_a_mail_as_it_came(served: Served, portal: TestClient, reception: Reception) -> None:
    made = mail("The lift is stuck")
    made.add_attachment(picture() + bytes(3_000_000), maintype="image", subtype="png", filename="large.png")
    kind = {"Content-Type": "message/rfc822"}
    answer = portal.post("/v1/inbound/email", content=made.as_bytes(), headers=kind)
    assert answer.status_code == 201, answer.text
    assert portal.post("/v1/inbound/email", content=made.as_bytes(), headers=kind).json() == answer.json()
    before = reception.count(m.Inbound)
    for none in (b"", b"The lift is stuck, come at once", b"\x8f\xfe\x00\x12" * 50):
        refused = portal.post("/v1/inbound/email", content=none, headers=kind)
        assert refused.status_code == 422
    assert "no e-mail" in refused.json()["detail"]
    assert reception.count(m.Inbound) == before
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


def test_bodies_may_be_as_large_as_the_page_says(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> None:
    page = Path(api.__path__[0], "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^  \| (`/.*?) \| ([\d.]+) \|", page, re.MULTILINE)
    said = {path: float(size) for paths, size in rows for path in re.findall(r"`(.*?)`", paths)}
    real = {f"{path}{{code}}" if path.endswith("/") else path: size for path, size in larger_bodies(Settings()).items()}
    assert {path: round(size * 1e6) for path, size in said.items()} == real
    assert f"at most {LARGEST_BODY // 1024**2} MiB" in page
    small = serve(uow, clock, {"data_dir": tmp_path / "small", "message_mb": 2})
    with small.client("integrator") as client:
        for path, kind in (("portal", "application/json"), ("email", "message/rfc822")):
            most = larger_bodies(Settings(message_mb=2))[f"/v1/inbound/{path}"]
            codes = [
                client.post(f"/v1/inbound/{path}", content=b" " * size, headers={"Content-Type": kind}).status_code
                for size in (most, most + 1)
            ]
            assert codes[0] != 413
            assert codes[1] == 413
        assert client.post("/v1/organisations", content=b" " * (LARGEST_BODY + 1)).status_code == 413
