"""What handlers ask for."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from api.errors import PreconditionMissing
from api.services import Services
from api.transaction import Ask
from dispatch.errors import Fault, Invalid

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token: Authorization: Bearer dispatch_…")
_cookie = APIKeyCookie(
    name="dispatch_sign_in",
    auto_error=False,
    scheme_name="sign-in",
    description="The cookie of a sign-in; what changes something also needs the header X-CSRF-Token.",
)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _ask(request: Request, _token: object = Depends(_bearer), _sign_in: object = Depends(_cookie)) -> Ask:
    ask: Ask = request.state.ask
    return ask


def _tag(
    if_match: Annotated[
        str | None, Header(description='The ETag of the state that the edit is made against, such as "3"')
    ] = None,
) -> str:
    if if_match is None:
        msg = "If-Match is missing; read the record, and send its ETag back as If-Match."
        raise PreconditionMissing(msg)
    tag = if_match.strip().removeprefix("W/")
    if not (len(tag) > 2 and tag.startswith('"') and tag.endswith('"') and '"' not in tag[1:-1]):
        msg = f'If-Match {if_match[:40]!r} is not one ETag; send it back as it came, such as "3".'
        raise Invalid(msg, (Fault("/If-Match", msg),))
    return tag[1:-1]


def _key(
    idempotency_key: Annotated[
        str | None,
        Header(description="Makes the write happen once: a retry with the same key gets the first answer (24 hours)"),
    ] = None,
) -> str | None:
    return idempotency_key


SIGNED_IN = (Depends(_bearer), Depends(_cookie))
"""Documents that a router's routes, of the class `Process`, are for who is signed in."""

AskDep = Annotated[Ask, Depends(_ask)]
"""Who asks, in which transaction; only on routes of the class `Transaction`."""

ServicesDep = Annotated[Services, Depends(_services)]
"""What the HTTP side works with."""

IfMatch = Annotated[str, Depends(_tag)]
"""The tag of the state that an edit is made against."""

IdempotencyKey = Annotated[str | None, Depends(_key)]
"""Documents the header; `Transaction` honours it."""

RowId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The id")]
"""An id in an address."""

AcceptBroken = Annotated[
    bool,
    Query(alias="accept_broken_promises", description="Go on although it breaks the promises that a refusal lists"),
]
"""Whether who asks knows of the promises at stake, and goes on."""
