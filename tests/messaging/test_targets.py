"""Webhooks reach nothing but the internet, whatever a name says, and whatever it says a moment later."""

import ipaddress
import socket
from collections.abc import Iterator, Sequence

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse

from dispatch.errors import Invalid, Unavailable
from dispatch.messaging.targets import Gate, is_public, resolve
from tests.messaging.serving import serving

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:a00:1::1", "2001:0:7f00:1::", "2001:db8::1", "100::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2a00:1450:4001::200e"])
def test_an_address_of_the_internet_is_taken(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example/hook", "ftp://portal.example/", "https://", "portal.example", "https://me:pw@portal.example/",
        "https://localhost/x", "https://db.internal/", "https://printer.local/", "https://intranet/", "https://10.0.0.1/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://portal.example/#x", "https://exa mple/", "https://2130706433/",
        "https://localhost./",
    ],
)  # fmt: skip
def test_what_cannot_be_a_target_is_refused_when_it_is_entered(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        Gate().refuse_target(url)
    assert caught.value.faults[0].pointer == "/url"


def test_a_host_that_an_operator_lists_may_be_private_and_in_clear() -> None:
    Gate(frozenset({"portal.intranet"})).refuse_target("http://portal.intranet:8080/hook")
    Gate().refuse_target("https://portal.example:8443/hook?of=us")


@pytest.mark.parametrize("answers", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_a_name_that_means_a_private_address_too_is_not_called(answers: Sequence[str]) -> None:
    gate = Gate(resolve=lambda _host, _port: answers)
    with pytest.raises(Unavailable, match="private address"):
        gate.post("https://portal.example/hook", b"{}", {})


def test_a_name_is_resolved_once_and_its_very_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, called = [], []

    def turning(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    def send(_self: httpx.Client, request: httpx.Request, **_: object) -> httpx.Response:
        called.append((request.url.host, request.headers["Host"], request.extensions["sni_hostname"]))
        return httpx.Response(204)

    monkeypatch.setattr(httpx.Client, "send", send)
    assert Gate(resolve=turning).post("https://portal.example:8443/hook", b"{}", {}) == 204
    assert (asked, called) == (["portal.example"], [(PUBLIC, "portal.example:8443", "portal.example")])


def test_names_that_the_system_knows_are_resolved_to_all_their_addresses() -> None:
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
    with pytest.raises(Unavailable, match="not found"):
        Gate(resolve=_unknown).post("https://portal.example/", b"", {})


def _unknown(_host: str, _port: int) -> Sequence[str]:
    raise socket.gaierror(-2, "Name or service not known")


@pytest.fixture(scope="module")
def inside() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what it was asked for."""
    app, seen = FastAPI(), []

    @app.post("/moved")
    async def moved(_: Request) -> RedirectResponse:
        seen.append("moved")
        return RedirectResponse("/secret", 307)

    @app.api_route("/secret", methods=["GET", "POST"])
    async def secret(_: Request) -> JSONResponse:
        seen.append("secret")
        return JSONResponse({})

    with serving(app) as url:
        yield url.replace("127.0.0.1", "localhost"), seen


def test_a_redirect_is_an_answer_and_is_not_followed(inside: tuple[str, list[str]]) -> None:
    url, seen = inside
    gate = Gate(frozenset({"localhost"}), resolve=lambda _host, _port: ["127.0.0.1"])
    assert gate.post(f"{url}/moved", b"{}", {}) == 307
    assert seen == ["moved"]


def test_without_being_listed_the_same_server_is_not_reached(inside: tuple[str, list[str]]) -> None:
    url, seen = inside
    before = list(seen)
    port = url.rpartition(":")[2]
    with pytest.raises(Unavailable, match="private address"):
        Gate(resolve=lambda _host, _port: ["127.0.0.1"]).post(f"https://portal.example:{port}/secret", b"", {})
    assert seen == before
