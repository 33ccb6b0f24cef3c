"""What goes wrong on pages is told on a page, in words; programs are told as everywhere."""

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.pages.render import render
from api.problems import ANSWERS, Answer

_HEADINGS: Final = {
    404: "Page not found",
    405: "This address takes only what a form sends",
    422: "Something in the address or the form is wrong",
}
_DETAILS: Final = {
    404: "There is nothing at this address. Start again from the plans.",
    405: "Go back to the page you came from, and use its buttons.",
}

_FOLDERS: Final = ("/intake/", "/plans/", "/q/", "/sign-in/")
"""Below these there are pages and nothing else."""


def install(app: FastAPI) -> None:
    """Makes the app answer who looks at a page with a page, whatever went wrong."""
    for error, answer in ANSWERS.items():
        app.add_exception_handler(error, _on_pages(answer))


def message_page(
    status: int, heading: str, message: str, link: tuple[str, str] = ("/", "To the plans"), lines: tuple[str, ...] = ()
) -> HTMLResponse:
    """A page that tells something. lines: one each, below the message."""
    nobody = {"signed_in_as": None, "csrf_token": None}
    page = render("message.html", heading=heading, message=message, lines=lines, link=link, **nobody)
    return HTMLResponse(page, status)


def way_back(path: str) -> tuple[str, str]:
    """The page to go on from, and what the link to it says."""
    if path.startswith("/intake/review"):
        return "/intake/review", "To the review queue"
    return ("/intake", "To the call taker's page") if path.startswith("/intake") else ("/", "To the plans")


def _on_pages(answer: Answer) -> Answer:
    def handle(request: Request, error: Exception) -> Response:
        told = answer(request, error)
        return _as_page(request, told) if _is_page(request, told.status_code) else told

    return handle


def _is_page(request: Request, status: int) -> bool:
    """Whether people look at this address; where there is nothing, whether a browser asks, or among pages anybody but
    a program that wants JSON."""
    route = request.scope.get("route")
    if isinstance(route, APIRoute):
        return not route.include_in_schema
    path, accepts = request.url.path, request.headers.get("accept", "").lower()
    if status != 404 or path.startswith("/v1/"):
        return False
    return "text/html" in accepts or (path.startswith(_FOLDERS) and "json" not in accepts)


def _as_page(request: Request, told: Response) -> HTMLResponse:
    said: Mapping[str, Any] = json.loads(bytes(told.body))
    faults = tuple(str(each["detail"]) for each in said.get("errors", ()))
    heading = _HEADINGS.get(told.status_code, str(said["title"]))
    message = "" if faults else _DETAILS.get(told.status_code, str(said["detail"]))
    page = message_page(told.status_code, heading, message, way_back(request.url.path), faults)
    if "allow" in told.headers:
        page.headers["Allow"] = told.headers["allow"]
    return page
