"""Calendar files: of one appointment, from its customer's page; and feeds that calendar programs follow."""

import hashlib
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import RowId, ServicesDep
from api.pages.customer_limits import Limits
from api.pages.customer_route import LOOKING, GuestRoute, Token
from api.pages.customer_visitor import SYSTEM, enter
from db.models import LinkPurpose
from dispatch.access.secrets import digest
from dispatch.appointments.calendars.feeds import feed
from dispatch.appointments.calendars.files import MEDIA_TYPE
from dispatch.appointments.calendars.invitations import invitation
from dispatch.appointments.links.links import LinkGone

router = APIRouter(include_in_schema=False, route_class=GuestRoute)

TYPE: Final = f"{MEDIA_TYPE}; charset=utf-8"


@router.api_route("/a/{token}/calendar/{appointment_id}.ics", methods=LOOKING)
def appointment_file(request: Request, services: ServicesDep, token: Token, appointment_id: RowId) -> Response:
    """The appointment as a file for the customer's calendar."""
    visitor = enter(request, services, token)
    if visitor.view.appointment(appointment_id) is None:
        raise LinkGone
    company = services.settings.company_name
    with services.uow(viewer=SYSTEM, read_only=True) as session:
        content = invitation(session, appointment_id, visitor.language, company=company)
    headers = {"Content-Disposition": f'attachment; filename="{visitor.view.number}.ics"'}
    return Response(content, media_type=TYPE, headers=headers)


@router.api_route("/calendar/{token}.ics", methods=LOOKING)
def calendar_feed(request: Request, services: ServicesDep, token: Token) -> Response:
    """A customer's or technician's calendar as it is now; nothing, when the program has it already."""
    if not services.link_key.is_token(LinkPurpose.CALENDAR, token):
        raise LinkGone
    limits: Limits = request.app.state.customer_limits
    address = request.client.host if request.client is not None else "unknown"
    now = services.clock.now()
    limits.count(now, acts=False, link=digest(token)[:16], address=address)
    with services.uow(viewer=SYSTEM, read_only=True) as session:
        content = feed(session, services.link_key, token, now, company=services.settings.company_name)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _tags(request):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=TYPE, headers=headers)


def _tags(request: Request) -> set[str]:
    """The versions that the program has; weak ones count as strong, as no byte differs."""
    said = request.headers.get("if-none-match", "")
    return {each.strip().removeprefix("W/") for each in said.split(",")}
