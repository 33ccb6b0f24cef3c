"""Who is asking: by bearer token, or by the cookie of a sign-in; and whether a form really came from our own pages."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.services import Services
from db.errors import DatabaseBusy
from db.session import Session
from dispatch.access import Viewer, secrets
from dispatch.access.errors import NotFromHere, NotSignedIn
from dispatch.access.identify import (
    is_worth_touching,
    touch_sign_in,
    touch_token,
    viewer_by_cookie,
    viewer_by_token,
)
from dispatch.access.sign_ins import SignedIn

CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger("dispatch.http")


class Proof(StrEnum):
    """How a viewer showed who they are."""

    TOKEN = "token"  # noqa: S105  (a kind, not a secret)
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, how they showed it, and, for a browser, the secret of its cookie.

    write_use: writes down that the token or sign-in was used, when that is worth it; nobody has to wait for it.
    """

    viewer: Viewer
    proof: Proof
    cookie_secret: str | None = None
    write_use: Callable[[], None] | None = None

    @property
    def csrf_token(self) -> str | None:
        """What forms of this sign-in must carry."""
        return None if self.cookie_secret is None else secrets.csrf_token(self.cookie_secret)


def cookie_name(services: Services) -> str:
    """The cookie's name; by https with the prefix that browsers keep to this host."""
    return "__Host-dispatch_sign_in" if services.is_https else "dispatch_sign_in"


def identify(request: Request, services: Services) -> Identity:
    """Who is asking. Blocks; reads in a transaction of its own.

    Raises NotSignedIn.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            msg = f"The Authorization scheme {scheme[:20]!r} is not known; use Bearer."
            raise NotSignedIn(msg)
        return _by_token(credentials.strip(), services)
    secret = request.cookies.get(cookie_name(services))
    if secret is None:
        msg = "Sign in, or send a token: Authorization: Bearer …"
        raise NotSignedIn(msg)
    return _by_cookie(secret, services)


def _by_token(token: str, services: Services) -> Identity:
    now = services.clock.now()
    with services.uow(read_only=True) as session:
        viewer, row = viewer_by_token(session, token, now)
        key, stale = row.id, is_worth_touching(row, now)
    use = partial(_write_use, services, lambda session: touch_token(session, key, now))
    return Identity(viewer, Proof.TOKEN, write_use=use if stale else None)


def _by_cookie(secret: str, services: Services) -> Identity:
    now = services.clock.now()
    with services.uow(read_only=True) as session:
        viewer, row = viewer_by_cookie(session, secret, now)
        key, stale = row.id, is_worth_touching(row, now)
    use = partial(_write_use, services, lambda session: touch_sign_in(session, key, now, services.door.lasts))
    return Identity(viewer, Proof.COOKIE, secret, use if stale else None)


def _write_use(services: Services, write: Callable[[Session], None]) -> None:
    try:
        with services.uow(viewer=Viewer.system("sign-in")) as session:
            write(session)
            session.commit()
    except DatabaseBusy:
        # The next request writes it down.
        _log.debug("the last use of a sign-in could not be written down: the database is busy")


def require_from_here(request: Request, identity: Identity, form_token: str | None, services: Services) -> None:
    """Nothing, when a request that changes something comes from our own pages, or is no browser's.

    Raises NotFromHere when the token is missing or wrong, or the browser names another origin.
    """
    if identity.cookie_secret is None or request.method in SAFE_METHODS:
        return
    require_same_origin(request, services)
    said = request.headers.get(CSRF_HEADER) or form_token or ""
    if not secrets.is_csrf_token(identity.cookie_secret, said):
        msg = f"The {CSRF_HEADER} header or {CSRF_FIELD} field is missing or wrong; load the page again, then repeat."
        raise NotFromHere(msg)


def require_same_origin(request: Request, services: Services) -> None:
    """Nothing, when the browser does not name another site as the one that the request comes from.

    Raises NotFromHere when it does.
    """
    origin = request.headers.get("origin") or request.headers.get("referer")
    fetch_site = request.headers.get("sec-fetch-site", "same-origin")
    if fetch_site not in ("same-origin", "none") or (origin is not None and not _is_ours(origin, request, services)):
        msg = "The request comes from another site; open the page here, then repeat."
        raise NotFromHere(msg)


def _is_ours(origin: str, request: Request, services: Services) -> bool:
    said = urlsplit(origin)
    if services.settings.public_url is not None:
        ours = urlsplit(services.settings.public_url)
        if (said.scheme, said.netloc.lower()) == (ours.scheme, ours.netloc.lower()):
            return True
    return said.netloc.lower() == request.headers.get("host", "").lower() and said.scheme in ("http", "https")


def set_cookie(response: Response, signed_in: SignedIn, services: Services) -> None:
    """Gives the browser its secret: not for scripts, not for other sites, by https alone where there is https."""
    response.set_cookie(
        cookie_name(services),
        signed_in.secret,
        httponly=True,
        secure=services.is_https,
        samesite="lax",
        path="/",
    )


def clear_cookie(response: Response, services: Services) -> None:
    """Takes the browser's secret away."""
    response.delete_cookie(cookie_name(services), httponly=True, secure=services.is_https, samesite="lax", path="/")
