"""Errors as problem documents (RFC 9457). The one place that knows which error is which status code."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import BodyTooLarge, PreconditionMissing, UnsupportedType
from api.schemas.at_stake import told
from api.sentences import known_fields, sentence
from db.errors import DatabaseBusy, DatabaseUnavailable, IntegrityError, StaleDataError
from dispatch.access.errors import NotSignedIn, TooManyAttempts
from dispatch.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound, RuleBroken, StaleVersion, Unavailable
from dispatch.promises.at_stake import PromisesAtStake
from dispatch.records.errors import IdReused, KeyReused

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger("dispatch.http")

CHANGED: Final = "It is no longer as you saw it"
"""The title of what came too late, whoever was earlier: it may have been the same person."""

# The first that fits counts: subclasses before their bases.
_STATUS: Final[tuple[tuple[type[Exception], int, str, str], ...]] = (
    (NotSignedIn, 401, "not-signed-in", "Nobody is signed in"),
    (Forbidden, 403, "forbidden", "This is not for you"),
    (NotFound, 404, "not-found", "There is no such thing"),
    (StaleVersion, 412, "stale-version", CHANGED),
    (KeyReused, 422, "key-reused", "The Idempotency-Key belongs to another request"),
    (IdReused, 409, "id-reused", "The id belongs to another message"),
    (Conflict, 409, "conflict", CHANGED),
    (PromisesAtStake, 409, "promises-at-stake", "It would break promises"),
    (RuleBroken, 409, "rule-broken", "The rules of the business forbid it"),
    (BodyTooLarge, 413, "too-large", "The request is too large"),
    (UnsupportedType, 415, "unsupported-type", "The request is of a type we do not read"),
    (Invalid, 422, "invalid", "The request is malformed"),
    (PreconditionMissing, 428, "precondition-missing", "The edit does not say which version it is made against"),
    (TooManyAttempts, 429, "too-many-attempts", "Too many attempts"),
    (Unavailable, 503, "unavailable", "Something outside is away"),
    (DatabaseBusy, 503, "busy", "The database is busy"),
    (DatabaseUnavailable, 503, "database-unavailable", "The database is away"),
)
_HTTP: Final = {
    400: ("bad-request", "The request cannot be read", "Send what the reference describes."),
    404: ("not-found", "There is no such thing", "There is nothing at this address; look at the list of routes."),
    405: ("method-not-allowed", "The method is not for this address", "Use one of the methods that Allow names."),
    413: ("too-large", "The request is too large", "Send less."),
    415: ("unsupported-type", "The request is of a type we do not read", "Send application/json."),
}
SLOT_TAKEN: Final = "slot-taken"
"""Of an arrival window that nobody can keep any more; fresh offers come with it."""

KINDS: Final = frozenset({kind for _, _, kind, _ in _STATUS} | {kind for kind, _, _ in _HTTP.values()} | {SLOT_TAKEN})
"""What programs tell problems apart by; `internal` and a server that is not ready come on top."""

_SECRET_WORDS: Final = ("password", "current", "token", "secret", "access_notes")

_SEND_JSON: Final = "send JSON with Content-Type: application/json."

Fault = dict[str, Any]


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    request: Request | None = None,
    errors: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """A problem document. `kind` is what programs tell problems apart by; more: members of this kind of problem."""
    body: dict[str, Any] = {"type": f"urn:dispatch:{kind}", "title": title, "status": status, "detail": detail}
    if request is not None:
        body["instance"] = f"urn:dispatch:request:{request.scope.get('request_id', '-')}"
    faults = list(errors)
    if faults:
        body["errors"] = faults
    body |= more or {}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def status_and_title(error: Exception) -> tuple[int, str]:
    """The status and the title that a page tells one of our errors with."""
    return next((status, title) for of, status, _, title in _STATUS if isinstance(error, of))


def install(app: FastAPI) -> None:
    """Makes the app answer every error with a problem document."""
    for error, answer in ANSWERS.items():
        app.add_exception_handler(error, answer)


def unforeseen(request_id: str) -> JSONResponse:
    """What is told when something broke that nobody foresaw: an id to find it by, and nothing else."""
    detail = f"Something broke on our side. Tell your administrator the request id {request_id}; the log has the rest."
    answer = problem(500, "internal", "Something broke on our side", detail)
    answer.headers["X-Request-Id"] = request_id
    return answer


def _ours(request: Request, error: Exception) -> Response:
    status, kind, title = next((status, kind, title) for of, status, kind, title in _STATUS if isinstance(error, of))
    detail, headers, faults = str(error), {}, []
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        faults = [{"pointer": fault.pointer, "detail": fault.message} for fault in error.faults]
    if isinstance(error, PromisesAtStake):
        more["promises_at_stake"] = [told(each) for each in error.promises]
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="dispatch"'
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, DatabaseBusy | DatabaseUnavailable):
        # The driver's words may name the server or the statement: they are for the log.
        _log.warning("database: %s", error, extra={"request_id": request.scope.get("request_id")})
        detail, headers["Retry-After"] = "The database is busy or away at the moment; try again in a second.", "1"
    return problem(status, kind, title, detail, request=request, errors=faults, headers=headers, more=more)


def _stale(request: Request, error: Exception) -> Response:
    detail = "The record was changed by somebody else just now; read it again and repeat the edit."
    return problem(412, "stale-version", CHANGED, detail, request=request)


def _refused_by_table(request: Request, error: Exception) -> Response:
    _log.info("constraint: %s", error, extra={"request_id": request.scope.get("request_id")})
    detail = (
        "The database refused this: a value is taken, is referred to, or does not fit the others. Somebody else may "
        "have changed something meanwhile; read it again, and repeat."
    )
    return problem(409, "conflict", CHANGED, detail, request=request)


def _refused_by_framework(request: Request, error: Exception) -> Response:
    """What is told when the framework itself refused a request, such as for its address or method."""
    if not isinstance(error, HTTPException):
        raise error
    kind, title, remedy = _HTTP.get(error.status_code, ("http", "The request failed", str(error.detail)))
    detail = f"{request.method} {request.url.path}: {remedy}"
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request)) or headers.get("Allow", "")
    return problem(error.status_code, kind, title, detail, request=request, headers=headers)


def _methods(request: Request) -> list[str]:
    """All methods of an address; the router knows only those of the first route that it found there."""
    app: FastAPI = request.app
    found = set()
    for path, operations in app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)), request.url.path):
            found |= {method.upper() for method in operations}
    return sorted(found)


def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if _is_unread(request, error):
        kind = request.headers.get("content-type", "")[:60] or "unknown"
        return _ours(request, UnsupportedType(f"The body is of type {kind}; {_SEND_JSON}"))
    faults = [_fault(each, _known(request, each["loc"])) for each in error.errors()]
    if any(each["type"] == "json_invalid" for each in error.errors()):
        detail = f"The body is not JSON: {faults[0]['detail']}"
        return problem(400, "bad-request", "The request cannot be read", detail, request=request, errors=faults)
    detail = f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in the request; see errors."
    return problem(422, "invalid", "The request is malformed", detail, request=request, errors=faults)


def _is_unread(request: Request, error: RequestValidationError) -> bool:
    """Whether a body was left unread, as its type is not JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    return not is_json and any(each["loc"] == ("body",) and each["type"] != "missing" for each in error.errors())


