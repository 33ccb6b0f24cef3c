"""Signing in and out with a browser."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import clear_cookie, cookie_name, require_same_origin, set_cookie
from api.dependencies import AskDep, ServicesDep
from api.pages.page_route import PageRoute, nobody
from api.pages.render import render
from api.problems import status_and_title
from api.services import Services
from dispatch.access.errors import NotFromHere, NotSignedIn, TooManyAttempts
from dispatch.access.sign_ins import SignedIn, end_sign_in

open_router = APIRouter(include_in_schema=False)
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@open_router.get("/sign-in")
def show_sign_in(
    next_page: Annotated[str, Query(alias="next", max_length=500)] = "/",
    token: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The form. A link may bring a token along, which signs nobody in before the button is pressed."""
    return _form(next_page, token=token)


@open_router.post("/sign-in")
def sign_in(
    request: Request,
    services: ServicesDep,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    token: Annotated[str, Form(max_length=200)] = "",
    next_page: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """Sets the cookie of a sign-in and goes where the visitor wanted to."""
    try:
        require_same_origin(request, services)
        signed_in = _signed_in(request, services, email, password, token.strip())
    except (NotSignedIn, TooManyAttempts, NotFromHere) as error:
        return _form(next_page, problem=str(error), email=email, status=status_and_title(error)[0])
    response = RedirectResponse(_here(next_page), 303)
    set_cookie(response, signed_in, services)
    return response


@router.post("/sign-out")
def sign_out(ask: AskDep) -> Response:
    """Ends the sign-in of this browser."""
    if ask.identity.cookie_secret is not None:
        end_sign_in(ask.session, ask.identity.cookie_secret, ask.clock.now())
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(response, ask.services)
    return response


def _signed_in(request: Request, services: Services, email: str, password: str, token: str) -> SignedIn:
    previous = request.cookies.get(cookie_name(services))
    if token:
        return services.door.sign_in_by_link(token, previous_secret=previous)
    address = request.client.host if request.client is not None else "unknown"
    return services.door.sign_in(email, password, address=address, previous_secret=previous)


def _form(next_page: str, *, token: str = "", problem: str = "", email: str = "", status: int = 200) -> Response:
    page = render("sign_in.html", next=_here(next_page), token=token, problem=problem, email=email, **nobody())
    # The address may hold a token, which no other is to learn; "no-referrer" would hide where the form comes from too.
    return HTMLResponse(page, status, headers={"Referrer-Policy": "strict-origin"})


def _here(next_page: str) -> str:
    """The page to go to, if it is one of ours: nobody is sent elsewhere by a link to us."""
    ours = next_page.startswith("/") and not next_page.startswith(("//", "/\\")) and next_page.isprintable()
    return next_page if ours else "/"
