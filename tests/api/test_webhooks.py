"""Endpoints of other systems over HTTP: the secret is told once, and private addresses are refused."""

import pytest

from tests.api.served import Served


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_endpoint_is_made_with_a_secret_that_is_told_once(served: Served) -> None:
    body = {"url": "https://portal.example/hooks", "topics": ["appointment.confirmed"]}
    with served.client("administrator") as client:
        made = client.post("/v1/webhooks", json=body, headers={"Idempotency-Key": "w-1"})
        assert (made.status_code, made.json()["secret"][:6], made.json()["failing_since"]) == (201, "whsec_", None)
        path = made.headers["location"]
        shown = client.get(path)
        assert "secret" not in shown.json()
        assert made.json()["secret"] not in client.get("/v1/webhooks").text + client.get("/v1/audit").text
        fresh = client.post(f"{path}/rotate").json()
        assert fresh["secret"] not in ("", made.json()["secret"])
        assert fresh["previous_until"] is not None
        tested = client.post(f"{path}/test")
        assert (tested.status_code, tested.json()["id"][:4]) == (202, "msg_")
        assert client.get("/v1/outbox?topic=webhook.send").json()["items"][0]["attempts"] == 0
        for url in ("https://10.0.0.1/x", "http://portal.example/x", "https://localhost/x", "https://[fd00::1]/x"):
            refused = client.post("/v1/webhooks", json={"url": url})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/url"), url
            tag = client.get(path).headers["etag"]
            assert client.patch(path, json={"url": url}, headers={"If-Match": tag}).status_code == 422, url
        assert client.post("/v1/webhooks", json=body | {"topics": ["all"]}).status_code == 422
        described = client.get("/v1/openapi.json").json()["webhooks"]
        assert {"appointment.confirmed", "work_order.status", "visit.status", "webhook.test"} <= described.keys()
