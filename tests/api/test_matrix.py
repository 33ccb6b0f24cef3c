"""The authorisation matrix: every route × every role × one's own id and somebody else's."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from db import models as m
from db.base import Base
from db.models import Role
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.settings import Settings
from tests.api.bodies import ACTS, BODIES
from tests.api.expectations import Expectation, expectations
from tests.api.served import PASSWORD, Served, TestClient, give_password
from tests.builders.world import TODAY, Side

NOUNS: dict[str, type[Base]] = {
    "tokens": m.AccessToken, "users": m.User, "devices": m.Device, "territories": m.Territory,
    "organisations": m.Organisation, "contacts": m.Contact, "sites": m.Site, "equipment": m.Equipment,
    "contracts": m.Contract, "tickets": m.Ticket, "conversations": m.Conversation, "messages": m.Message,
    "attachments": m.Attachment, "inbound": m.Inbound, "consents": m.Consent,
    "work-types": m.WorkType, "work-orders": m.WorkOrder, "visits": m.Visit, "appointments": m.Appointment,
    "slot-policies": m.SlotPolicy, "service-standards": m.ServiceStandard,
    "skills": m.Skill, "technicians": m.Technician, "shifts": m.Shift, "absences": m.Absence, "parts": m.Part,
    "van-stock": m.VanStock, "warehouses": m.Warehouse, "stock-movements": m.StockMovement, "promises": m.Promise,
    "planning-runs": m.PlanningRun, "proposals": m.Proposal, "plans": m.Plan, "lint": m.Territory,
    "links": m.CustomerLink, "calls": m.Call, "articles": m.Article, "merges": m.Merge, "reviews": m.MatchPair,
    "webhooks": m.WebhookEndpoint, "outbox": m.OutboxMessage, "jobs": m.Job, "audit": m.AuditEntry,
}  # fmt: skip
PERSONAL = (m.AccessToken, m.User, m.Device)


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Every method and address that the application describes."""
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield method.upper(), path


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_route_has_an_expectation_and_every_expectation_a_route(uow: UnitOfWork, clock: FixedClock) -> None:
    found = {(method, path) for method, path in routes(create_app(Settings(), uow, clock))}
    table = set(expectations())
    assert found - table == set(), "add these routes to tests/api/expectations.py"
    assert table - found == set(), "these routes are gone"


def own_and_other(served: Served, role: Role, kind: type[Base]) -> tuple[int, int]:
    """An id that is this viewer's, and one that is somebody else's."""
    world = served.world
    if kind in PERSONAL:
        owned = dict(zip(world.users, _personal(served, kind), strict=True))
        return owned[role.value], owned["other_scheduler"]
    own = world.north.rows.get(kind) or world.common[kind]
    shared = (m.Territory, m.Warehouse, m.Plan)
    stranger = world.mate if role is Role.TECHNICIAN and kind not in shared else world.south
    return own, stranger.rows.get(kind) or own


def _personal(served: Served, kind: type[Base]) -> list[int]:
    # One user after the other was made, each with one device and one token before the tests' own.
    return [index + 1 for index, _ in enumerate(served.world.users)]


# The rules of schedulers and technicians are queries of their own; the other roles' are the same on both databases.
CELLS = [("sqlite", role) for role in Role] + [
    pytest.param("postgresql", role, marks=pytest.mark.postgres) for role in (Role.SCHEDULER, Role.TECHNICIAN)
]


