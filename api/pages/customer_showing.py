"""Customers' pages as they look to a visitor: what is agreed, and the windows to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi.responses import HTMLResponse

from api.pages.customer_forms import slot_key
from api.pages.customer_render import render_customer
from api.pages.customer_visitor import SYSTEM, Problem, Visitor
from dispatch.appointments.links.guest_view import AppointmentView
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.offers import Offered, Slot
from dispatch.appointments.words import LANGUAGES, day, window
from dispatch.errors import Invalid, RuleBroken


@dataclass(frozen=True, slots=True)
class Said:
    """What a form said, to be shown again when something in it is wrong."""

    attending: str = ""
    notes: str = ""
    why: str = ""
    chosen: str = ""


def overview(
    visitor: Visitor,
    first: date | None,
    *,
    said: Said | None = None,
    problems: Sequence[Problem] = (),
    done: str = "",
    offered: Offered | None = None,
) -> HTMLResponse:
    """What is agreed, and, where something is to be chosen, the windows; those that were `offered`, if they were."""
    said, view = said or Said(), visitor.view
    choosing = view.may_choose and visitor.may_act
    is_first = not view.appointments
    heading = visitor.say("Choose your appointment") if choosing and is_first else visitor.say("Your appointment")
    return _page(
        visitor,
        "customer.html",
        problems,
        heading=heading,
        view=view,
        may_act=visitor.may_act,
        choosing=choosing,
        why_not=_why_not(visitor),
        done=visitor.say(done) if done else "",
        said=said,
        chosen=said.chosen,
        **(_windows(visitor, first, offered) if choosing else {}),
    )


def _why_not(visitor: Visitor) -> str:
    """Why nothing can be changed here, where something might be."""
    view = visitor.view
    if not (view.may_choose or any(each.may_change or each.is_held for each in view.appointments)):
        return ""
    if not visitor.guest.may_decide:
        return visitor.say("Somebody else decides about the time. Here you see what was agreed.")
    return (
        ""
        if visitor.asked.can_answer
        else visitor.say("With this link nothing can be changed any more. Please call us.")
    )


def change_page(
    visitor: Visitor,
    appointment: AppointmentView,
    first: date | None,
    said: Said | None = None,
    problems: Sequence[Problem] = (),
    offered: Offered | None = None,
) -> HTMLResponse:
    """The windows to which an appointment can be moved."""
    chosen = said.chosen if said else ""
    found = _windows(visitor, first, offered, now=appointment)
    return _page(visitor, "customer_change.html", problems, appointment=appointment, chosen=chosen, **found)


def simple_page(
    visitor: Visitor, template: str, appointment: AppointmentView, said: Said, problems: Sequence[Problem] = ()
) -> HTMLResponse:
    """A page about one appointment, without windows."""
    return _page(visitor, template, problems, appointment=appointment, said=said)


def _page(visitor: Visitor, template: str, problems: Sequence[Problem], **values: Any) -> HTMLResponse:
    page = render_customer(
        visitor.request,
        template,
        visitor.language,
        languages=tuple(LANGUAGES.items()),
        token=visitor.token,
        form_token=visitor.signer.token,
        question=visitor.asked.question,
        problems=problems,
        **values,
    )
    return HTMLResponse(page, 422 if problems else 200)


def _windows(
    visitor: Visitor, first: date | None, offered: Offered | None, now: AppointmentView | None = None
) -> dict[str, Any]:
    """The windows by day, as the page shows them, and the day from which later ones are shown."""
    if offered is None:
        offered = _offered(visitor, first, () if now is None else now.visit_ids)
    free = [
        slot for slot in offered.offers if now is None or _when(slot) != (now.local_date, now.local_from, now.local_by)
    ]
    days = sorted({slot.local_date for slot in free})
    later = days[-1] + timedelta(days=1) if days else None
    return {
        "days": [_day(visitor, place, each, free) for place, each in enumerate(days, 1)],
        "next_day": later.isoformat() if later else "",
        "is_later": first is not None,
        "query": f"?from={first.isoformat()}" if first else "",
    }


def _offered(visitor: Visitor, first: date | None, visit_ids: tuple[int, ...]) -> Offered:
    """What is free from that day on; nothing, where nothing can be had, or not so far ahead."""
    the, order_id = visitor.services, visitor.guest.work_order_id
    with the.uow(viewer=SYSTEM, read_only=True) as session:
        found = (the.clock, the.travel, the.books, order_id)
        try:
            return slots.offer(session, visitor.guest, *found, first_day=first, visit_ids=visit_ids)
        except (RuleBroken, Invalid):
            return Offered(order_id, (), visitor.view.time_zone, (), ())


def _when(slot: Slot) -> tuple[Any, ...]:
    return slot.local_date, slot.local_from, slot.local_by


def _day(visitor: Visitor, place: int, local_date: date, free: Sequence[Slot]) -> dict[str, Any]:
    signer = visitor.signer
    return {
        "name": day(local_date, visitor.language),
        "slots": [
            {
                "id": f"slot-{place}-{number}",
                "day": place,
                "key": slot_key(slot),
                "value": signer.slot_value(slot),
                "words": window(slot.local_from, slot.local_by),
            }
            for number, slot in enumerate((each for each in free if each.local_date == local_date), 1)
        ],
    }
