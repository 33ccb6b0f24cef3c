"""What routes of intake share: one reads something of a row, or does something with it, and fails in these ways."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel

from api.responses import failures

Handler = TypeVar("Handler", bound=Callable[..., Any])

_READ: Final = (401, 403, 404, 422)
_ACT: Final = (401, 403, 404, 409, 422)
_BODY: Final = (400, 413, 415)


def reads(
    router: APIRouter, path: str, out: type[BaseModel], operation_id: str, summary: str
) -> Callable[[Handler], Handler]:
    """A route that reads something of one row."""
    return router.get(path, response_model=out, operation_id=operation_id, summary=summary, responses=failures(*_READ))


def acts(
    router: APIRouter,
    path: str,
    out: type[BaseModel],
    operation_id: str,
    summary: str,
    *,
    has_body: bool = True,
) -> Callable[[Handler], Handler]:
    """A route that does something with one row, which rules of the business may forbid."""
    codes = sorted((*_ACT, *_BODY)) if has_body else _ACT
    return router.post(path, response_model=out, operation_id=operation_id, summary=summary, responses=failures(*codes))


def adds(
    router: APIRouter, path: str, out: type[BaseModel], operation_id: str, summary: str
) -> Callable[[Handler], Handler]:
    """A route that adds something to one row."""
    return router.post(
        path,
        status_code=201,
        response_model=out,
        operation_id=operation_id,
        summary=summary,
        responses=failures(*sorted((*_READ, *_BODY))),
    )
