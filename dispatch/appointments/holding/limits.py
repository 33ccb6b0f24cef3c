"""What may be held: so many windows at once, of a width that policy allows, not in the past, in the order of visits."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    CustomerLink,
    LinkKind,
    Site,
    SlotPolicy,
    VisitLink,
    WorkOrder,
)
from db.models.appointments import ACTIVE
from dispatch.appointments.holding.errors import NoRoom, TooMany
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.local_time import zone_named
from dispatch.errors import Fault, Invalid, RuleBroken

MINUTE: Final = timedelta(minutes=1)


def refuse_bad_window(wanted: SlotWanted, policy: SlotPolicy, actor: Actor, now: datetime, time_zone: str) -> None:
    """Nothing, when policy allows such a window.

    Whoever comes by a link is held to what is offered: its notice, its days, and no window narrower than those.

    Raises Invalid, RuleBroken, NoRoom for a time that is over.
    """
    width = wanted.closes_at - wanted.opens_at
    if width < timedelta(0):
        message = f"closes_at {wanted.closes_at.isoformat()} is before opens_at {wanted.opens_at.isoformat()}"
        raise Invalid(message, (Fault("/closes_at", f"{message}; exchange the two"),))
    if wanted.closes_at <= now:
        raise NoRoom("That time is over; look which times are free now.")
    if width > policy.most_width_minutes * MINUTE:
        raise RuleBroken(
            f"The window is {width // MINUTE} minutes wide, and at most {policy.most_width_minutes} may be promised: "
            "choose a narrower one, or change most_width_minutes in the slot policy."
        )
    if isinstance(actor, Guest):
        _refuse_unoffered(wanted, policy, now, time_zone)


def _refuse_unoffered(wanted: SlotWanted, policy: SlotPolicy, now: datetime, time_zone: str) -> None:
    narrowest = min(policy.width_minutes, policy.same_day_width_minutes) * MINUTE
    zone = zone_named(time_zone)
    days = (wanted.opens_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    # A second less: a window may be said to end just before the next one begins.
    if wanted.closes_at - wanted.opens_at < narrowest - timedelta(seconds=1):
        raise RuleBroken(f"Windows are at least {narrowest // MINUTE} minutes wide; choose one of those offered.")
    if wanted.opens_at < now + policy.notice_minutes * MINUTE:
        raise NoRoom(f"That is too soon: we need {policy.notice_minutes} minutes; look which times are free now.")
    if days > policy.days:
        raise RuleBroken(f"That is {days} days ahead, and {policy.days} are offered; choose an earlier day.")


def refuse_too_many(
    session: Session, actor: Actor, order: WorkOrder, policy: SlotPolicy, now: datetime, replaced: set[int]
) -> None:
    """Nothing, while the customer and the site hold fewer windows than policy allows; those replaced do not count.

    The customer is who the link is of: its contact, else the link itself. Holds that we enter count for the site.

    Raises TooMany, which names the limit and the remedy.
    """
    # Locked, or two who hold at once would each see the other's hold too late.
    session.execute(select(Site.id).where(Site.id == order.site_id).with_for_update(key_share=True))
    held = (
        select(func.count())
        .select_from(Appointment)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(
            Appointment.status == AppointmentStatus.HELD,
            Appointment.held_until > now,
            Appointment.id.not_in(replaced),
        )
    )
    at_site = session.scalar(held.where(WorkOrder.site_id == order.site_id)) or 0
    if at_site >= policy.holds_per_site:
        raise TooMany(_too_many("for this address", at_site, policy.holds_per_site, "holds_per_site"))
    if isinstance(actor, Guest):
        link = CustomerLink.id == actor.link_id
        if actor.contact_id is not None:
            link = CustomerLink.contact_id == actor.contact_id
        own = session.scalar(held.where(Appointment.held_by_id.in_(select(CustomerLink.id).where(link)))) or 0
        if own >= policy.holds_per_customer:
            raise TooMany(_too_many("by you", own, policy.holds_per_customer, "holds_per_customer"))


def _too_many(whose: str, count: int, limit: int, field: str) -> str:
    return (
        f"{count} times are held {whose} already, and at most {limit} may be at once ({field}): "
        "confirm or release one of them, or wait until it lapses."
    )


def refuse_out_of_order(session: Session, wanted: SlotWanted, visit_ids: tuple[int, ...]) -> None:
    """Nothing, when the visits come after those that must precede them, and before those that they precede.

    Only whether the windows allow it: within one day the plan itself sees to the rest.

    Raises RuleBroken, which names the other appointment.
    """
    links = select(VisitLink).where(
        VisitLink.kind == LinkKind.PRECEDES, VisitLink.visit_id.in_(visit_ids) | VisitLink.other_id.in_(visit_ids)
    )
    for link in session.scalars(links):
        comes_first = link.visit_id in visit_ids
        other = _appointment_of(session, link.other_id if comes_first else link.visit_id)
        if other is None:
            continue
        mine = wanted.opens_at, wanted.closes_at
        first, second = (mine, _span(other)) if comes_first else (_span(other), mine)
        least, most = timedelta(seconds=link.min_gap_seconds), link.max_gap_seconds
        too_soon = second[1] < first[0] + least
        too_late = most is not None and second[0] > first[1] + timedelta(seconds=most)
        if too_soon or too_late:
            said = f"{other.local_date} {other.local_from:%H:%M} to {other.local_by:%H:%M}"
            where = "before" if comes_first else "after"
            raise RuleBroken(
                f"This visit must be {where} the one that has its appointment on {said}"
                f"{', and not that long' if too_late else ''}; choose another time, or change that one first."
            )


def _span(row: Appointment) -> tuple[datetime, datetime]:
    return row.opens_at, row.closes_at


def _appointment_of(session: Session, visit_id: int) -> Appointment | None:
    query = (
        select(Appointment)
        .join(AppointmentVisit, AppointmentVisit.appointment_id == Appointment.id)
        .where(AppointmentVisit.visit_id == visit_id, AppointmentVisit.active.is_(True), Appointment.status.in_(ACTIVE))
    )
    return session.scalars(query).one_or_none()
