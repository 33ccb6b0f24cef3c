"""Malformed requests: each is told what is wrong, where, and what would be right."""

import json
from typing import Any, Final

import pytest

from tests.api.served import Served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

JSON: Final = {"Content-Type": "application/json"}
SITE: Final = {"name": "x", "street": "x", "house_number": "1", "city": "x", "country": "CL"}
MALFORMED: Final[list[tuple[str, str, Any, int, list[str]]]] = [
    # method, address, JSON body or bytes, status, pointers
    ("POST", "/v1/organisations", b"{", 400, [""]),
    ("POST", "/v1/organisations", b"\xff\xfe", 400, [""]),
    ("POST", "/v1/organisations", b"", 422, [""]),
    ("POST", "/v1/organisations", [], 422, [""]),
    ("POST", "/v1/organisations", "x", 422, [""]),
    ("POST", "/v1/organisations", {}, 422, ["/name", "/kind"]),
    ("POST", "/v1/organisations", {"name": 5, "kind": "owner"}, 422, ["/name"]),
    ("POST", "/v1/organisations", {"name": "", "kind": "owner"}, 422, ["/name"]),
    ("POST", "/v1/organisations", {"name": "  ", "kind": "owner"}, 422, ["/name"]),
    ("POST", "/v1/organisations", {"name": "x" * 201, "kind": "owner"}, 422, ["/name"]),
    ("POST", "/v1/organisations", {"name": "x", "kind": "friend"}, 422, ["/kind"]),
    ("POST", "/v1/organisations", {"name": "x", "kind": "owner", "id": 7}, 422, ["/id"]),
    ("POST", "/v1/organisations", {"name": "x", "kind": "owner", "email": "nobody"}, 422, ["/email"]),
    ("POST", "/v1/organisations", {"name": "a\u0000b", "kind": "owner"}, 422, [""]),
    ("POST", "/v1/organisations", b'{"name": "\\ud800", "kind": "owner"}', 422, [""]),
    ("POST", "/v1/sites", SITE | {"organisation_id": "1", "territory_id": 1}, 422, ["/organisation_id"]),
    ("POST", "/v1/sites", SITE | {"organisation_id": 1.5, "territory_id": 1}, 422, ["/organisation_id"]),
    ("POST", "/v1/sites", SITE | {"organisation_id": True, "territory_id": 1}, 422, ["/organisation_id"]),
    ("POST", "/v1/sites", SITE | {"organisation_id": 2**70, "territory_id": 1}, 422, ["/organisation_id"]),
    (
        "POST",
        "/v1/sites",
        SITE | {"organisation_id": 99, "territory_id": 98},
        422,
        ["/organisation_id", "/territory_id"],
    ),
    ("POST", "/v1/sites", SITE | {"organisation_id": 1, "territory_id": 1, "latitude": 91}, 422, ["/latitude"]),
    ("POST", "/v1/sites", SITE | {"organisation_id": 1, "territory_id": 1, "latitude": 1}, 422, ["/longitude"]),
    (
        "POST",
        "/v1/sites",
        SITE | {"organisation_id": 1, "territory_id": 1, "opening_hours": {"mon": [["9", "17:00"]], "xxx": []}},
        422,
        ["/opening_hours/xxx", "/opening_hours/mon/0"],
    ),
    (
        "POST",
        "/v1/sites",
        SITE | {"organisation_id": 1, "territory_id": 1, "contacts": [{"contact_id": 77, "role": "owner"}]},
        422,
        ["/contacts/0/contact_id"],
    ),
    (
        "POST",
        "/v1/contracts",
        {
            "organisation_id": 1,
            "name": "x",
            "starts_on": "2026-02-30",
            "hours": [{"weekday": 7, "opens": "8", "closes": "25:00"}],
        },
        422,
        ["/starts_on", "/hours/0/weekday", "/hours/0/opens", "/hours/0/closes"],
    ),
    (
        "POST",
        "/v1/contracts",
        {
            "organisation_id": 1,
            "name": "x",
            "starts_on": "2026-02-01",
            "ends_on": "2026-01-01",
            "hours": [
                {"weekday": 0, "opens": "08:00", "closes": "18:00"},
                {"weekday": 0, "opens": "17:00", "closes": "19:00"},
            ],
        },
        422,
        ["/ends_on", "/hours/1/opens"],
    ),
    (
        "POST",
        "/v1/shifts",
        {"technician_id": 1, "starts_at": "2026-05-01T08:00:00", "ends_at": 1777622400},
        422,
        ["/starts_at", "/ends_at"],
    ),
    (
        "POST",
        "/v1/shifts",
        {"technician_id": 1, "starts_at": "0001-01-01T00:00:00+14:00", "ends_at": "2026-05-01T08:00:00Z"},
        422,
        ["/starts_at"],
    ),
    (
        "POST",
        "/v1/shifts",
        {
            "technician_id": 1,
            "starts_at": "2026-05-01T08:00:00Z",
            "ends_at": "2026-05-01T07:00:00Z",
            "start_latitude": 1.0,
        },
        422,
        ["/ends_at", "/start_longitude"],
    ),
    (
        "POST",
        "/v1/shifts",
        {"technician_id": 1, "starts_at": "2026-03-02T13:00:00Z", "ends_at": "2026-03-02T14:00:00Z"},
        422,
        ["/starts_at"],
    ),
    (
        "POST",
        "/v1/visits",
        {
            "work_order_id": 1,
            "windows": [
                {"opens_at": "2026-05-01T08:00:00Z", "closes_at": "2026-05-01T10:00:00Z"},
                {"opens_at": "2026-05-01T10:00:00Z", "closes_at": "2026-05-01T09:00:00Z"},
            ],
        },
        422,
        ["/windows/1/closes_at", "/windows/1/opens_at"],
    ),
    ("POST", "/v1/visits", {"work_order_id": 1, "skills": [{"skill_id": 1}, {"skill_id": 1}]}, 422, ["/skills/1"]),
    ("POST", "/v1/work-types", {"code": "x", "name": "x", "duration_seconds": -1}, 422, ["/duration_seconds"]),
    ("POST", "/v1/work-types", {"code": "x", "name": "x", "duration_seconds": 600.0}, 422, ["/duration_seconds"]),
    (
        "POST",
        "/v1/territories",
        {"code": "x", "name": "x", "time_zone": "Mars/Base", "country": "CL", "currency": "ZZZ"},
        422,
        ["/time_zone", "/currency"],
    ),
    ("POST", "/v1/users", {"name": "x", "email": "a@b.c", "role": "king"}, 422, ["/role"]),
    ("POST", "/v1/users", {"name": "x", "email": "a@b.c", "role": "technician"}, 422, ["/technician_id"]),
    (
        "POST",
        "/v1/users",
        {"name": "x", "email": "a@b.c", "role": "integrator", "territories": [{"territory_id": 1}]},
        422,
        ["/territories"],
    ),
    (
        "POST",
        "/v1/users",
        {"name": "x", "email": "a@b.c", "role": "integrator", "password": "short"},
        422,
        ["/password"],
    ),
    ("POST", "/v1/users", {"name": "x", "email": "mate@EXAMPLE.com", "role": "integrator"}, 409, []),
    ("POST", "/v1/skills", {"code": "lift", "name": "again"}, 409, []),
    ("POST", "/v1/work-orders", {"work_type_id": 1, "site_id": 1, "summary": "x", "status": "done"}, 422, ["/status"]),
    (
        "POST",
        "/v1/work-orders",
        {"work_type_id": 1, "site_id": 1, "equipment_id": 2, "summary": "x"},
        422,
        ["/equipment_id"],
    ),
    ("POST", "/v1/stock-movements", {"part_id": 1, "quantity": 1, "kind": "receipt"}, 422, ["/kind"]),
    (
        "POST",
        "/v1/stock-movements",
        {"part_id": 1, "quantity": 500, "kind": "use", "from_technician_id": 1},
        409,
        [],
    ),
    ("GET", "/v1/sites?limit=0", None, 422, ["/limit"]),
    ("GET", "/v1/sites?limit=201", None, 422, ["/limit"]),
    ("GET", "/v1/sites?limit=ten", None, 422, ["/limit"]),
    ("GET", "/v1/sites?colour=red", None, 422, ["/colour"]),
    ("GET", "/v1/sites?order=name", None, 422, ["/order"]),
    ("GET", "/v1/sites?after=x", None, 422, ["/after"]),
    ("GET", "/v1/sites?after=WzEsMiwzXQ", None, 422, ["/after"]),
    ("GET", "/v1/sites?after=%F0%9F%92%A5", None, 422, ["/after"]),
    ("GET", "/v1/sites?q=a%00b", None, 422, [""]),
    ("GET", "/v1/sites/0", None, 422, ["/key"]),
    ("GET", "/v1/sites/one", None, 422, ["/key"]),
    ("GET", "/v1/sites/99999999999999999999", None, 422, ["/key"]),
    ("GET", "/v1/sites/999999", None, 404, []),
    ("GET", "/v1/site", None, 404, []),
    ("GET", "/v1/sites/", None, 404, []),
    ("PUT", "/v1/sites", None, 405, []),
    ("DELETE", "/v1/visits/1", None, 405, []),
    ("PATCH", "/v1/sites/1", {"name": "x"}, 428, []),
    ("DELETE", "/v1/sites/1", None, 428, []),
]


