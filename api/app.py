"""The HTTP application, made from what it is given; nothing is opened at import."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.middleware import Middleware

from api import problems
from api.description import Described
from api.middleware import BodyLimit, Watch
from api.reception import larger_bodies
from api.routers import ROUTERS, health
from api.services import Services
from api.told import told
from db.session import UnitOfWork
from dispatch.access.passwords import Passwords
from dispatch.clock import Clock
from dispatch.settings import Settings
from dispatch.travel.places import TravelTimes

LARGEST_BODY: Final = 2 * 1024 * 1024
"""Bytes of a request's body that are read."""

_ABOUT: Final = (
    "Field-service scheduling and dispatch. Times are RFC 3339 with an offset; answers are in UTC. Money is in minor "
    "units of the territory's currency. Failures are problem documents (RFC 9457). Lists come in pages; an edit names "
    "the ETag it was made against as If-Match; a POST with an Idempotency-Key happens once."
)


def create_app(
    settings: Settings,
    uow: UnitOfWork,
    clock: Clock,
    *,
    passwords: Passwords | None = None,
    travel: TravelTimes | None = None,
    largest_body: int = LARGEST_BODY,
    on_start: Callable[[FastAPI], Any] | None = None,
    on_stop: Callable[[FastAPI], Any] | None = None,
) -> FastAPI:
    """The application. Whoever made the unit of work and its engine closes them.

    travel: where travel times come from, if not from where the settings say.
    on_start, on_stop: called when the server starts and stops, such as for a worker in the same process.
    """
    services = Services.of(settings, uow, clock, passwords or Passwords(), travel)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if on_start is not None:
            on_start(app)
        yield
        if on_stop is not None:
            on_stop(app)

    app = Described(
        title="Dispatch",
        version=version("dispatch-optimiser"),
        description=_ABOUT,
        openapi_url="/v1/openapi.json",
        # The usual documentation pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        webhooks=told(),
        lifespan=lifespan,
        middleware=[
            Middleware(Watch, is_https=services.is_https),
            Middleware(BodyLimit, limit=largest_body, larger=larger_bodies(settings)),
        ],
    )
    app.state.services = services
    problems.install(app)
    app.include_router(health.router)
    app.include_router(_version_1())
    return app


def _version_1() -> APIRouter:
    router = APIRouter(prefix="/v1")
    for each in ROUTERS:
        router.include_router(each)
    return router
