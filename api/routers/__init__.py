"""The routes of /v1, one module per noun."""

from typing import Final

from fastapi import APIRouter

from api.routers import (
    attachment_files,
    contacts,
    contracts,
    equipment,
    inbound,
    intake,
    operations,
    organisations,
    planning_runs,
    plans,
    proposals,
    signing,
    sites,
    stock,
    technicians,
    territories,
    tickets,
    users,
    visits,
    work_orders,
    work_types,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    signing.open_router,
    signing.router,
    signing.secret_router,
    *users.routers,
    territories.router,
    organisations.router,
    contacts.router,
    sites.router,
    equipment.router,
    contracts.router,
    *tickets.routers,
    attachment_files.router,
    *intake.routers,
    *inbound.routers,
    work_types.router,
    work_orders.router,
    visits.router,
    *technicians.routers,
    *stock.routers,
    planning_runs.router,
    proposals.router,
    plans.router,
    plans.lint_router,
    *operations.routers,
)
