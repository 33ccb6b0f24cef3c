"""Links by which customers and technicians come without signing in: given, listed, revoked."""

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.responses import failures
from api.schemas.links import DeciderIn, FeedCreate, InvitationIn, LinkCreate, LinkOut, LinksOut, NewLinkOut
from api.transaction import Ask, SecretTransaction, Transaction
from db.models import CustomerLink
from dispatch.appointments.links import link_giving

router = APIRouter(tags=["links"], route_class=Transaction)
secret_router = APIRouter(tags=["links"], route_class=SecretTransaction)
"""Routes whose answers hold the address of a link, and are not kept for retries."""

routers: Final = (secret_router, router)


@secret_router.post(
    "/work-orders/{key}/links",
    status_code=201,
    response_model=NewLinkOut,
    operation_id="make_appointment_link",
    summary="Make a link to a work order's appointments",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def make_appointment_link(ask: AskDep, request: Request, key: RowId, body: LinkCreate) -> Any:
    """Its holder chooses, changes and cancels on a page, after one question. The address is told this once."""
    row, token = link_giving.give(
        ask.session,
        ask.viewer,
        ask.services.link_key,
        key,
        contact_id=body.contact_id,
        conversation_id=body.conversation_id,
        language=body.language,
        may_decide=body.may_decide,
        lifetime=timedelta(days=body.days),
    )
    return _new(ask, request, row, f"/a/{token}")


@router.get(
    "/work-orders/{key}/links",
    response_model=LinksOut,
    operation_id="list_appointment_links",
    summary="List the links to a work order's appointments",
    responses=failures(401, 403, 404, 422),
)
def list_appointment_links(ask: AskDep, key: RowId) -> Any:
    """The newest first; their addresses are not kept."""
    return _listed(link_giving.given(ask.session, ask.viewer, key))


@router.post(
    "/work-orders/{key}/invitations",
    status_code=202,
    operation_id="invite_to_choose",
    summary="Write to whoever decides, with a link to choose a time",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def invite_to_choose(ask: AskDep, key: RowId, body: InvitationIn, _key: IdempotencyKey) -> Response:
    """They get a link of their own, over the way that they can be reached."""
    link_giving.ask_to_choose(ask.session, ask.viewer, key, body.contact_id)
    return Response(status_code=202)


@router.put(
    "/work-orders/{key}/decider",
    status_code=204,
    operation_id="set_decider",
    summary="Say who decides about a work order's appointments",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def set_decider(ask: AskDep, key: RowId, body: DeciderIn) -> Response:
    """Links of everybody else only show from now on."""
    link_giving.set_decider(ask.session, ask.viewer, key, body.contact_id)
    return Response(status_code=204)


@secret_router.post(
    "/technicians/{key}/calendar",
    status_code=201,
    response_model=NewLinkOut,
    operation_id="make_technician_calendar",
    summary="Make a link to a technician's calendar",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def make_technician_calendar(ask: AskDep, request: Request, key: RowId, body: FeedCreate) -> Any:
    """A calendar program follows it: published stops from today on, without access notes."""
    row, token = link_giving.give_feed(
        ask.session,
        ask.viewer,
        ask.services.link_key,
        technician_id=key,
        language=body.language,
        lifetime=timedelta(days=body.days),
    )
    return _new(ask, request, row, f"/calendar/{token}.ics")


@router.get(
    "/technicians/{key}/calendar",
    response_model=LinksOut,
    operation_id="list_technician_calendars",
    summary="List the links to a technician's calendar",
    responses=failures(401, 403, 404, 422),
)
def list_technician_calendars(ask: AskDep, key: RowId) -> Any:
    """The newest first; their addresses are not kept."""
    return _listed(link_giving.feeds_given(ask.session, ask.viewer, technician_id=key))


@secret_router.post(
    "/contacts/{key}/calendar",
    status_code=201,
    response_model=NewLinkOut,
    operation_id="make_contact_calendar",
    summary="Make a link to a contact's calendar",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def make_contact_calendar(ask: AskDep, request: Request, key: RowId, body: FeedCreate) -> Any:
    """A calendar program follows it: the appointments that the contact confirmed, or has a link to."""
    row, token = link_giving.give_feed(
        ask.session,
        ask.viewer,
        ask.services.link_key,
        contact_id=key,
        language=body.language,
        lifetime=timedelta(days=body.days),
    )
    return _new(ask, request, row, f"/calendar/{token}.ics")


@router.get(
    "/contacts/{key}/calendar",
    response_model=LinksOut,
    operation_id="list_contact_calendars",
    summary="List the links to a contact's calendar",
    responses=failures(401, 403, 404, 422),
)
def list_contact_calendars(ask: AskDep, key: RowId) -> Any:
    """The newest first; their addresses are not kept."""
    return _listed(link_giving.feeds_given(ask.session, ask.viewer, contact_id=key))


@router.delete(
    "/links/{key}",
    status_code=204,
    operation_id="revoke_link",
    summary="Revoke a link",
    responses=failures(401, 403, 404, 422),
)
def revoke_link(ask: AskDep, key: RowId) -> Response:
    """It leads nowhere from now on; done twice it is done once."""
    link_giving.take_back(ask.session, ask.viewer, ask.clock, key)
    return Response(status_code=204)


def _new(ask: Ask, request: Request, row: CustomerLink, path: str) -> NewLinkOut:
    base = ask.services.settings.public_url or str(request.base_url)
    shown = LinkOut.model_validate(row, from_attributes=True).model_dump()
    return NewLinkOut(**shown, url=f"{base.rstrip('/')}{path}")


def _listed(rows: Any) -> LinksOut:
    return LinksOut(items=[LinkOut.model_validate(row, from_attributes=True) for row in rows])
