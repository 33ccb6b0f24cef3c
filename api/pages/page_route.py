"""A page is a transaction like any other, except that its failures are pages too."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import SAFE_METHODS
from api.pages.failures import message_page, way_back
from api.problems import status_and_title
from api.transaction import Ask, Transaction
from db.errors import DatabaseBusy, DatabaseUnavailable
from db.models import Call
from dispatch.access import Action, may
from dispatch.access.errors import NotSignedIn
from dispatch.errors import DispatchError


class PageRoute(Transaction):
    """A route that answers with pages; who is not signed in is asked to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with failures turned into pages."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                wanted = request.url.path if request.method in SAFE_METHODS else "/"
                return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303)
            except (DispatchError, DatabaseBusy, DatabaseUnavailable) as error:
                return failure(error, request.url.path)

        return run


def failure(error: Exception, path: str) -> HTMLResponse:
    """The page that tells of an error at this address."""
    status, title = status_and_title(error)
    # A database's words may name the server or the statement: they are not for everybody.
    told = str(error) if isinstance(error, DispatchError) else "The database is busy or away; try again in a second."
    return message_page(status, title, told, way_back(path))


def visitor(ask: Ask) -> dict[str, Any]:
    """What a page needs to know of who looks at it."""
    return {
        "signed_in_as": ask.viewer.name,
        "csrf_token": ask.identity.csrf_token,
        "may_take_calls": may(ask.viewer, Action.READ, Call),
    }


def nobody() -> dict[str, None]:
    """What a page needs to know of a visitor who is nobody yet."""
    return {"signed_in_as": None, "csrf_token": None}
