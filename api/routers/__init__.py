"""The routes of /v1, one module per noun."""

from typing import Final

from fastapi import APIRouter

from api.routers import organisations, signing, sites, visits

ROUTERS: Final[tuple[APIRouter, ...]] = (
    signing.open_router,
    signing.router,
    signing.secret_router,
    organisations.router,
    sites.router,
    visits.router,
)
