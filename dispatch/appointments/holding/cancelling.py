"""An appointment is called off: by the customer, who lets us off, or by us, who break what we promised."""

from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus
from dispatch.access import elevated
from dispatch.appointments.holding import keeping
from dispatch.appointments.holding.allowing import PURPOSE, appointment_of, refuse_stale, written_by
from dispatch.appointments.holding.ending import give_back
from dispatch.appointments.holding.placing import tried
from dispatch.appointments.holding.wanted import Actor
from dispatch.appointments.links.guest import Guest
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.travel.places import TravelTimes


def cancel(
    session: Session,
    actor: Actor,
    clock: Clock,
    travel: TravelTimes,
    appointment_id: int,
    why: str,
    *,
    by_customer: bool,
    version: int | None = None,
) -> Appointment:
    """The appointment, cancelled: its visits are in no plan and wait, their order is ready again; flushed.

    by_customer: whether the customer wants it so; then the promise is released, else it is broken. What a guest cancels
    is always by the customer. A hold is released. What must come after it is cancelled too. Again changes nothing.

    Raises NotFound, Forbidden, StaleVersion, RuleBroken when it is over, or somebody has set out.
    """
    row, _ = appointment_of(session, actor, appointment_id)
    if row.status is AppointmentStatus.CANCELLED:
        return row
    refuse_stale(row, version)
    if row.status not in (AppointmentStatus.HELD, AppointmentStatus.CONFIRMED):
        raise RuleBroken(f"Appointment {row.id} is {row.status.value}; there is nothing left to cancel.")
    was = row.status
    is_theirs = by_customer or isinstance(actor, Guest)

    def work() -> Appointment:
        keeping.refuse_set_out(session, keeping.visits_of(session, row.id), "cancelled")
        state = AppointmentStatus.RELEASED if was is AppointmentStatus.HELD else AppointmentStatus.CANCELLED
        viewer = written_by(actor)
        give_back(session, viewer, clock, travel, [row], state, why, "cancel", by_customer=is_theirs)
        return row

    with elevated(session, PURPOSE):
        return tried(session, work)
