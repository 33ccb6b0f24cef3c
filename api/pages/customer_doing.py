"""What a customer's form does: one transaction, after the answer was right; or what is to be corrected."""

from collections.abc import Callable
from typing import TypeVar

from fastapi.responses import RedirectResponse, Response

from api.pages.customer_forms import FormSigner
from api.pages.customer_showing import Said, simple_page
from api.pages.customer_visitor import SYSTEM, Problem, Visitor
from db.session import Session
from dispatch.appointments.holding.confirming import Taken
from dispatch.appointments.holding.details import LONGEST_NAME, LONGEST_NOTES
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.appointments.local_time import zone_named
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.foreseeing import taken_already
from dispatch.errors import Forbidden, Invalid, RuleBroken

Result = TypeVar("Result")

REFUSED = (RuleBroken, Invalid, Forbidden)
"""What cannot be done now, whatever is tried again."""


def act(
    visitor: Visitor,
    template: str,
    appointment_id: int,
    said: Said,
    sent: tuple[str, str, str],
    work: Callable[[Session], None],
    done: str,
) -> Response:
    """Does something with an appointment that needs no window. sent: the form's token, its trap, and the answer."""
    appointment = visitor.view.appointment(appointment_id)
    if appointment is None:
        return back(visitor, "")
    form, trap, answer = sent
    _, problems = visitor.form_problems(form, trap)
    problems += too_long(visitor, said)
    problems = problems or visitor.knows(answer)
    if problems:
        return simple_page(visitor.again(), template, appointment, said, problems)
    try:
        run(visitor, work)
    except REFUSED:
        return simple_page(visitor.again(), template, appointment, said, [refused(visitor)])
    return back(visitor, done)


def run(visitor: Visitor, work: Callable[[Session], Result]) -> Result:
    """Does the work in one transaction, again when the database was busy."""
    return visitor.services.uow.run(work, viewer=SYSTEM)


def as_offered(visitor: Visitor, wanted: SlotWanted) -> SlotWanted | Taken:
    """The window with what is known of it now: where there is room, at what cost; or that nobody can keep it any more.

    Reads alone, so that many who want one window cost little.
    """
    the, guest = visitor.services, visitor.guest
    day = wanted.opens_at.astimezone(zone_named(visitor.view.time_zone)).date()
    given = (the.clock, the.travel, the.books)
    with the.uow(viewer=SYSTEM, read_only=True) as session:
        found = slots.offer(
            session, guest, *given, wanted.work_order_id, first_day=day, days=1, visit_ids=wanted.visit_ids
        )
        for slot in found.offers:
            if (slot.opens_at, slot.closes_at) == (wanted.opens_at, wanted.closes_at):
                return SlotWanted.of(slot)
        return taken_already(session, guest, *given, wanted) or wanted


def taken(visitor: Visitor) -> Problem:
    """What is said when somebody else was quicker."""
    return Problem("slot", visitor.say("Somebody else was quicker: that time is gone. These times are free now."))


def refused(visitor: Visitor) -> Problem:
    """What is said when it cannot be done."""
    return Problem(
        "", visitor.say("That could not be done; nothing was changed. Please choose another time, or call us.")
    )


def chosen(visitor: Visitor, signer: FormSigner | None, value: str, problems: list[Problem]) -> SlotWanted | None:
    """The window that was chosen; None: none was, which is added to the problems."""
    wanted = None if signer is None else signer.wanted(value, visitor.guest.work_order_id)
    if wanted is None and not problems:
        problems.append(Problem("slot", visitor.say("Please choose a time.")))
    return wanted


def too_long(visitor: Visitor, said: Said) -> list[Problem]:
    """What is wrong with the texts of a form."""
    most = {"attending": LONGEST_NAME, "notes": LONGEST_NOTES, "why": LONGEST_NAME}
    text = visitor.say("That is too long; please shorten it.")
    return [Problem(name, text) for name, longest in most.items() if len(getattr(said, name)) > longest]


def back(visitor: Visitor, done: str) -> RedirectResponse:
    """To the overview, which then says what was done; loading it again does nothing twice."""
    query = f"?done={done}&lang={visitor.language}" if done else f"?lang={visitor.language}"
    return RedirectResponse(f"/a/{visitor.token}{query}", 303)


def details_of(said: Said) -> tuple[str | None, str | None]:
    """Who will be there, and how to get in; None for what was left empty, which stays as it is."""
    return said.attending or None, said.notes or None
