"""Door codes and the like: for the technician who comes today, and nobody else."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import ACTIVE, Appointment, AppointmentVisit, Plan, Role, Route, Shift, Site, Stop, Visit, WorkOrder
from dispatch.access import Viewer
from dispatch.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class AccessNotes:
    """How to get in. site: as ever; visits: what customers added for today's visits, in the order of the route."""

    site: str | None
    visits: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, each on a line of its own."""
        return "\n".join(note for note in (self.site, *self.visits) if note)


def read_access_notes(session: Session, viewer: Viewer, site_id: int) -> AccessNotes:
    """The access notes of a site that a published route leads this technician to today, and of its appointments.

    Raises Forbidden for every other role, or on another day; NotFound when they may not know of the site at all.
    """
    if viewer.role is not Role.TECHNICIAN:
        msg = "Access notes are for the technician who comes today; whoever wrote them may write them anew."
        raise Forbidden(msg)
    site = session.scalar(select(Site).where(Site.id == site_id))
    if site is None:
        msg = f"There is no site {site_id}, or not for you."
        raise NotFound(msg)
    visits = list(session.scalars(_today(viewer, site_id)))
    if not visits:
        msg = f"The access notes of site {site_id} show on the day of your visit."
        raise Forbidden(msg)
    return AccessNotes(site.access_notes, _of_appointments(session, [visit for visit in visits if visit is not None]))


def _today(viewer: Viewer, site_id: int) -> Select[int | None]:
    """The visits there that are in the technician's published route of today."""
    return (
        select(Stop.visit_id)
        .join(Visit, Visit.id == Stop.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Shift, Shift.id == Route.shift_id)
        .where(WorkOrder.site_id == site_id, Plan.local_date == viewer.today)
        .order_by(Stop.starts_at)
    )


def _of_appointments(session: Session, visits: list[int]) -> tuple[str, ...]:
    query = (
        select(AppointmentVisit.visit_id, Appointment.access_notes)
        .join(Appointment, Appointment.id == AppointmentVisit.appointment_id)
        .where(
            AppointmentVisit.visit_id.in_(visits),
            AppointmentVisit.active.is_(True),
            Appointment.status.in_(ACTIVE),
            Appointment.access_notes.is_not(None),
        )
    )
    found = {visit: notes or "" for visit, notes in session.execute(query)}
    return tuple(found[visit] for visit in visits if visit in found)
