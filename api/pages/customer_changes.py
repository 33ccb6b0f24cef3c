"""What customers do with an appointment they have: another time, none at all, who will be there, how to get in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import RowId, ServicesDep
from api.pages.customer_doing import REFUSED, act, as_offered, back, chosen, details_of, refused, run, taken
from api.pages.customer_forms import key_of_value
from api.pages.customer_route import LOOKING, From, GuestRoute, Text, Token, is_only_probing
from api.pages.customer_showing import Said, change_page, simple_page
from api.pages.customer_visitor import enter
from db.models import Channel
from db.session import Session
from dispatch.appointments.holding.cancelling import cancel
from dispatch.appointments.holding.changing import change
from dispatch.appointments.holding.confirming import Confirmed, Taken
from dispatch.appointments.holding.details import edit
from dispatch.appointments.links.links import LinkGone

router = APIRouter(include_in_schema=False, route_class=GuestRoute)


@router.api_route("/a/{token}/change/{appointment_id}", methods=LOOKING)
def show_change(
    request: Request, services: ServicesDep, token: Token, appointment_id: RowId, first: From = None
) -> Response:
    """The windows to which an appointment can be moved."""
    visitor = enter(request, services, token)
    appointment = visitor.appointment(appointment_id, to_change=True)
    if is_only_probing(request):
        return Response(status_code=204)
    return change_page(visitor, appointment, first)


@router.post("/a/{token}/change/{appointment_id}")
def send_change(
    request: Request,
    services: ServicesDep,
    token: Token,
    appointment_id: RowId,
    first: From = None,
    form: Text = "",
    lang: Text = "",
    website: Text = "",
    slot: Text = "",
    answer: Text = "",
) -> Response:
    """Moves the appointment; it stays as it was where that cannot be."""
    visitor = enter(request, services, token, language=lang)
    appointment = visitor.view.appointment(appointment_id)
    if appointment is None:
        return back(visitor, "")
    said = Said(chosen=key_of_value(slot))
    signer, problems = visitor.form_problems(form, website)
    wanted = chosen(visitor, signer, slot, problems)
    problems = problems or visitor.knows(answer)
    if problems or wanted is None:
        return change_page(visitor.again(), appointment, first, said, problems)

    def work() -> Confirmed | Taken:
        the, window = visitor.services, as_offered(visitor, wanted)
        if isinstance(window, Taken):
            return window
        given = (the.clock, the.travel, the.books, appointment_id, window)
        return run(visitor, lambda session: change(session, visitor.guest, *given, channel=Channel.WEB_FORM))

    try:
        result = work()
    except REFUSED:
        return change_page(visitor.again(), appointment, first, said, [refused(visitor)])
    if isinstance(result, Taken):
        return change_page(visitor.again(), appointment, first, said, [taken(visitor)], result.offered)
    return back(visitor, "changed")


@router.api_route("/a/{token}/cancel/{appointment_id}", methods=LOOKING)
def show_cancel(request: Request, services: ServicesDep, token: Token, appointment_id: RowId) -> Response:
    """Asks whether the appointment is to be cancelled."""
    visitor = enter(request, services, token)
    return simple_page(visitor, "customer_cancel.html", visitor.appointment(appointment_id, to_change=True), Said())


@router.post("/a/{token}/cancel/{appointment_id}")
def send_cancel(
    request: Request,
    services: ServicesDep,
    token: Token,
    appointment_id: RowId,
    form: Text = "",
    lang: Text = "",
    website: Text = "",
    why: Text = "",
    answer: Text = "",
) -> Response:
    """Cancels the appointment; done twice it is done once."""
    visitor, said = enter(request, services, token, language=lang), Said(why=why.strip())

    def work(session: Session) -> None:
        the = visitor.services
        cancel(session, visitor.guest, the.clock, the.travel, appointment_id, said.why, by_customer=True)

    return act(visitor, "customer_cancel.html", appointment_id, said, (form, website, answer), work, "cancelled")


@router.api_route("/a/{token}/details/{appointment_id}", methods=LOOKING)
def show_details(request: Request, services: ServicesDep, token: Token, appointment_id: RowId) -> Response:
    """Asks who will be there, and how to get in; what was said before is not shown."""
    visitor = enter(request, services, token)
    return simple_page(visitor, "customer_details.html", visitor.appointment(appointment_id, to_change=True), Said())


@router.post("/a/{token}/details/{appointment_id}")
def send_details(
    request: Request,
    services: ServicesDep,
    token: Token,
    appointment_id: RowId,
    form: Text = "",
    lang: Text = "",
    website: Text = "",
    attending: Text = "",
    notes: Text = "",
    answer: Text = "",
) -> Response:
    """Notes what was said; what was left empty stays as it is."""
    visitor, said = enter(request, services, token, language=lang), Said(attending.strip(), notes.strip())

    def work(session: Session) -> None:
        attending, notes = details_of(said)
        edit(session, visitor.guest, appointment_id, attending=attending, access_notes=notes)

    return act(visitor, "customer_details.html", appointment_id, said, (form, website, answer), work, "saved")


@router.api_route("/a/{token}/{rest:path}", methods=["GET", "HEAD", "POST"])
def nothing(token: Token, rest: str) -> Response:
    """There is nothing else below a link."""
    raise LinkGone
