"""Door codes and the like: for the technician who comes today, and nobody else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Plan, Role, Route, Shift, Site, Stop, Visit, WorkOrder
from dispatch.access import Viewer
from dispatch.errors import Forbidden, NotFound


def read_access_notes(session: Session, viewer: Viewer, site_id: int) -> str | None:
    """The access notes of a site that a published route leads this technician to today.

    Raises Forbidden for every other role, or on another day; NotFound when they may not know of the site at all.
    """
    if viewer.role is not Role.TECHNICIAN:
        msg = "Access notes are for the technician who comes today; whoever wrote them may write them anew."
        raise Forbidden(msg)
    site = session.scalar(select(Site).where(Site.id == site_id))
    if site is None:
        msg = f"There is no site {site_id}, or not for you."
        raise NotFound(msg)
    today = (
        select(Stop.id)
        .join(Visit, Visit.id == Stop.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Shift, Shift.id == Route.shift_id)
        .where(WorkOrder.site_id == site_id, Plan.local_date == viewer.today)
    )
    if session.scalar(today.limit(1)) is None:
        msg = f"The access notes of site {site_id} show on the day of your visit."
        raise Forbidden(msg)
    return site.access_notes
