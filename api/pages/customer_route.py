"""Routes of customers' pages: nobody signs in, nothing is kept by caches or told to other sites, failures are pages."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Form, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from api.pages.customer_render import message_page
from api.transaction import Process
from db.errors import DatabaseBusy, DatabaseUnavailable
from dispatch.access.errors import TooManyAttempts
from dispatch.appointments.links.links import LinkGone
from dispatch.errors import Conflict, DispatchError, NotFound, Unavailable

LENGTH: Final = 20_000
"""Longer fields are refused before they are looked at; what fits is told in the form."""

LOOKING: Final = ["GET", "HEAD"]
"""The methods of who only looks."""

Token = Annotated[str, Path(max_length=200)]
Text = Annotated[str, Form(max_length=LENGTH)]
From = Annotated[date | None, Query(alias="from", ge=date(2000, 1, 1), le=date(2200, 1, 1))]
"""The day from which on windows are shown."""

HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class GuestRoute(Process):
    """A route for who comes by a link; its handler opens transactions itself."""

    async def admit(self, request: Request) -> None:
        """Lets everybody in: the link is looked at by the handler."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with failures turned into pages that say nothing of our insides."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            try:
                response = await handle(request)
            except (DispatchError, DatabaseBusy, DatabaseUnavailable, RequestValidationError) as error:
                response = _failure(request, error)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return run


def is_only_probing(request: Request) -> bool:
    """Whether nobody looks yet: working out what is free would be for nothing."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return request.method == "HEAD" or "prefetch" in purpose


def _failure(request: Request, error: Exception) -> Response:
    if isinstance(error, LinkGone | NotFound):
        return message_page(request, "gone", 404)
    if isinstance(error, TooManyAttempts):
        page = message_page(request, "too_many", 429)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    if isinstance(error, RequestValidationError):
        return message_page(request, "unreadable", 422)
    if isinstance(error, DatabaseBusy | DatabaseUnavailable | Unavailable | Conflict):
        page = message_page(request, "busy", 503)
        page.headers["Retry-After"] = "2"
        return page
    return message_page(request, "impossible", 409)
