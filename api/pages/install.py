"""Puts the pages into the application."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.pages import failures, intake_actions, intake_pages, plan_pages, report_form, review_pages, signing
from api.pages.drawing import Drawing
from api.pages.render import STATIC


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
    failures.install(app)