@pytest.fixture
def client_answers(served: Served, database_kind: str) -> list[tuple[int, dict[str, Any], str]]:
    """What each malformed request is answered with."""
    answers = []
    with served.client("administrator") as client:
        for method, address, body, _, _ in MALFORMED:
            content = (
                {"content": body}
                if isinstance(body, bytes)
                else {"content": json.dumps(body)}
                if body is not None
                else {}
            )
            answer = client.request(method, address, headers=JSON if content else {}, **content)
            answers.append((answer.status_code, answer.json(), answer.headers["content-type"]))
    return answers


def test_every_malformed_request_is_told_what_is_wrong_where(
    client_answers: list[tuple[int, dict[str, Any], str]],
) -> None:
    assert len(MALFORMED) >= 60
    for (method, address, body, status, pointers), (given, document, kind) in zip(
        MALFORMED, client_answers, strict=True
    ):
        case = f"{method} {address} {body!r}: {document}"
        assert given == status, case
        assert kind == "application/problem+json", case
        assert {"type", "title", "status", "detail", "instance"} <= document.keys(), case
        assert document["status"] == status, case
        assert [each["pointer"] for each in document.get("errors", [])] == pointers, case
        assert "Traceback" not in str(document), case
        assert document["detail"].endswith((".", "character 1", "upgrade")) or status == 400, case