@pytest.mark.parametrize(("database_kind", "role"), CELLS, indirect=["database_kind"])
def test_matrix(served: Served, role: Role) -> None:
    give_password(served, role.value)
    with served.client(role.value) as client:
        wrong = [
            f"{role.value} {each.method} {each.path}: {said}"
            for each in expectations().values()
            for said in _differences(served, client, role, each)
        ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_is_not_signed_in_gets_nothing(served: Served) -> None:
    claimed = ("", "Bearer dispatch_wrong", "Basic YTpi")
    answers = {}
    with served.client() as client:
        for each in expectations().values():
            for who in claimed if each.kind != "open" else ():
                client.headers["Authorization"] = who
                answers[who, each.method, each.path] = _send(client, each, 1, {}).status_code
    assert {key: status for key, status in answers.items() if status != 401} == {}


def _differences(served: Served, client: TestClient, role: Role, each: Expectation) -> Iterator[str]:
    if each.kind in ("open", "mine"):
        return
    if each.kind == "find":
        expected = 200 if role in each.allowed else 403
        answer = client.get(each.path, params={"text": "doors"} if each.path.endswith("/search") else {})
        if answer.status_code != expected:
            yield f"gave {answer.status_code}, not {expected}: {answer.text[:300]}"
        return
    if each.kind == "list":
        yield from _list_differences(served, client, role, each)
        return
    kind = m.Territory if each.kind == "day" else NOUNS[each.noun]
    own, other = own_and_other(served, role, kind)
    world = served.world
    stranger = world.mate if role is Role.TECHNICIAN else world.south
    for whose, key, side, is_other in (("own", own, world.north, False), ("other", other, stranger, True)):
        if is_other and other == own and each.kind != "create":
            continue
        body = _body(served, each, role, side, is_other=is_other)
        expected = _expected(each, role, is_other=is_other)
        answer = _send(client, each, key, body)
        if answer.status_code != expected:
            yield f"{whose} gave {answer.status_code}, not {expected}: {answer.text[:300]}"


def _expected(each: Expectation, role: Role, *, is_other: bool) -> int:
    if role not in each.allowed:
        return 403
    return each.other if is_other and not each.allowed[role] else each.ok


def _body(served: Served, each: Expectation, role: Role, side: Side, *, is_other: bool) -> dict[str, Any]:
    if each.path.endswith("/password"):
        return {"password": "a new long password", "current": PASSWORD}
    if each.path.endswith("/moves"):
        return {"visit_id": side[m.Visit], "shift_id": None}
    if each.kind == "act" and (words := each.path.rpartition("/")[2]) in ACTS:
        return ACTS[words](side, served.world, role)
    if each.kind != "create":
        return {}
    users = served.world.users
    owner = Side("users", {m.User: users["other_scheduler"] if is_other else users[role.value]})
    return BODIES[each.noun](owner if each.noun in ("tokens", "devices") else side, served.world)


def _send(client: TestClient, each: Expectation, key: int, body: dict[str, Any]) -> Any:
    versioned = ("/publish", "/appointments/{key}/change", "/appointments/{key}/cancel")
    changes = each.method in ("PATCH", "DELETE") or each.path.endswith(versioned)
    headers = {"If-Match": '"999999"'} if changes else {}
    content: dict[str, Any] = {"json": body} if each.method in ("POST", "PUT", "PATCH") else {}
    if each.path == "/v1/inbound/email":
        content = {"content": f"From: {body.get('id', 'x')}@example.com\n\nStuck".encode()}
        headers["Content-Type"] = "message/rfc822"
    query = {"territory": key, "date": TODAY.isoformat()} if each.kind == "day" else {}
    return client.request(each.method, each.path.replace("{key}", str(key)), headers=headers, params=query, **content)


def _list_differences(served: Served, client: TestClient, role: Role, each: Expectation) -> Iterator[str]:
    answer = client.get(each.path, params={"limit": 200})
    if role not in each.allowed:
        if answer.status_code != 403:
            yield f"gave {answer.status_code}, not 403"
        return
    if answer.status_code != 200:
        yield f"gave {answer.status_code}, not 200: {answer.text[:300]}"
        return
    seen = {row["id"] for row in answer.json()["items"]}
    own, other = own_and_other(served, role, NOUNS[each.noun])
    if own not in seen:
        yield f"does not show {own}"
    if other != own and (other in seen) != each.allowed[role]:
        yield f"shows {other}" if other in seen else f"does not show {other}"
