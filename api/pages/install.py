"""Puts the pages into the application."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.pages import (
    customer_calendar,
    customer_changes,
    customer_pages,
    failures,
    intake_actions,
    intake_pages,
    plan_pages,
    report_form,
    review_pages,
    signing,
)
from api.pages.customer_limits import Limits
from api.pages.drawing import Drawing
from api.pages.render import STATIC


def install(app: FastAPI, drawing: Drawing) -> None:
    """Adds the pages and what they load; `drawing` draws their maps."""
    app.state.drawing = drawing
    app.state.customer_limits = Limits()
    app.include_router(signing.open_router)
    app.include_router(signing.router)
    app.include_router(plan_pages.router)
    app.include_router(review_pages.router)
    app.include_router(intake_pages.router)
    app.include_router(intake_actions.router)
    app.include_router(report_form.router)
    app.include_router(customer_pages.router)
    app.include_router(customer_calendar.router)
    # The last one: it has a route for all that is left below a customer's link.
    app.include_router(customer_changes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    failures.install(app)
