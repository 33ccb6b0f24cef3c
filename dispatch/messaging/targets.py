"""Where webhooks may go: to public addresses alone, so that nobody reaches through us what is not theirs.

A name is resolved once, all its addresses are judged, and the connection is made to the very address that was: a name
that means another address a moment later (DNS rebinding) leads nowhere else. Redirects are not followed.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import httpx

from dispatch.errors import Fault, Invalid, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

TIMEOUT: Final = 10.0
MOST_TRIED: Final = 3
"""Addresses of one name that are tried, one after the other."""

_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All IPv6 addresses of the internet so far (RFC 4291)."""

_EXAMPLES: Final = ipaddress.IPv6Network("3fff::/20")
"""For documents (RFC 9637), which Python 3.11 does not know of."""

_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits (RFC 6052)."""

_INNER: Final = ("localhost", "local", "internal", "home.arpa", "lan", "intranet")


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, and so is every address that it stands for."""
    if address.is_multicast or address.is_unspecified or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    if address in _TRANSLATED:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _UNICAST and address not in _EXAMPLES and all(map(is_public, _inside(address)))


def _inside(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses to which tunnels would take what is sent there."""
    return (each for each in (address.sixtofour, *(address.teredo or ())) if each is not None)


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system knows them.

    Raises OSError.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]).partition("%")[0] for *_, where in found))


@dataclass(frozen=True)
class Gate:
    """Lets webhooks out. private: hosts that may have private addresses and go without https, as an operator said."""

    private: frozenset[str] = frozenset()
    resolve: Resolve = resolve
    timeout: float = TIMEOUT

    def refuse_target(self, url: str) -> None:
        """Nothing, where this may be a target by what is written in it; its name is resolved when something goes.

        Raises Invalid.
        """
        fault = self._fault(url)
        if fault is not None:
            raise Invalid(fault, (Fault("/url", fault),))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status with which the target answers; what else it says is not read.

        Raises Invalid for what is no target, Unavailable when it cannot be reached, or only at a private address.
        """
        self.refuse_target(url)
        target = httpx.URL(url)
        host = target.raw_host.decode("ascii")
        last: Exception | None = None
        with httpx.Client(timeout=self.timeout, trust_env=False, follow_redirects=False, verify=self._trust) as client:
            for address in self._addresses(host, target.port or (443 if target.scheme == "https" else 80)):
                try:
                    return self._send(client, target, address, body, headers)
                except httpx.HTTPError as error:
                    last = error
        msg = f"{host} does not answer ({type(last).__name__}); it is tried again."
        raise Unavailable(msg) from last

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Whom the system trusts; read once."""
        return ssl.create_default_context()

    def _send(
        self, client: httpx.Client, target: httpx.URL, address: str, body: bytes, headers: Mapping[str, str]
    ) -> int:
        """Sends to this very address; certificates and the Host header are still those of the name."""
        named = {**headers, "Host": target.netloc.decode("ascii")}
        extensions = {"sni_hostname": target.raw_host.decode("ascii")}
        request = client.build_request(
            "POST", target.copy_with(host=address), content=body, headers=named, extensions=extensions
        )
        # Streamed: an answer without end is never waited for.
        answer = client.send(request, stream=True)
        answer.close()
        return answer.status_code

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self.resolve(host, port)
        except OSError as error:
            msg = f"{host} is not found ({error}); it is tried again."
            raise Unavailable(msg) from error
        if host.casefold() not in self.private:
            for each in found:
                if not is_public(ipaddress.ip_address(each)):
                    msg = f"{host} has the private address {each}; list it in DISPATCH_WEBHOOK_PRIVATE_HOSTS if it may."
                    raise Unavailable(msg)
        return found[:MOST_TRIED]

    def _fault(self, url: str) -> str | None:
        try:
            target = httpx.URL(url)
            host = target.raw_host.decode("ascii").casefold().rstrip(".")
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return "The url is none; write it like https://example.com/hooks"
        if not host or target.scheme not in ("http", "https") or target.userinfo or target.fragment:
            return "The url must be https, with a host, and without a user, password or fragment."
        if host in self.private:
            return None
        if target.scheme != "https":
            return f"The url must be https; {host} would be told everything in clear."
        if _is_inner(host):
            return f"{host} is no host of the internet; list it in DISPATCH_WEBHOOK_PRIVATE_HOSTS if it may be called."
        return None


def _is_inner(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return "." not in host or any(host == each or host.endswith(f".{each}") for each in _INNER)
