"""The routes of intake: what was said, which tickets belong together, calls, articles, report codes."""

from typing import Final

from fastapi import APIRouter

from api.routers.intake import articles, calls, facts, orders, report_codes, reviews

routers: Final[tuple[APIRouter, ...]] = (
    facts.router,
    facts.talk_router,
    orders.router,
    orders.merges_router,
    calls.router,
    calls.colleagues_router,
    *articles.routers,
    report_codes.router,
    reviews.router,
)
