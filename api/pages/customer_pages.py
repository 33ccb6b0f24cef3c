"""The pages that a customer's link opens: choose, confirm, change, cancel, and say how to get in.

Looking changes nothing, however often and by whomever it is done. What a form sends counts only with the one thing that
the customer knows and the message with the link does not hold.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import RowId, ServicesDep
from api.pages.customer_doing import REFUSED, as_offered, back, chosen, details_of, refused, run, taken, too_long
from api.pages.customer_forms import key_of_value
from api.pages.customer_render import N_
from api.pages.customer_route import LOOKING, From, GuestRoute, Text, Token, is_only_probing
from api.pages.customer_showing import Said, overview
from api.pages.customer_visitor import Visitor, enter
from db.models import Channel
from db.session import Session
from dispatch.appointments.holding.confirming import Confirmed, Taken, confirm
from dispatch.appointments.holding.details import edit
from dispatch.appointments.holding.wanted import SlotWanted

router = APIRouter(include_in_schema=False, route_class=GuestRoute)

DONE: Final = {
    "confirmed": N_("Thank you. Your appointment is confirmed."),
    "changed": N_("Thank you. Your appointment was changed."),
    "cancelled": N_("Your appointment is cancelled."),
    "saved": N_("Thank you. We noted it."),
}


@router.api_route("/a/{token}", methods=LOOKING)
def show(request: Request, services: ServicesDep, token: Token, done: str = "", first: From = None) -> Response:
    """The appointments of the work order, and the windows to choose from."""
    visitor = enter(request, services, token)
    if is_only_probing(request):
        return Response(status_code=204)
    return overview(visitor, first, done=DONE.get(done, ""))


@router.post("/a/{token}")
def choose(
    request: Request,
    services: ServicesDep,
    token: Token,
    first: From = None,
    form: Text = "",
    lang: Text = "",
    website: Text = "",
    slot: Text = "",
    attending: Text = "",
    notes: Text = "",
    answer: Text = "",
) -> Response:
    """Confirms the window that was chosen; or fresh ones, if somebody else was quicker."""
    visitor = enter(request, services, token, language=lang)
    said = Said(attending.strip(), notes.strip(), chosen=key_of_value(slot))
    signer, problems = visitor.form_problems(form, website)
    wanted = chosen(visitor, signer, slot, problems)
    problems += too_long(visitor, said)
    problems = problems or visitor.knows(answer)
    if problems or wanted is None:
        return overview(visitor.again(), first, said=said, problems=problems)
    return _finish(visitor, lambda: _confirm_window(visitor, wanted, said), "confirmed", first, said)


@router.post("/a/{token}/confirm/{appointment_id}")
def confirm_held(
    request: Request,
    services: ServicesDep,
    token: Token,
    appointment_id: RowId,
    form: Text = "",
    lang: Text = "",
    website: Text = "",
    answer: Text = "",
) -> Response:
    """Confirms a window that is kept for the customer."""
    visitor = enter(request, services, token, language=lang)
    if visitor.view.appointment(appointment_id) is None:
        return back(visitor, "")
    _, problems = visitor.form_problems(form, website)
    problems = problems or visitor.knows(answer)
    if problems:
        return overview(visitor.again(), None, problems=problems)

    def work() -> Confirmed | Taken:
        return run(visitor, lambda session: _confirm(session, visitor, appointment_id, Said()))

    return _finish(visitor, work, "confirmed", None, Said())


def _confirm_window(visitor: Visitor, wanted: SlotWanted, said: Said) -> Confirmed | Taken:
    what = as_offered(visitor, wanted)
    return what if isinstance(what, Taken) else run(visitor, lambda session: _confirm(session, visitor, what, said))


def _confirm(session: Session, visitor: Visitor, what: SlotWanted | int, said: Said) -> Confirmed | Taken:
    the = visitor.services
    result = confirm(session, visitor.guest, the.clock, the.travel, the.books, what, channel=Channel.WEB_FORM)
    attending, notes = details_of(said)
    if isinstance(result, Confirmed) and (attending or notes):
        edit(session, visitor.guest, result.appointment.id, attending=attending, access_notes=notes)
    return result


def _finish(
    visitor: Visitor, work: Callable[[], Confirmed | Taken], done: str, first: date | None, said: Said
) -> Response:
    try:
        result = work()
    except REFUSED:
        return overview(visitor.again(), first, said=said, problems=[refused(visitor)])
    if isinstance(result, Taken):
        return overview(visitor.again(), first, said=said, problems=[taken(visitor)], offered=result.offered)
    return back(visitor, done)