def _known(request: Request, loc: tuple[Any, ...]) -> set[str]:
    route = request.scope.get("route")
    return known_fields(route.dependant, loc) if isinstance(route, APIRoute) else set()


def _fault(said: Mapping[str, Any], known: Iterable[str]) -> Fault:
    where, *path = said["loc"]
    if said["type"] == "json_invalid":
        return {"in": "body", "pointer": "", "detail": f"{said['ctx']['error']} at character {path[0]}"}
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    name = str(path[-1]) if path else str(where)

    def show(value: object) -> str | None:
        return _short(value) if isinstance(value, str | int | float | bool) and not _is_secret(path) else None

    told = sentence(said, known, show)
    return {
        "in": str(where),
        "pointer": pointer,
        "detail": f"{name}: {told.removesuffix('.')}{'' if told.endswith('?') else '.'}",
    }


def _is_secret(path: Iterable[object]) -> bool:
    return any(word in str(part).lower() for part in path for word in _SECRET_WORDS)


def _short(value: object) -> str:
    said = repr(value)
    # A lone surrogate cannot be sent back as UTF-8.
    return (said if len(said) <= 60 else f"{said[:57]}...").encode("ascii", "backslashreplace").decode()


Answer = Callable[[Request, Exception], Response]

ANSWERS: Final[Mapping[type[Exception], Answer]] = {
    DispatchError: _ours,
    DatabaseBusy: _ours,
    DatabaseUnavailable: _ours,
    RequestValidationError: _malformed,
    HTTPException: _refused_by_framework,
    StaleDataError: _stale,
    IntegrityError: _refused_by_table,
}
"""What tells of which error."""
