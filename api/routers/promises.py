"""Promises: looked at, made by hand, released, noted as kept; and the standards by which they are made."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.keeping import Keeping
from api.responses import failures
from api.schemas.promises import (
    KeptIn,
    PromiseIn,
    PromiseOut,
    PromiseQuery,
    PromisesOut,
    ReleaseIn,
    ServiceStandardCreate,
    ServiceStandardEdit,
    ServiceStandardOut,
    ServiceStandardQuery,
    WeeksOut,
    WeeksQuery,
)
from api.transaction import Ask, Transaction
from dispatch.promises import listing, making
from dispatch.promises.listing import PROMISES
from dispatch.records.catalogue.promises import SERVICE_STANDARDS
from dispatch.records.keep import read
from dispatch.records.views import view

router = APIRouter(prefix="/promises", tags=["promises"], route_class=Transaction)
orders_router = APIRouter(prefix="/work-orders", tags=["promises"], route_class=Transaction)


@router.get(
    "/summary",
    response_model=WeeksOut,
    operation_id="get_promises_summary",
    summary="Get the share of promises kept",
    responses=failures(401, 403, 422),
)
def get_promises_summary(ask: AskDep, query: Annotated[WeeksQuery, Query()]) -> Any:
    """By territory and week in which they were due. Superseded promises are none any more, released ones no share."""
    weeks = listing.kept_by_week(
        ask.session,
        ask.viewer,
        ask.clock.now().date(),
        first_day=query.first_day,
        last_day=query.last_day,
        territory_id=query.territory_id,
    )
    return WeeksOut.model_validate({"weeks": weeks}, from_attributes=True)


@router.post(
    "/{key}/release",
    response_model=PromiseOut,
    operation_id="release_promise",
    summary="Note that the customer lets us off a promise",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def release_promise(ask: AskDep, key: RowId, body: ReleaseIn, _key: IdempotencyKey) -> Any:
    """It is neither kept nor broken then."""
    making.release_by_hand(ask.session, ask.viewer, key, body.note)
    return _shown(ask, key)


@router.post(
    "/{key}/kept",
    response_model=PromiseOut,
    operation_id="keep_promise",
    summary="Note that we called back, or that a part came",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def keep_promise(ask: AskDep, key: RowId, body: KeptIn, _key: IdempotencyKey) -> Any:
    """In time or not: the promise is kept, or broken. Windows and deadlines are judged by visits."""
    making.note_kept(ask.session, ask.viewer, key, body.at, body.note)
    return _shown(ask, key)


@orders_router.get(
    "/{key}/promises",
    response_model=PromisesOut,
    operation_id="get_work_order_promises",
    summary="List what was promised for a work order",
    responses=failures(401, 403, 404, 422),
)
def get_work_order_promises(ask: AskDep, key: RowId) -> Any:
    """All versions, and what became of each."""
    return PromisesOut.model_validate({"promises": listing.of_work_order(ask.session, ask.viewer, key)})


@orders_router.post(
    "/{key}/promises",
    status_code=201,
    response_model=PromiseOut,
    operation_id="make_promise",
    summary="Promise a callback or a part's date",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def make_promise(ask: AskDep, key: RowId, body: PromiseIn, _key: IdempotencyKey) -> Any:
    """As it was said to somebody. It is never edited: what is said later supersedes it."""
    promise = making.make_by_hand(ask.session, ask.viewer, key, making.Said(**body.given()))
    return _shown(ask, promise.id)


standards_router = Keeping(
    noun=SERVICE_STANDARDS,
    path="service-standards",
    one="service standard",
    many="service standards",
    out=ServiceStandardOut,
    query=ServiceStandardQuery,
    create=ServiceStandardCreate,
    edit=ServiceStandardEdit,
    deletes=True,
).router()

routers: Final[tuple[APIRouter, ...]] = (
    router,
    Keeping(
        noun=PROMISES, path="promises", one="promise", many="promises", out=PromiseOut, query=PromiseQuery
    ).router(),
    orders_router,
    standards_router,
)


def _shown(ask: Ask, key: int) -> PromiseOut:
    return PromiseOut.model_validate(view(ask.session, PROMISES, read(ask.session, ask.viewer, PROMISES, key)))
