"""One request, one viewer, one session, one transaction.

The transaction is committed before the answer leaves; whatever fails rolls it back. Requests that change nothing read
from a session that takes no write lock. A POST with an Idempotency-Key happens once.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask

from api.auth import CSRF_FIELD, SAFE_METHODS, Identity, identify, require_from_here
from api.errors import UnsupportedType
from api.services import Services
from db.session import Session
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid
from dispatch.records.idempotency import LONGEST_KEY, Answer, Attempt, claim, store

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

MOST_AT_ONCE: Final = 30
"""Fewer than there are threads (40) and connections (40): a request that holds one always gets the other.

Everything that may wait for the database passes this gate: threads full of those who wait for the write lock would keep
the one who has it from ever finishing."""

_limiter: Final = RunVar[CapacityLimiter]("limiter")
_JSON: Final = ("application/json", "application/merge-patch+json")
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_KEPT_HEADERS: Final = ("content-type", "location", "etag", "link")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as a handler sees it: who asks, in which transaction."""

    session: Session
    identity: Identity
    services: Services

    @property
    def viewer(self) -> Viewer:
        """Who is asking."""
        return self.identity.viewer

    @property
    def clock(self) -> Clock:
        """Where now comes from."""
        return self.services.clock


class Transaction(APIRoute):
    """A route whose handler runs in one transaction, for a viewer who is known."""

    keeps_answers: ClassVar[bool] = True

    def get_route_handler(self) -> Handler:
        """The handler, with the transaction around it."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            async with _gate():
                return await self._run(request, handle)

        return run

    async def _run(self, request: Request, handle: Handler) -> Response:
        services: Services = request.app.state.services
        identity = await run_in_threadpool(identify, request, services)
        request.scope["user_id"] = identity.viewer.user_id
        body, form_token = await _read(request)
        require_from_here(request, identity, form_token, services)
        attempt = _attempt(request, identity, body) if self.keeps_answers else None
        reads = request.method in SAFE_METHODS
        session = services.uow(viewer=identity.viewer, read_only=reads)
        try:
            given = await run_in_threadpool(claim, session, attempt, services.clock.now()) if attempt else None
            if given is not None:
                return _replay(given)
            request.state.ask = Ask(session, identity, services)
            response = await handle(request)
            if not reads and response.status_code < 400:
                await run_in_threadpool(_finish, session, attempt, response)
            if identity.write_use is not None and response.background is None:
                response.background = BackgroundTask(_behind_the_gate, identity.write_use)
            return response
        finally:
            await run_in_threadpool(session.close)


def _gate() -> CapacityLimiter:
    """Lets so much work of this event loop at the database at once; the rest waits outside."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MOST_AT_ONCE)
        _limiter.set(limiter)
        return limiter


async def _behind_the_gate(write: Callable[[], None]) -> None:
    # What is written after the answer needs a thread and a connection too, which a request may be waiting for.
    async with _gate():
        await run_in_threadpool(write)


class Process(APIRoute):
    """A route whose handler opens transactions itself, one after the other; `admit` is asked before the body is read as
    anything."""

    def get_route_handler(self) -> Handler:
        """The handler, behind the gate and after `admit`."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            async with _gate():
                await self.admit(request)
                return await handle(request)

        return run

    async def admit(self, request: Request) -> None:
        """Lets those in who are signed in; who it is, is in `request.state.identity`.

        Raises NotSignedIn, NotFromHere.
        """
        services: Services = request.app.state.services
        identity = await run_in_threadpool(identify, request, services)
        request.scope["user_id"] = identity.viewer.user_id
        require_from_here(request, identity, None, services)
        request.state.identity = identity


class SecretTransaction(Transaction):
    """A transaction whose answer holds a secret: it is not kept for retries, whatever the Idempotency-Key."""

    keeps_answers: ClassVar[bool] = False


def _finish(session: Session, attempt: Attempt | None, response: Response) -> None:
    if attempt is not None:
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        store(session, attempt, Answer(response.status_code, bytes(response.body), headers))
    session.commit()


def _replay(answer: Answer) -> Response:
    return Response(answer.body, answer.status_code, {**answer.headers, "Idempotent-Replayed": "true"})


async def _read(request: Request) -> tuple[bytes, str | None]:
    """The body, and the CSRF token of a form.

    Raises UnsupportedType for anything but JSON and forms.
    """
    if request.method in SAFE_METHODS:
        return b"", None
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in (*_JSON, *_FORMS):
        msg = f"The body is of type {kind or 'unknown'}; send Content-Type: application/json."
        raise UnsupportedType(msg)
    if kind not in _FORMS:
        return body, None
    said = (await request.form()).get(CSRF_FIELD)
    return body, said if isinstance(said, str) else None


def _attempt(request: Request, identity: Identity, body: bytes) -> Attempt | None:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST" or identity.viewer.user_id is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        msg = f"The Idempotency-Key has {len(key)} characters; use 1 to {LONGEST_KEY} printable ones."
        raise Invalid(msg, (Fault("/Idempotency-Key", msg),))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Attempt(identity.viewer.user_id, key, request.method, path, body)
