"""Which plans there are to look at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from db.models import Plan, PlanningRun, Role, RunStatus, Technician, Territory
from db.session import Session
from dispatch.access import Action, Viewer, may
from dispatch.errors import NotFound

LATEST: Final = 10
"""How many days are listed per territory."""


@dataclass(frozen=True, slots=True)
class Day:
    """A territory's day: where its page is, and what to say of it in a list."""

    code: str
    territory: str
    local_date: date
    note: str = ""
    is_today: bool = False

    @property
    def href(self) -> str:
        """The address of its page."""
        return f"/plans/{quote(self.code, safe='')}/{self.local_date.isoformat()}"

    def moved(self, days: int) -> "Day":
        """The same territory's day so many days later."""
        return replace(self, local_date=self.local_date + timedelta(days=days))


def days_of(session: Session, viewer: Viewer, now: datetime) -> list[Day]:
    """The latest days that have a plan, of all territories that the viewer may see, today's first."""
    days = [
        day for territory in session.query(Territory).order_by(Territory.name) for day in _days(session, territory, now)
    ]
    return sorted(days, key=lambda day: (not day.is_today, -day.local_date.toordinal()))


def _days(session: Session, territory: Territory, now: datetime) -> Iterator[Day]:
    today = now.astimezone(ZoneInfo(territory.time_zone)).date()
    query = session.query(Plan).filter_by(territory_id=territory.id).order_by(Plan.local_date.desc()).limit(LATEST)
    for plan in query:
        note = "published" if plan.published_at else "not published"
        is_today = plan.local_date == today
        yield Day(territory.code, territory.name, plan.local_date, f"today, {note}" if is_today else note, is_today)


def territory_by_code(session: Session, code: str) -> Territory:
    """The territory with this code.

    Raises NotFound when there is none, or the viewer may not see it.
    """
    territory = session.query(Territory).filter_by(code=code).one_or_none()
    if territory is None:
        raise NotFound(f"There is no territory with the code {code[:40]!r} that you may see.")
    return territory


def today_of(territory: Territory, now: datetime) -> Day:
    """The territory's day that `now` lies in there."""
    return Day(territory.code, territory.name, now.astimezone(ZoneInfo(territory.time_zone)).date())


def technician_code(session: Session, viewer: Viewer) -> str:
    """The code of the technician that the viewer is.

    Raises NotFound when they are none.
    """
    found = session.query(Technician.code).filter_by(id=viewer.technician_id).scalar()
    if viewer.role is not Role.TECHNICIAN or found is None:
        raise NotFound("You are no technician.")
    return str(found)


def latest_run(session: Session, viewer: Viewer, territory_id: int, local_date: date) -> int | None:
    """The id of the day's last planning run that succeeded, for who may look at runs."""
    if not may(viewer, Action.READ, PlanningRun):
        return None
    query = session.query(PlanningRun.id).filter_by(
        territory_id=territory_id, local_date=local_date, status=RunStatus.SUCCEEDED
    )
    found = query.order_by(PlanningRun.id.desc()).limit(1).scalar()
    return None if found is None else int(found)
