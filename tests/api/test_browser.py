"""A browser signs in: the cookie's flags, the token that forms carry, and who may send them."""

from http.cookies import Morsel, SimpleCookie
from typing import Final

import pytest

from db.session import UnitOfWork
from dispatch.access.throttle import LIMITS
from dispatch.clock import FixedClock
from tests.api.served import PASSWORD, Served, TestClient, give_password, serve

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

NEW: Final = {"code": "x", "name": "x"}
HTTPS: Final = {"public_url": "https://dispatch.example.com"}


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> Morsel[str]:
    """The cookie that signing in sets."""
    answer = client.post("/v1/sign-in", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return cookie


def test_the_cookie_is_kept_from_scripts_and_other_sites(served: Served) -> None:
    email = give_password(served, "administrator")
    with served.client() as client:
        cookie = sign_in(client, email)
    assert cookie.key == "dispatch_sign_in"
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert not cookie["secure"], "without https a browser would not send it back"
    assert len(cookie.value) >= 43


def test_by_https_the_cookie_is_kept_to_https_and_to_this_host(uow: UnitOfWork, clock: FixedClock) -> None:
    served = serve(uow, clock, HTTPS)
    email = give_password(served, "administrator")
    with served.client(base_url="https://dispatch.example.com") as client:
        cookie = sign_in(client, email)
        assert cookie.key == "__Host-dispatch_sign_in"
        assert cookie["secure"]
        assert client.get("/v1/me").status_code == 200


def test_what_changes_something_needs_the_token_of_this_sign_in(served: Served) -> None:
    email, other = give_password(served, "administrator"), give_password(served, "scheduler")
    with served.client() as client, served.client() as stranger:
        sign_in(client, email)
        sign_in(stranger, other)
        token = client.get("/v1/me").json()["csrf_token"]
        wrong = stranger.get("/v1/me").json()["csrf_token"]
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": wrong}, {"X-CSRF-Token": token[:-1]}):
            answer = client.post("/v1/skills", json=NEW, headers=headers)
            assert answer.status_code == 403, headers
            assert "load the page again" in answer.json()["detail"]
        for method, path in (("PATCH", "/v1/skills/1"), ("DELETE", "/v1/skills/1"), ("PUT", "/v1/users/1/password")):
            assert client.request(method, path, headers={"If-Match": '"1"'}).status_code == 403
        assert client.post("/v1/skills", json=NEW, headers={"X-CSRF-Token": token}).status_code == 201


def test_forms_carry_the_token_in_a_field(served: Served) -> None:
    email = give_password(served, "administrator")
    with served.client() as client:
        sign_in(client, email)
        token = client.get("/v1/me").json()["csrf_token"]
        assert client.post("/v1/skills", data={"csrf_token": "x"}).status_code == 403
        assert client.post("/v1/skills", data={"csrf_token": token}).status_code == 415, "let in, but not JSON"


ORIGINS: Final[list[tuple[dict[str, str], int]]] = [
    ({"Origin": "http://testserver"}, 412),
    ({"Origin": "http://evil.example.com"}, 403),
    ({"Origin": "http://testserver.evil.example.com"}, 403),
    ({"Origin": "null"}, 403),
    ({"Referer": "http://evil.example.com/testserver"}, 403),
    ({"Referer": "http://testserver/page"}, 412),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 412),
    ({}, 412),
]
"""Headers of an edit, and its answer; 412 is an edit that got so far as to be compared."""


def test_only_our_own_pages_may_act_for_a_browser(served: Served) -> None:
    email = give_password(served, "administrator")
    with served.client() as client:
        sign_in(client, email)
        ours = {"X-CSRF-Token": client.get("/v1/me").json()["csrf_token"], "If-Match": '"99"'}
        for headers, status in ORIGINS:
            answer = client.patch("/v1/skills/1", json={}, headers=ours | headers)
            assert answer.status_code == status, headers


def test_nobody_is_signed_in_from_another_site(served: Served) -> None:
    email = give_password(served, "administrator")
    with served.client() as client:
        answer = client.post(
            "/v1/sign-in", json={"email": email, "password": PASSWORD}, headers={"Origin": "http://evil.example.com"}
        )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_token_needs_no_form_token(served: Served) -> None:
    with served.client("administrator") as client:
        assert client.get("/v1/me").json()["csrf_token"] is None
        answer = client.post("/v1/skills", json=NEW, headers={"Origin": "http://elsewhere.example.com"})
        assert answer.status_code == 201


def test_signing_in_again_changes_the_secret_and_signing_out_ends_it(served: Served) -> None:
    email = give_password(served, "scheduler")
    with served.client() as client:
        first = sign_in(client, email).value
        second = sign_in(client, email).value
        assert first != second
        with served.client(cookies={"dispatch_sign_in": first}) as old:
            assert old.get("/v1/me").status_code == 401
        token = client.get("/v1/me").json()["csrf_token"]
        answer = client.post("/v1/sign-out", headers={"X-CSRF-Token": token})
        assert answer.status_code == 204
        assert 'dispatch_sign_in=""' in answer.headers["set-cookie"]
        with served.client(cookies={"dispatch_sign_in": second}) as old:
            assert old.get("/v1/me").status_code == 401


def test_guessing_is_answered_with_how_long_to_wait(served: Served) -> None:
    email = give_password(served, "scheduler")
    with served.client() as client:
        for _ in range(LIMITS["pair"]):
            answer = client.post("/v1/sign-in", json={"email": email, "password": "wrong"})
            assert answer.status_code == 401
        answer = client.post("/v1/sign-in", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:dispatch:too-many-attempts"
    assert answer.headers["retry-after"] == "901"


def test_a_token_makes_no_tokens_but_a_sign_in_does(served: Served) -> None:
    email = give_password(served, "scheduler")
    with served.client("scheduler") as client:
        assert client.post("/v1/tokens", json={"name": "x"}).status_code == 403
    with served.client() as client:
        sign_in(client, email)
        token = client.get("/v1/me").json()["csrf_token"]
        made = client.post("/v1/tokens", json={"name": "x", "days": 1}, headers={"X-CSRF-Token": token})
        assert made.status_code == 201
    with served.client() as client:
        client.headers["Authorization"] = f"Bearer {made.json()['token']}"
        assert client.get("/v1/me").json()["name"] == "scheduler"
        assert client.delete(f"/v1/tokens/{made.json()['id']}").status_code == 204
        assert client.get("/v1/me").status_code == 401


def test_secrets_are_never_kept_for_retries(served: Served) -> None:
    with served.client("administrator") as client:
        body = {"name": "x"}
        first, second = (client.post("/v1/tokens", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json()["token"] != second.json()["token"]


def test_no_password_hash_or_secret_leaves(served: Served) -> None:
    give_password(served, "scheduler")
    with served.client("administrator") as client:
        pages = [client.get(path).text for path in ("/v1/users", "/v1/tokens", "/v1/sites", "/v1/audit", "/v1/devices")]
    for page in pages:
        assert "$argon2" not in page
        assert "sha256" not in page
        assert "code north" not in page