INSTANTS: Final = {"technician_id": 1, "ends_at": "2026-05-01T08:00:00Z"}
SENTENCES: Final[list[tuple[str, str, Any, str]]] = [
    ("POST", "/v1/organisations", {"kind": "owner"}, "name: is missing; give it."),
    ("POST", "/v1/organisations", {"name": 5, "kind": "owner"}, "name: 5 is no text; write it in quotes."),
    (
        "POST",
        "/v1/organisations",
        {"name": "x", "kind": "friend"},
        "kind: 'friend' is not one of those allowed; give '",
    ),
    ("POST", "/v1/organisations", {"name": "x", "kind": "owner", "emial": "1"}, "did you mean email?"),
    (
        "POST",
        "/v1/organisations",
        {"name": "x", "kind": "owner", "qqqq": "1"},
        "is no field here; leave it out (known: ",
    ),
    ("PATCH", "/v1/organisations/1", {"nmae": "x"}, "did you mean name?"),
    (
        "POST",
        "/v1/sites",
        SITE | {"organisation_id": "1", "territory_id": 1},
        "'1' is no whole number; write it like 42, without quotes.",
    ),
    (
        "POST",
        "/v1/contracts",
        {"organisation_id": 1, "name": "x", "starts_on": "2026-02-01", "hours": [{"weekdy": 1}]},
        "did you mean weekday?",
    ),
    (
        "POST",
        "/v1/contracts",
        {"organisation_id": 1, "name": "x", "starts_on": "23-11-2026", "hours": []},
        "starts_on: '23-11-2026' is no date; write it like 2026-03-31.",
    ),
    (
        "POST",
        "/v1/shifts",
        INSTANTS | {"starts_at": "soon"},
        "'soon' is no instant; write it like 2026-03-31T08:00:00Z",
    ),
    (
        "POST",
        "/v1/shifts",
        INSTANTS | {"starts_at": "2026-05-01T08:00:00"},
        "does not say its offset from UTC; write it",
    ),
    ("GET", "/v1/sites/abc", None, "'abc' is no whole number; write it like 42."),
    ("GET", "/v1/sites?limt=5", None, "limt: is no field here; leave it out (known: "),
    ("GET", "/v1/sites?limt=5", None, "did you mean limit?"),
    ("GET", "/v1/sites?limit=0", None, "greater than or equal to 1, not '0'."),
]


@pytest.mark.parametrize(("method", "address", "body", "sentence"), SENTENCES)
def test_every_fault_says_what_would_be_right(
    served: Served, method: str, address: str, body: Any, sentence: str
) -> None:
    with served.client("administrator") as client:
        answer = client.request(method, address, json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert sentence in " ".join(fault["detail"] for fault in answer.json()["errors"])
