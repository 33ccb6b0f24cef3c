"""Appointments given up, with those of visits that come after: their time is free again at once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, AppointmentVisit, LinkKind, VisitLink
from dispatch.access import Viewer
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping, vowing
from dispatch.appointments.holding.placing import take_out
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.travel.places import TravelTimes

AFTER = "the visit before it has no time any more"


def give_back(
    session: Session,
    viewer: Viewer,
    clock: Clock,
    travel: TravelTimes,
    rows: Sequence[Appointment],
    status: AppointmentStatus,
    why: str,
    cause: str,
    *,
    by_customer: bool = True,
) -> None:
    """Ends the appointments in this state, and takes their visits out of the plans; flushed.

    What must come after one of them ends too: a hold is released, an appointment cancelled. by_customer: whether the
    customer lets us off what was promised. cause: what the audit trail calls it.

    Raises RuleBroken, Conflict.
    """
    visits: list[int] = []
    ended = {row.id for row in rows}
    later = [row for row in followers(session, rows) if row.id not in ended]
    for row, state, said in [
        *((row, status, why) for row in rows),
        *((row, _after(row, status), AFTER) for row in later),
    ]:
        visits += keeping.visits_of(session, row.id)
        was = row.status
        keeping.end(session, row, state, said)
        told = "given up by the customer" if by_customer else "given up by us"
        vowing.give_up(session, row, by_customer=by_customer, why=told)
        note(session, viewer, cause, row, {"status": (was, state)})
    keeping.refuse_set_out(session, visits, "given up")
    take_out(session, viewer, clock, travel, visits, f"appointment.{cause}")
    session.flush()


def followers(session: Session, rows: Sequence[Appointment]) -> list[Appointment]:
    """The active appointments of visits that must come after those of these appointments, however indirectly."""
    ahead = {visit for row in rows for visit in keeping.visits_of(session, row.id)}
    seen = set(ahead)
    while ahead:
        links = select(VisitLink.other_id).where(VisitLink.kind == LinkKind.PRECEDES, VisitLink.visit_id.in_(ahead))
        ahead = set(session.scalars(links)) - seen
        # Who starts together with one that comes after, comes after too.
        own = select(AppointmentVisit.appointment_id).where(AppointmentVisit.visit_id.in_(ahead))
        mates = select(AppointmentVisit.visit_id).where(AppointmentVisit.appointment_id.in_(own))
        ahead = (ahead | set(session.scalars(mates))) - seen
        seen |= ahead
    return keeping.active_of(session, seen)


def refuse_before_earlier(session: Session, visit_ids: Sequence[int]) -> None:
    """Nothing, unless a visit that must come before is only held, and may yet have no time.

    Raises RuleBroken, which names its hold.
    """
    before = select(VisitLink.visit_id).where(VisitLink.kind == LinkKind.PRECEDES, VisitLink.other_id.in_(visit_ids))
    earlier = [visit for visit in session.scalars(before) if visit not in visit_ids]
    held = [row for row in keeping.active_of(session, earlier) if row.status is AppointmentStatus.HELD]
    if held:
        raise RuleBroken(f"The visit before this one is only held: confirm appointment {held[0].id} first.")


def _after(row: Appointment, status: AppointmentStatus) -> AppointmentStatus:
    if row.status is AppointmentStatus.CONFIRMED:
        return AppointmentStatus.CANCELLED
    return status if status is AppointmentStatus.LAPSED else AppointmentStatus.RELEASED
