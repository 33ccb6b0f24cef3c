"""How requests are answered whatever they are about: failures, headers, sizes, ids, the log."""

import json
import logging
import re
from typing import Any, Final

import pytest
from fastapi import FastAPI

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.api.served import Served, serve

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

JSON: Final = {"Content-Type": "application/json"}
SITE: Final = {"name": "x", "street": "x", "house_number": "1", "city": "x", "country": "CL"}
OPEN = ("/health", "/ready", "/v1/sign-in", "/v1/inbound/text", "/v1/inbound/chat")
"""Routes without a sign-in; what comes to the last two is signed by its gateway."""


def test_secrets_are_not_told_back(served: Served) -> None:
    with served.client("administrator") as client:
        answer = client.post("/v1/sign-in", json={"email": "ana@example.com", "password": "hunter2" * 40})
        assert answer.status_code == 422
        assert "hunter2" not in answer.text


def test_other_types_are_not_read(served: Served) -> None:
    with served.client("administrator") as client:
        for kind in ("text/plain", "application/xml", ""):
            answer = client.post("/v1/skills", content=b"{}", headers={"Content-Type": kind})
            assert answer.status_code == 415, kind
        answer = client.post("/v1/skills", data={"code": "x", "name": "x"})
        assert answer.status_code == 415
        assert "send JSON with Content-Type: application/json." in answer.json()["detail"]


def test_allow_names_all_methods_of_an_address(served: Served) -> None:
    with served.client("administrator") as client:
        assert client.put("/v1/sites").headers["allow"] == "GET, POST"
        assert client.put("/v1/sites/1").headers["allow"] == "DELETE, GET, PATCH"


def test_large_bodies_are_refused_said_or_not(uow: UnitOfWork, clock: FixedClock) -> None:
    served = serve(uow, clock, largest_body=1000)
    with served.client("administrator") as client:
        body = json.dumps({"code": "x", "name": "x" * 2000}).encode()
        said = client.post("/v1/skills", content=body, headers=JSON)
        unsaid = client.post("/v1/skills", content=iter([body[:900], body[900:]]), headers=JSON)
        wrong = client.post("/v1/skills", content=b"{}", headers=JSON | {"Content-Length": "many"})
    for answer in (said, unsaid, wrong):
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:dispatch:too-large"
        assert "1000" in answer.json()["detail"]


def test_every_answer_carries_safe_headers(served: Served) -> None:
    with served.client() as client:
        for path in ("/health", "/v1/sites", "/nowhere", "/v1/openapi.json"):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in headers


def test_https_is_kept_to(uow: UnitOfWork, clock: FixedClock) -> None:
    served = serve(uow, clock, {"public_url": "https://dispatch.example.com"})
    with served.client() as client:
        assert "max-age" in client.get("/health").headers["strict-transport-security"]


def test_a_request_id_is_taken_or_made(served: Served) -> None:
    with served.client() as client:
        assert client.get("/health", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
        made = client.get("/v1/me", headers={"X-Request-Id": "no good\x7f"})
        assert len(made.headers["x-request-id"]) == 16
        assert made.json()["instance"].endswith(made.headers["x-request-id"])


def test_the_log_has_a_line_without_secrets(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "dispatch.access_log"), served.client("scheduler") as client:
        client.get("/v1/sites/1", params={"secret": "1"}, headers={"X-Request-Id": "r1"})
        client.post("/v1/sign-in", json={"email": "x@example.com", "password": "hunter2"})
    lines = [record.message for record in caplog.records if record.name == "dispatch.access_log"]
    first = json.loads(lines[0])
    assert first == {
        "request_id": "r1",
        "method": "GET",
        "route": "/v1/sites/{id}",
        "status": 200,
        "ms": first["ms"],
        "user_id": served.world.users["scheduler"],
    }
    everything = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("dispatch"))
    for secret in ("secret=1", "hunter2", served.tokens["scheduler"]):
        assert secret not in everything


def test_what_nobody_foresaw_is_told_without_its_insides(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    _break(served.app)
    with served.client() as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    assert "hidden" not in answer.text
    assert "the hidden reason" in caplog.text


def _break(app: FastAPI) -> None:
    @app.get("/broken", include_in_schema=False)
    def broken() -> None:
        msg = "the hidden reason"
        raise ZeroDivisionError(msg)


def test_health_and_readiness(served: Served) -> None:
    with served.client() as client:
        assert client.get("/health").json() == {"status": "alive"}
        assert client.get("/ready").json() == {"status": "ready"}
        with served.uow.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
        answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:dispatch:not-ready"
    assert "dispatch db upgrade" in answer.json()["detail"]


def test_the_description_is_whole_and_names_no_other_host(served: Served) -> None:
    with served.client() as client:
        document = client.get("/v1/openapi.json").json()
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert client.get(path).status_code == 404
    names = [each["operationId"] for operations in document["paths"].values() for each in operations.values()]
    assert len(names) == len(set(names))
    assert "http://" not in json.dumps(document).replace("http://127.0.0.1", "")
    hosts = set(re.findall(r"https?://([^/\"\\]+)", json.dumps(document)))
    assert hosts <= {"127.0.0.1:8000", "portal.example"}  # where it is served by default, and a host that nobody has
    assert set(document["components"]["securitySchemes"]) == {"token", "sign-in"}
    for path, operations in document["paths"].items():
        for method, each in operations.items():
            assert each["summary"], (method, path)
            assert each.get("security") or path in OPEN, (method, path)
            for code, answer in each["responses"].items():
                if int(code) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, code)
    for name, schema in document["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            if name.endswith("Out"):
                assert said.get("description"), (name, field)
    _resolve(document, document)


def _resolve(document: dict[str, Any], node: Any) -> None:
    """Every reference leads somewhere."""
    if isinstance(node, dict):
        if "$ref" in node:
            at: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
        for inner in node.values():
            _resolve(document, inner)
    elif isinstance(node, list):
        for inner in node:
            _resolve(document, inner)
