"""Versions, retries and pages as clients meet them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from db.models import AccessToken, Site
from dispatch.access import Viewer
from dispatch.access.secrets import digest
from tests.api.served import Served


def test_an_edit_needs_the_tag_of_the_present_state(served: Served) -> None:
    with served.client("scheduler") as client:
        path = f"/v1/sites/{served.world.north[Site]}"
        tag = client.get(path).headers["etag"]
        assert tag == '"1"'
        edited = client.patch(path, json={"name": "y"}, headers={"If-Match": tag})
        assert (edited.status_code, edited.headers["etag"], edited.json()["version"]) == (200, '"2"', 2)
        stale = client.patch(path, json={"name": "z"}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["type"]) == (412, "urn:dispatch:stale-version")
        for wrong in ("*", "1", '"1", "2"', '""', 'W/"'):
            assert client.patch(path, json={"name": "z"}, headers={"If-Match": wrong}).status_code == 422, wrong
        assert client.patch(path, json={"name": "z"}, headers={"If-Match": 'W/"2"'}).status_code == 200
        assert client.get(path).json()["name"] == "z"


def test_an_edit_clears_with_null_and_leaves_what_is_absent(served: Served) -> None:
    with served.client("scheduler") as client:
        path = f"/v1/sites/{served.world.north[Site]}"
        client.patch(path, json={"latitude": -29.9, "longitude": -71.2}, headers={"If-Match": '"1"'})
        cleared = client.patch(path, json={"latitude": None, "longitude": None}, headers={"If-Match": '"2"'}).json()
        assert cleared["latitude"] is None
        assert cleared["street"] == "Balmaceda"
        assert cleared["has_access_notes"]
        refused = client.patch(path, json={"name": None}, headers={"If-Match": '"3"'})
        assert refused.status_code == 422


def test_a_retry_gets_the_first_answer(served: Served) -> None:
    body, headers = {"name": "x", "kind": "owner"}, {"Idempotency-Key": "k-1"}
    with served.client("scheduler") as client:
        first = client.post("/v1/organisations", json=body, headers=headers)
        again = client.post("/v1/organisations", json=body, headers=headers)
        other = client.post("/v1/organisations", json=body | {"name": "y"}, headers=headers)
        free = client.post("/v1/organisations", json=body)
        assert (first.status_code, again.status_code, other.status_code, free.status_code) == (201, 201, 422, 201)
        assert again.content == first.content
        assert again.headers["location"] == first.headers["location"]
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        assert other.json()["type"] == "urn:dispatch:key-reused"
        assert free.json()["id"] != first.json()["id"]
        for key in ("", "x" * 201):
            answer = client.post("/v1/organisations", json=body, headers={"Idempotency-Key": key})
            assert answer.status_code == 422
    with served.client("call_taker") as client:
        theirs = client.post("/v1/organisations", json=body, headers=headers)
        assert theirs.json()["id"] != first.json()["id"], "a key is its user's own"


def test_a_failure_may_be_repeated_with_the_same_key(served: Served) -> None:
    headers = {"Idempotency-Key": "k-2"}
    with served.client("administrator") as client:
        body = {"code": "lift", "name": "x"}
        assert client.post("/v1/skills", json=body, headers=headers).status_code == 409
        assert client.post("/v1/skills", json=body, headers=headers).status_code == 409
        assert client.post("/v1/skills", json=body | {"code": "boiler"}, headers=headers).status_code == 201


def test_twenty_retries_at_once_make_one_record(served: Served) -> None:
    body, headers = {"name": "only once", "kind": "owner"}, {"Idempotency-Key": "k-3"}
    with served.client("scheduler") as client:
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: client.post("/v1/organisations", json=body, headers=headers), range(20)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert len(client.get("/v1/organisations", params={"q": "only once"}).json()["items"]) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_pages_link_to_the_next(served: Served) -> None:
    with served.client("administrator") as client:
        for number in range(5):
            client.post("/v1/skills", json={"code": f"num{number}", "name": "x"})
        seen: list[str] = []
        address: str | None = "/v1/skills?limit=2&q=num&order=-updated_at"
        while address is not None:
            answer = client.get(address)
            page = answer.json()
            seen += [row["code"] for row in page["items"]]
            address = page["next"]
            assert (f'<{address}>; rel="next"' == answer.headers.get("link")) == (address is not None)
            if len(seen) == 2:
                client.post("/v1/skills", json={"code": "num-late", "name": "x"})
        assert seen == ["num4", "num3", "num2", "num1", "num0"]
        cursor = client.get("/v1/skills?limit=2").json()["next"]
        assert client.get(f"{cursor}&order=-id").status_code == 422, "a cursor belongs to its order"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_reading_takes_no_write_lock(served: Served) -> None:
    with served.client("scheduler") as client:
        client.get("/v1/me")
    with served.uow.engine.connect() as writer:
        # The token's last use was written down just now; otherwise that would be tried, and given up.
        writer.exec_driver_sql("UPDATE skill SET name = 'being written'")
        with served.client("scheduler") as client:
            assert client.get("/v1/skills").status_code == 200
        writer.rollback()


def test_a_hundred_at_once_all_get_through(served: Served) -> None:
    def ask(number: int) -> int:
        headers = {"Idempotency-Key": f"n{number}"}
        body = {"name": f"n{number}", "kind": "owner"}
        return int(client.post("/v1/organisations", json=body, headers=headers).status_code)

    with served.client("scheduler") as client, ThreadPoolExecutor(100) as pool:
        assert list(pool.map(ask, range(100))) == [201] * 100
        numbers = [row["number"] for row in client.get("/v1/organisations?q=n&limit=200").json()["items"]]
    assert len(numbers) == len(set(numbers))


def test_the_last_use_of_a_token_is_written_down_now_and_then(served: Served) -> None:
    def last_use() -> datetime | None:
        with served.uow(viewer=Viewer.system(), read_only=True) as session:
            token = served.tokens["scheduler"]
            return session.scalars(
                select(AccessToken.last_used_at).where(AccessToken.token_sha256 == digest(token))
            ).one()

    began = served.clock.now()
    with served.client("scheduler") as client:
        uses = []
        for minutes in (0, 4, 5, 6):
            served.clock.instant = began + timedelta(minutes=minutes)
            assert client.get("/v1/me").status_code == 200
            uses.append(last_use())
    assert uses == [began, began, began + timedelta(minutes=5), began + timedelta(minutes=5)]
