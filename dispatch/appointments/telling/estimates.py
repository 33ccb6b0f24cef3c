"""When technicians will arrive, by what happened today: the plan's later stops shifted by how late they run.

Waiting time in the plan makes up for it. Nothing is guessed about a route of which nobody has said anything today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import AppointmentVisit, Route, Stop, Visit, VisitStatus

_OVER = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE)
_SAID = (VisitStatus.TRAVELLING, VisitStatus.ON_SITE, *_OVER)


@dataclass(frozen=True, slots=True)
class _Halt:
    """A stop as it was planned, with its visit as it is now."""

    stop: Stop
    visit: Visit | None


def arrival_of(session: Session, visit_id: int, now: datetime) -> datetime | None:
    """When the technician of a visit on the way is expected; None: it is in no plan. For the system's use."""
    route_id = session.scalar(select(Stop.route_id).where(Stop.visit_id == visit_id))
    return None if route_id is None else expected(session, [route_id], now).get(visit_id)


def expected(session: Session, route_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """{visit id: when its technician is expected} of the visits that nobody is at yet. For the system's use."""
    routes = {each.id: each for each in session.scalars(select(Route).where(Route.id.in_(route_ids)))}
    halts: dict[int, list[_Halt]] = {key: [] for key in routes}
    query = select(Stop, Visit).outerjoin(Visit, Visit.id == Stop.visit_id).where(Stop.route_id.in_(route_ids))
    for stop, visit in session.execute(query.order_by(Stop.route_id, Stop.position)):
        halts[stop.route_id].append(_Halt(stop, visit))
    found: dict[int, datetime] = {}
    for key, mine in halts.items():
        if any(each.visit is not None and each.visit.status in _SAID for each in mine):
            found |= _shifted(routes[key].departs_at, mine, now)
    return found


def _shifted(departs_at: datetime | None, halts: Sequence[_Halt], now: datetime) -> Mapping[int, datetime]:
    found: dict[int, datetime] = {}
    left_at = departs_at
    free_at = departs_at
    for halt in halts:
        stop, visit = halt.stop, halt.visit
        leg = stop.arrives_at - (left_at or stop.arrives_at)
        service = stop.departs_at - stop.starts_at
        left_at = stop.departs_at
        if visit is not None and visit.status in _OVER:
            free_at = visit.finished_at or stop.departs_at
            continue
        if visit is not None and visit.status is VisitStatus.ON_SITE:
            free_at = max(now, (visit.started_at or stop.starts_at) + service)
            continue
        if visit is not None and visit.status is VisitStatus.TRAVELLING:
            # A visit is written to when somebody sets out for it, and seldom before they are there.
            arrival = max(now, visit.updated_at + leg)
        else:
            arrival = max(stop.starts_at, max(free_at or now, now) + leg)
        if visit is not None:
            found[visit.id] = arrival
        free_at = arrival + service
    return found


def note_told(session: Session, appointment_id: int, at: datetime) -> None:
    """Writes down which arrival the customer was told to expect, now."""
    quietly = {"synchronize_session": False}
    mine = update(AppointmentVisit).where(AppointmentVisit.appointment_id == appointment_id)
    session.execute(mine.values(told_estimate_at=at, told_at=session.info["now"]()).execution_options(**quietly))
