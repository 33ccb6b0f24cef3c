"""Whether the process lives, and whether it can do its work."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.dependencies import ServicesDep
from api.problems import problem
from api.responses import failures
from api.services import Services
from db.engine import reading
from db.errors import DatabaseBusy, DatabaseUnavailable
from db.operations import head
from db.operations.migrate import revision_of

router = APIRouter(tags=["health"])


@router.get("/health", operation_id="get_health", summary="Whether the process lives")
def get_health() -> Any:
    """Always the same answer, without looking at anything else."""
    return JSONResponse({"status": "alive"})


@router.get(
    "/ready",
    operation_id="get_ready",
    summary="Whether the server can do its work",
    responses=failures(),
)
def get_ready(request: Request, services: ServicesDep) -> Any:
    """Looks whether the database answers and has the tables of this version."""
    try:
        fault = _schema_fault(services)
    except (DatabaseBusy, DatabaseUnavailable):
        fault = "The database does not answer."
    if fault is not None:
        return problem(503, "not-ready", "The server is not ready", fault, request=request)
    return JSONResponse({"status": "ready"})


def _schema_fault(services: Services) -> str | None:
    with reading(services.uow.engine).connect() as connection:
        at = revision_of(connection)
    if at == head():
        return None
    return f"The database is at revision {at}, this version needs {head()}; run: dispatch db upgrade"
