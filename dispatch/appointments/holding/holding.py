"""Windows kept for some minutes: a hold takes up room in the plan, and ends by itself."""

from datetime import timedelta

from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, Territory, WorkOrder
from dispatch.access import elevated
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping
from dispatch.appointments.holding.allowing import PURPOSE, appointment_of, make_plannable, order_of, written_by
from dispatch.appointments.holding.ending import give_back
from dispatch.appointments.holding.lapsing import lapse
from dispatch.appointments.holding.limits import refuse_bad_window, refuse_out_of_order, refuse_too_many
from dispatch.appointments.holding.placing import put_in, queue_up, tried
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.offering.groups import groups_of, next_group
from dispatch.appointments.offering.policy import policy_for
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.travel.places import TravelTimes


def hold(session: Session, actor: Actor, clock: Clock, travel: TravelTimes, wanted: SlotWanted) -> Appointment:
    """Keeps a window for the visits of a work order that start together, for as long as policy says; flushed.

    A hold that these visits have already makes room for it, if it can be had. Travel times should come from a cache.

    Raises NotFound, Forbidden, Invalid, RuleBroken with the remedy, TooMany, and NoRoom when nobody can come then.
    """
    order = order_of(session, actor, wanted.work_order_id)
    with elevated(session, PURPOSE):
        return held(session, actor, clock, travel, order, wanted, limited=True)


def held(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    order: WorkOrder,
    wanted: SlotWanted,
    *,
    limited: bool,
) -> Appointment:
    """As `hold`, of an order that the actor may decide about and that is locked; for the system's use.

    limited: whether the number of holds is; not for what is confirmed in the same breath.
    """
    group = next_group(order, groups_of(session, order.id), wanted.visit_ids).visit_ids
    policy = policy_for(session, order.territory_id, order.work_type_id)
    territory, now = session.get_one(Territory, order.territory_id), clock.now()
    refuse_bad_window(wanted, policy, actor, now, territory.time_zone)
    keeping.refuse_set_out(session, group, "made")
    refuse_out_of_order(session, wanted, group)
    before = keeping.active_of(session, group)
    if any(row.status is AppointmentStatus.CONFIRMED for row in before):
        said = f"{before[0].local_date} {before[0].local_from:%H:%M} to {before[0].local_by:%H:%M}"
        raise RuleBroken(f"There is an appointment already, on {said}; change or cancel appointment {before[0].id}.")
    if limited:
        refuse_too_many(session, actor, order, policy, now, {row.id for row in before})
    until = now + timedelta(minutes=policy.hold_minutes)

    def work() -> Appointment:
        make_plannable(session, actor, order)
        for old in before:
            keeping.end(session, old, AppointmentStatus.RELEASED, "another window was held instead")
        row = keeping.write(session, actor, order, wanted, group, territory.time_zone, until)
        _place(session, actor, clock, travel, row, group, wanted.shift_ids)
        keeping.tell(session, row, keeping.HELD)
        note(session, written_by(actor), "hold", row, {"opens_at": (None, row.opens_at)})
        session.flush()
        return row

    return tried(session, work)


def release(
    session: Session, actor: Actor, clock: Clock, travel: TravelTimes, appointment_id: int, version: int | None = None
) -> Appointment:
    """Gives a hold up; one that is over already stays what it is.

    Raises NotFound, Forbidden, StaleVersion, RuleBroken for an appointment that is confirmed.
    """
    row, _ = appointment_of(session, actor, appointment_id, version)
    if row.status in (AppointmentStatus.RELEASED, AppointmentStatus.LAPSED):
        return row
    if row.status is not AppointmentStatus.HELD:
        raise RuleBroken(f"Appointment {row.id} is {row.status.value}, not held; only a hold is released: cancel it.")

    def work() -> Appointment:
        give_back(session, written_by(actor), clock, travel, [row], AppointmentStatus.RELEASED, "released", "release")
        return row

    with elevated(session, PURPOSE):
        return tried(session, work)


def _place(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    row: Appointment,
    group: tuple[int, ...],
    shift_ids: tuple[int, ...],
) -> None:
    """Ends what has run out on that day, so that it is in nobody's way, and puts the visits in."""
    queue_up(session, row, group)
    lapse(session, clock, travel, row.territory_id, row.local_date)
    put_in(session, written_by(actor), clock, travel, row, group, shift_ids)
