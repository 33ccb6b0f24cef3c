"""What every request passes: an id, a line in the log, safe headers, and a limit to its size."""

import json
import logging
import re
import secrets
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge
from api.problems import problem, unforeseen

_log = logging.getLogger("dispatch.access_log")
_errors = logging.getLogger("dispatch.http")
_ID: Final = re.compile(r"(?<=/)\d+(?=/|$)")
_LINK: Final = re.compile(r"(?<=^/a/)[^/]+|(?<=^/calendar/)[^/]+")
"""What a customer's or technician's link holds beside its folder: who reads it in a log could use it."""

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""Set unless a route sets them itself."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Gives each request an id, logs it without query and headers, and answers for what nobody foresaw."""

    app: ASGIApp
    is_https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = request_id = _request_id(scope)
        began, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, request_id, scope["path"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:  # noqa: BLE001  (the last resort: logged with its id, told without its insides)
            _errors.exception("request %s failed", request_id)
            if status == 0:
                await unforeseen(request_id)(scope, receive, watched)
        finally:
            _write_line(scope, request_id, status, time.perf_counter() - began)

    def _add_headers(self, message: Message, request_id: str, path: str) -> None:
        headers = MutableHeaders(scope=message)
        headers["X-Request-Id"] = request_id
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if not path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        if self.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Refuses requests whose body is larger than `limit` bytes, said or not.

    larger: more for some addresses; one that ends in a slash stands for all below it.
    """

    app: ASGIApp
    limit: int
    larger: Mapping[str, int] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdecimal() or int(said) > limit:
            await self._refusal(f"{said} bytes", limit)(scope, receive, send)
            return
        seen = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLarge(self._message(f"more than {limit} bytes", limit))
            return message

        await self.app(scope, counted, send)

    def _limit(self, path: str) -> int:
        below = f"{path.rpartition('/')[0]}/"
        return self.larger.get(path, self.larger.get(below, self.limit))

    def _message(self, size: str, limit: int) -> str:
        return f"The request's body has {size}; the limit is {limit}. Send less, or in several requests."

    def _refusal(self, size: str, limit: int) -> ASGIApp:
        return problem(413, "too-large", "The request is too large", self._message(size, limit))


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _write_line(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    # The address without its ids and query: what was asked for by name is not for the log.
    route = _ID.sub("{id}", _LINK.sub("{token}", scope["path"])) if scope.get("route") is not None else None
    line = {
        "request_id": request_id,
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "user_id": scope.get("user_id"),
    }
    _log.info(json.dumps(line))
