"""Puts the pages into the application."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from api import problems
from api.pages import intake_actions, intake_pages, plan_pages, report_form, review_pages, signing
from api.pages.drawing import Drawing
from api.pages.page_route import failure
from api.pages.render import STATIC
from dispatch.errors import NotFound


def install(app: FastAPI, drawing: Drawing) -> None:
    """Adds the pages and what they load; `drawing` draws their maps."""
    app.state.drawing = drawing
    app.include_router(signing.open_router)
    app.include_router(signing.router)
    app.include_router(plan_pages.router)
    app.include_router(review_pages.router)
    app.include_router(intake_pages.router)
    app.include_router(intake_actions.router)
    app.include_router(report_form.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _nowhere)


def _nowhere(request: Request, error: Exception) -> Response:
    """A page for browsers that ask for an address that is none; programs are told as everywhere."""
    is_api = request.url.path.startswith("/v1/")
    is_none = isinstance(error, HTTPException) and error.status_code == 404
    if is_none and not is_api and "text/html" in request.headers.get("accept", ""):
        return failure(NotFound("Page not found: there is nothing at this address. Start again from the plans."))
    return problems.http_failed(request, error)
