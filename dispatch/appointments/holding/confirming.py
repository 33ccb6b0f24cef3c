"""A window becomes an appointment: atomically, once, or with fresh offers in the same answer."""

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, Channel, Promise, WorkOrder
from dispatch.access import Viewer, elevated
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping, vowing
from dispatch.appointments.holding.allowing import (
    PURPOSE,
    appointment_of,
    order_of,
    refuse_stale,
    seen_order,
    written_by,
)
from dispatch.appointments.holding.ending import refuse_before_earlier
from dispatch.appointments.holding.errors import NoRoom
from dispatch.appointments.holding.holding import held
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.offers import Offered
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.travel.places import TravelTimes

ENDED: tuple[AppointmentStatus, ...] = (AppointmentStatus.LAPSED, AppointmentStatus.RELEASED)
"""Holds that are gone, whose window may still be free."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """It is an appointment now, or was one already."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class Taken:
    """Nobody can keep that window any more; nothing was changed. offered: what can be had now."""

    message: str
    offered: Offered


Answer: TypeAlias = Confirmed | Taken


def confirm(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    books: Books,
    what: int | SlotWanted,
    *,
    channel: Channel | None = None,
    attending: str | None = None,
    version: int | None = None,
) -> Answer:
    """Makes a hold, or a window straight away, an appointment; of two who want what is there once, one gets it.

    what: the id of the appointment that is held, or a window. A hold that has ended is confirmed all the same if its
    window is still free. Confirming again gives the same answer. Travel times should come from a cache.

    Raises NotFound, Forbidden, Invalid, StaleVersion, RuleBroken for what cannot be confirmed at any time.
    """
    try:
        row = attempt(session, actor, clock, travel, what, channel=channel, attending=attending, version=version)
    except NoRoom as error:
        order_id = what.work_order_id if isinstance(what, SlotWanted) else seen_order(session, actor, what)
        return taken(session, actor, clock, travel, books, order_id, error)
    return Confirmed(row)


def attempt(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    what: int | SlotWanted,
    *,
    channel: Channel | None = None,
    attending: str | None = None,
    version: int | None = None,
) -> Appointment:
    """As `confirm`; for who looks for fresh offers later, when nobody waits for this transaction any more.

    Raises as `confirm` does, and NoRoom when nobody can keep the window any more; nothing was changed then.
    """
    if isinstance(what, SlotWanted):
        row = _straight(session, actor, clock, travel, what, channel)
    else:
        row = _held(session, actor, clock, travel, what, channel, version)
    if attending is not None:
        row.attending = attending
        session.flush()
    return row


def taken(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    books: Books,
    work_order_id: int,
    error: NoRoom,
    visit_ids: tuple[int, ...] = (),
) -> Taken:
    """What is told of a window that nobody can keep any more. visit_ids: those that it was for; (): the next ones."""
    offered = slots.offer(session, actor, clock, travel, books, work_order_id, visit_ids=visit_ids)
    return Taken(error.message, offered)


def made_sure(
    session: Session,
    actor: Actor,
    order: WorkOrder,
    row: Appointment,
    visits: tuple[int, ...],
    channel: Channel | None,
    supersedes: Promise | None = None,
) -> Appointment:
    """The hold, confirmed: its state, the promise (in place of another), the news. For the system's use; flushed."""
    row.status, row.confirmed_at, row.channel = AppointmentStatus.CONFIRMED, session.info["now"](), channel
    if isinstance(actor, Guest):
        row.confirmed_by_id = actor.contact_id
    else:
        row.confirmed_by_id = row.confirmed_by_id or order.decider_id
    if isinstance(actor, Viewer) and row.entered_by_id is None:
        row.entered_by_id = actor.user_id
    session.flush()
    vowing.promise(session, actor, order, row, visits, channel, supersedes)
    keeping.tell(session, row, keeping.CONFIRMED)
    note(session, written_by(actor), "confirm", row, {"opens_at": (None, row.opens_at)})
    session.flush()
    return row


def _straight(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    wanted: SlotWanted,
    channel: Channel | None,
) -> Appointment:
    order = order_of(session, actor, wanted.work_order_id)
    with elevated(session, PURPOSE):
        again = keeping.same_window(session, wanted)
        if again is not None and again.status is AppointmentStatus.CONFIRMED:
            return again
        if again is not None and again.status is AppointmentStatus.HELD:
            return _sure(session, actor, clock, travel, order, again, channel)
        with session.begin_nested():
            row = held(session, actor, clock, travel, order, wanted, limited=False)
            visits = keeping.visits_of(session, row.id)
            refuse_before_earlier(session, visits)
            return made_sure(session, actor, order, row, visits, channel)


def _held(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    appointment_id: int,
    channel: Channel | None,
    version: int | None,
) -> Appointment:
    row, order = appointment_of(session, actor, appointment_id)
    if row.status is AppointmentStatus.CONFIRMED:
        return row
    refuse_stale(row, version)
    if row.status is not AppointmentStatus.HELD and row.status not in ENDED:
        raise RuleBroken(f"Appointment {row.id} is {row.status.value}; choose another time.")
    with elevated(session, PURPOSE):
        return _sure(session, actor, clock, travel, order, row, channel)


def _sure(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    order: WorkOrder,
    row: Appointment,
    channel: Channel | None,
) -> Appointment:
    visits = keeping.visits_of(session, row.id)
    again = keeping.same_window(session, SlotWanted.again(row, visits))
    if again is not None and again.status is AppointmentStatus.CONFIRMED:
        return again
    if row.status is AppointmentStatus.HELD and row.closes_at > clock.now():
        keeping.refuse_set_out(session, visits, "confirmed")
        refuse_before_earlier(session, visits)
        if keeping.is_kept(session, row, visits):
            return made_sure(session, actor, order, row, visits, channel)
    # It ended, or its stop was moved away by hand: whether the window is still free is asked anew.
    with session.begin_nested():
        wanted = SlotWanted.again(row, visits)
        fresh = held(session, actor, clock, travel, order, wanted, limited=False)
        return made_sure(session, actor, order, fresh, visits, channel)
