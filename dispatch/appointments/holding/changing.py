"""An appointment moves to another window, or stays as it is: the new one holds before the old one is given up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, Channel, Territory, WorkOrder
from dispatch.access import elevated
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping, vowing
from dispatch.appointments.holding.allowing import (
    PURPOSE,
    appointment_of,
    make_plannable,
    refuse_stale,
    seen_order,
    written_by,
)
from dispatch.appointments.holding.confirming import Answer, Confirmed, taken
from dispatch.appointments.holding.errors import NoRoom
from dispatch.appointments.holding.lapsing import lapse
from dispatch.appointments.holding.limits import refuse_bad_window, refuse_out_of_order
from dispatch.appointments.holding.placing import put_in, queue_up, tried
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.policy import policy_for
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.travel.places import TravelTimes


def change(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    books: Books,
    appointment_id: int,
    wanted: SlotWanted,
    *,
    channel: Channel | None = None,
    version: int | None = None,
) -> Answer:
    """The appointment that takes the place of this one, in the wanted window; or what can be had, and nothing changed.

    It keeps the calendar entry, with a higher sequence, and what was said about who will be there. Asking again for the
    same change gives the same answer.

    Raises NotFound, Forbidden, Invalid, StaleVersion, RuleBroken when it is over, or somebody has set out.
    """
    try:
        return Confirmed(
            attempt(session, actor, clock, travel, appointment_id, wanted, channel=channel, version=version)
        )
    except NoRoom as error:
        order_id = seen_order(session, actor, appointment_id)
        visits = keeping.visits_of_appointment(session, appointment_id)
        return taken(session, actor, clock, travel, books, order_id, error, visits)


def attempt(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    appointment_id: int,
    wanted: SlotWanted,
    *,
    channel: Channel | None = None,
    version: int | None = None,
) -> Appointment:
    """As `change`; for who looks for fresh offers later, when nobody waits for this transaction any more.

    Raises as `change` does, and NoRoom when nobody can keep the window any more; nothing was changed then.
    """
    row, order = appointment_of(session, actor, appointment_id)
    with elevated(session, PURPOSE):
        done = _same(session, row, wanted)
        if done is not None:
            return done
        refuse_stale(row, version)
        if row.status is not AppointmentStatus.CONFIRMED:
            raise RuleBroken(f"Appointment {row.id} is {row.status.value}, not confirmed; choose a time anew.")
        return tried(session, lambda: _moved(session, actor, clock, travel, order, row, wanted, channel))


def _same(session: Session, row: Appointment, wanted: SlotWanted) -> Appointment | None:
    """What the change would lead to, if it was made already."""
    if row.status is AppointmentStatus.SUPERSEDED:
        query = select(Appointment).where(Appointment.supersedes_id == row.id)
        successor = session.scalars(query).one_or_none()
        row = row if successor is None else successor
    is_same = (row.opens_at, row.closes_at) == (wanted.opens_at, wanted.closes_at)
    return row if is_same and row.status is AppointmentStatus.CONFIRMED else None


def _moved(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    order: WorkOrder,
    old: Appointment,
    wanted: SlotWanted,
    channel: Channel | None,
) -> Appointment:
    visits = keeping.visits_of(session, old.id)
    policy = policy_for(session, order.territory_id, order.work_type_id)
    territory, now = session.get_one(Territory, order.territory_id), clock.now()
    keeping.refuse_set_out(session, visits, "changed")
    refuse_bad_window(wanted, policy, actor, now, territory.time_zone)
    refuse_out_of_order(session, wanted, visits)
    make_plannable(session, actor, order)
    promised = vowing.promise_of(session, old)
    uid, old.uid = old.uid, f"{old.uid[:32]}.{old.id}"
    keeping.end(session, old, AppointmentStatus.SUPERSEDED, "another time was chosen")
    row = keeping.write(session, actor, order, wanted, visits, territory.time_zone, now)
    row.uid, row.sequence, row.supersedes_id = uid, old.sequence + 1, old.id
    row.attending, row.access_notes = old.attending, old.access_notes
    row.status, row.confirmed_at, row.channel = AppointmentStatus.CONFIRMED, now, channel or old.channel
    row.confirmed_by_id = actor.contact_id if isinstance(actor, Guest) else old.confirmed_by_id
    session.flush()
    queue_up(session, row, visits)
    lapse(session, clock, travel, row.territory_id, row.local_date)
    put_in(session, written_by(actor), clock, travel, row, visits, wanted.shift_ids)
    vowing.promise(session, actor, order, row, visits, row.channel, promised)
    keeping.tell(session, row, keeping.CHANGED)
    spans = {"opens_at": (old.opens_at, row.opens_at), "closes_at": (old.closes_at, row.closes_at)}
    note(session, written_by(actor), "change", row, {**spans, "supersedes_id": (None, old.id)})
    session.flush()
    return row
