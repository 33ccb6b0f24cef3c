"""Telephone calls."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.keeping import Keeping, tagged
from api.responses import failures
from api.routers.intake.shapes import acts
from api.schemas.intake.calls import (
    CallbackIn,
    CallEventOut,
    CallIn,
    CallOut,
    CallQuery,
    CallStateOut,
    CallTicketIn,
    CallTicketOut,
    ColleagueOut,
    ColleaguesOut,
    NotesIn,
    TransferIn,
    WhyIn,
)
from api.transaction import Ask, Transaction
from db.models import CallEvent
from dispatch.intake.telephone import calls
from dispatch.intake.telephone.noting import Noted, note_down
from dispatch.records.views import view

router = Keeping(noun=calls.CALLS, path="calls", one="call", many="calls", out=CallOut, query=CallQuery).router()
colleagues_router = APIRouter(prefix="/call-takers", tags=["calls"], route_class=Transaction)


@router.post(
    "",
    status_code=201,
    response_model=CallOut,
    operation_id="start_call",
    summary="Take a call",
    responses=failures(400, 401, 403, 413, 415, 422),
)
def start_call(ask: AskDep, request: Request, response: Response, body: CallIn, _key: IdempotencyKey) -> Any:
    """It begins now, and is the viewer's."""
    call = calls.start(ask.session, ask.viewer, body.phone)
    shown = view(ask.session, calls.CALLS, call)
    tagged(response, shown)
    response.headers["Location"] = f"{request.url.path}/{call.id}"
    return CallOut.model_validate(shown)


@acts(router, "/{key}/notes", CallOut, "write_call_notes", "Write the notes of a call")
def write_notes(ask: AskDep, key: RowId, body: NotesIn) -> Any:
    """In place of the former ones; nothing is made of them yet."""
    call = calls.write(ask.session, ask.viewer, key, body.notes)
    return CallOut.model_validate(view(ask.session, calls.CALLS, call))


@acts(router, "/{key}/ticket", CallTicketOut, "make_call_ticket", "Make what was noted a ticket")
def make_ticket(ask: AskDep, key: RowId, body: CallTicketIn, _key: IdempotencyKey) -> Any:
    """A new ticket of channel phone, or more for the one the call is about if its reporter calls; placed at once."""
    noted = Noted(
        words=body.words,
        facts=body.facts,
        contact_id=body.contact_id,
        site_id=body.site_id,
        equipment_id=body.equipment_id,
        ticket_id=body.ticket_id,
        subject=body.subject,
        caller=body.caller,
    )
    ticket = note_down(ask.session, ask.viewer, ask.services.intake, key, noted)
    return CallTicketOut(call_id=key, ticket_id=ticket.id, number=ticket.number, emergency=ticket.emergency)


@acts(router, "/{key}/hold", CallStateOut, "hold_call", "Put a call on hold")
def hold_call(ask: AskDep, key: RowId, body: WhyIn) -> Any:
    """With the reason, if there is one to tell."""
    return _done(ask, key, calls.hold(ask.session, ask.viewer, key, body.note))


@acts(router, "/{key}/resume", CallStateOut, "resume_call", "Take a call off hold", has_body=False)
def resume_call(ask: AskDep, key: RowId) -> Any:
    """Talk on."""
    return _done(ask, key, calls.resume(ask.session, ask.viewer, key))


@acts(router, "/{key}/transfer", CallStateOut, "transfer_call", "Hand a call to somebody")
def transfer_call(ask: AskDep, key: RowId, body: TransferIn) -> Any:
    """It is theirs from then on, with all that was noted."""
    return _done(ask, key, calls.transfer(ask.session, ask.viewer, key, body.to_user_id, body.note))


@acts(router, "/{key}/callback", CallStateOut, "promise_callback", "Promise to call back")
def promise_callback(ask: AskDep, key: RowId, body: CallbackIn) -> Any:
    """A promise in the ledger, once there is a work order."""
    return _done(ask, key, calls.promise_callback(ask.session, ask.viewer, key, body.due_at, body.note))


@acts(router, "/{key}/called-back", CallStateOut, "call_back", "Note that we called back")
def call_back(ask: AskDep, key: RowId, body: WhyIn) -> Any:
    """In time or not: the promise is kept, or broken."""
    return _done(ask, key, calls.called_back(ask.session, ask.viewer, key, body.note))


@acts(router, "/{key}/end", CallStateOut, "end_call", "End a call", has_body=False)
def end_call(ask: AskDep, key: RowId) -> Any:
    """What was noted stays; a ticket can still be made of it."""
    return _done(ask, key, calls.end(ask.session, ask.viewer, key))


@colleagues_router.get(
    "",
    response_model=ColleaguesOut,
    operation_id="list_call_takers",
    summary="List who else takes calls",
    responses=failures(401, 403, 422),
)
def list_call_takers(ask: AskDep) -> Any:
    """Names only; to whom a call can be handed."""
    found = calls.colleagues(ask.session, ask.viewer)
    return ColleaguesOut(items=[ColleagueOut(id=key, name=name) for key, name in found])


def _done(ask: Ask, key: int, event: CallEvent) -> CallStateOut:
    shown = CallEventOut.model_validate(event, from_attributes=True)
    return CallStateOut(call_id=key, state=calls.state_after(ask.session, event), event=shown)
