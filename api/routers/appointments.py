"""Appointments: windows held, confirmed, changed, cancelled by schedulers and call takers."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response

from api.dependencies import AskDep, IdempotencyKey, IfMatch, RowId
from api.keeping import Keeping, tagged
from api.problems import MEDIA_TYPE, SLOT_TAKEN, problem
from api.responses import failures
from api.schemas.appointments import (
    AppointmentEdit,
    AppointmentOut,
    AppointmentQuery,
    BookIn,
    CancelIn,
    ChangeIn,
    ConfirmIn,
    ReleaseIn,
    TakenOut,
    WindowWantedIn,
)
from api.schemas.slots import SlotOut
from api.transaction import Ask, Transaction
from db.models import Appointment
from dispatch.access import Action
from dispatch.appointments.holding import cancelling, changing, confirming, details, holding, keeping
from dispatch.appointments.holding.allowing import seen_order
from dispatch.appointments.holding.confirming import Taken
from dispatch.appointments.holding.errors import NoRoom
from dispatch.appointments.holding.listing import APPOINTMENTS
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.appointments.offering import foreseeing
from dispatch.records.views import view

router = Keeping(
    noun=APPOINTMENTS,
    path="appointments",
    one="appointment",
    many="appointments",
    out=AppointmentOut,
    query=AppointmentQuery,
).router()
orders_router = APIRouter(prefix="/work-orders", tags=["appointments"], route_class=Transaction)

IfMatchOptional = Annotated[
    str | None, Header(alias="If-Match", description='The ETag that the act is decided on, such as "3"; may be absent')
]
_TAKEN: Final[dict[int | str, dict[str, Any]]] = {
    409: {
        "description": "The time is taken (urn:dispatch:slot-taken, with fresh offers), or a rule forbids it",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{TakenOut.__name__}"}}},
    }
}


@orders_router.post(
    "/{key}/holds",
    status_code=201,
    response_model=AppointmentOut,
    operation_id="hold_slot",
    summary="Hold an arrival window",
    responses=failures(400, 401, 403, 404, 413, 415, 422) | _TAKEN,
)
def hold_slot(
    ask: AskDep, request: Request, response: Response, key: RowId, body: WindowWantedIn, _key: IdempotencyKey
) -> Any:
    """Takes up room in the plan for some minutes; a hold that the same visits have already makes room for it."""
    wanted = SlotWanted(key, body.opens_at, body.closes_at, tuple(body.visit_ids))
    try:
        row = holding.hold(ask.session, ask.viewer, ask.clock, ask.services.travel, wanted)
    except NoRoom as error:
        return _taken(ask, request, key, error, wanted.visit_ids)
    return _made(ask, response, row)


@orders_router.post(
    "/{key}/appointments",
    status_code=201,
    response_model=AppointmentOut,
    operation_id="book_slot",
    summary="Confirm an arrival window straight away",
    responses=failures(400, 401, 403, 404, 413, 415, 422) | _TAKEN,
)
def book_slot(ask: AskDep, request: Request, response: Response, key: RowId, body: BookIn, _key: IdempotencyKey) -> Any:
    """Held and confirmed in one act; of several who want what is there once, one gets it, the others fresh offers."""
    wanted = SlotWanted(key, body.opens_at, body.closes_at, tuple(body.visit_ids))
    # Whoever comes too late mostly learns it here, without keeping others who write waiting.
    late = _foreseen(ask, wanted)
    if late is not None:
        return _told(request, late)
    channel, attending = body.channel, body.attending
    sources = ask.clock, ask.services.travel
    try:
        row = confirming.attempt(ask.session, ask.viewer, *sources, wanted, channel=channel, attending=attending)
    except NoRoom as error:
        return _taken(ask, request, key, error, wanted.visit_ids)
    return _made(ask, response, row)


@router.post(
    "/{key}/confirm",
    response_model=AppointmentOut,
    operation_id="confirm_appointment",
    summary="Confirm a hold",
    responses=failures(400, 401, 403, 404, 412, 413, 415, 422) | _TAKEN,
)
def confirm_appointment(
    ask: AskDep,
    request: Request,
    response: Response,
    key: RowId,
    body: ConfirmIn,
    _key: IdempotencyKey,
    if_match: IfMatchOptional = None,
) -> Any:
    """Again is harmless. A hold that has ended is confirmed all the same if its time is still free."""
    try:
        row = confirming.attempt(
            ask.session,
            ask.viewer,
            ask.clock,
            ask.services.travel,
            key,
            channel=body.channel,
            attending=body.attending,
            version=_version(if_match),
        )
    except NoRoom as error:
        return _taken(ask, request, _order_of(ask, key), error)
    return _shown(ask, response, row)


@router.post(
    "/{key}/change",
    response_model=AppointmentOut,
    operation_id="change_appointment",
    summary="Move an appointment to another window",
    responses=failures(400, 401, 403, 404, 412, 413, 415, 422, 428) | _TAKEN,
)
def change_appointment(
    ask: AskDep, request: Request, response: Response, key: RowId, body: ChangeIn, tag: IfMatch, _key: IdempotencyKey
) -> Any:
    """The new one is another record, which names the old one; the old one stays if the new time cannot be had."""
    wanted = SlotWanted(_order_of(ask, key), body.opens_at, body.closes_at)
    sources = ask.clock, ask.services.travel
    channel, version = body.channel, _version(tag)
    try:
        row = changing.attempt(ask.session, ask.viewer, *sources, key, wanted, channel=channel, version=version)
    except NoRoom as error:
        visits = keeping.visits_of_appointment(ask.session, key)
        return _taken(ask, request, wanted.work_order_id, error, visits)
    return _shown(ask, response, row)


@router.post(
    "/{key}/cancel",
    response_model=AppointmentOut,
    operation_id="cancel_appointment",
    summary="Cancel an appointment",
    responses=failures(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def cancel_appointment(
    ask: AskDep, response: Response, key: RowId, body: CancelIn, tag: IfMatch, _key: IdempotencyKey
) -> Any:
    """Its visits leave the plan and wait. If the customer wants it so, the promise is released, else it is broken."""
    row = cancelling.cancel(
        ask.session,
        ask.viewer,
        ask.clock,
        ask.services.travel,
        key,
        body.why,
        by_customer=body.by_customer,
        version=_version(tag),
    )
    return _shown(ask, response, row)


@router.post(
    "/{key}/release",
    response_model=AppointmentOut,
    operation_id="release_hold",
    summary="Give a hold up",
    responses=failures(400, 401, 403, 404, 409, 412, 413, 415, 422),
)
def release_hold(
    ask: AskDep,
    response: Response,
    key: RowId,
    body: ReleaseIn,
    _key: IdempotencyKey,
    if_match: IfMatchOptional = None,
) -> Any:
    """The time is free again at once; again is harmless."""
    version = _version(if_match)
    row = holding.release(ask.session, ask.viewer, ask.clock, ask.services.travel, key, version)
    return _shown(ask, response, row)


@router.patch(
    "/{key}",
    response_model=AppointmentOut,
    operation_id="edit_appointment",
    summary="Say who will be there, and how to get in",
    responses=failures(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def edit_appointment(ask: AskDep, response: Response, key: RowId, body: AppointmentEdit, tag: IfMatch) -> Any:
    """What is not named stays. Access notes are written here, and read by the technician who comes that day alone."""
    said = {"attending": body.attending, "access_notes": body.access_notes}
    row = details.edit(ask.session, ask.viewer, key, **said, version=_version(tag))
    return _shown(ask, response, row)


def _version(tag: str | None) -> int | None:
    """The version that a tag names; one that cannot be ours is no version there ever was."""
    if tag is None:
        return None
    said = tag.strip().removeprefix("W/").strip('"')
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _order_of(ask: Ask, key: int) -> int:
    return seen_order(ask.session, ask.viewer, key, Action.EDIT)


def _foreseen(ask: Ask, wanted: SlotWanted) -> Taken | None:
    services = ask.services
    with services.uow(viewer=ask.viewer, read_only=True) as session:
        return foreseeing.taken_already(session, ask.viewer, ask.clock, services.travel, services.books, wanted)


def _taken(ask: Ask, request: Request, work_order_id: int, error: NoRoom, visit_ids: tuple[int, ...] = ()) -> Response:
    """Fresh offers, looked for when nobody waits for this transaction any more."""
    services = ask.services
    ask.session.rollback()
    with services.uow(viewer=ask.viewer, read_only=True) as session:
        sources = services.travel, services.books
        taken = confirming.taken(session, ask.viewer, ask.clock, *sources, work_order_id, error, visit_ids)
    return _told(request, taken)


def _told(request: Request, taken: Taken) -> Response:
    shown = (SlotOut.model_validate(each, from_attributes=True) for each in taken.offered.offers)
    offers = [each.model_dump(mode="json") for each in shown]
    return problem(409, SLOT_TAKEN, "The time is taken", taken.message, request=request, more={"offers": offers})


def _made(ask: Ask, response: Response, row: Appointment) -> AppointmentOut:
    response.headers["Location"] = f"/v1/appointments/{row.id}"
    return _shown(ask, response, row)


def _shown(ask: Ask, response: Response, row: Appointment) -> AppointmentOut:
    shown = view(ask.session, APPOINTMENTS, row)
    tagged(response, shown)
    return AppointmentOut.model_validate(shown)
