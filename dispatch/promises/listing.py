"""Promises as people look at them: in lists, of a work order, and the share that was kept."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Promise, PromiseEvent, PromiseOutcome, Territory, WorkOrder
from dispatch.access import Action, Viewer, require
from dispatch.errors import Fault, Invalid, NotFound
from dispatch.promises.ledger import is_open
from dispatch.records.nouns import Collection, Noun
from dispatch.records.views import View, views

MOST_DAYS: Final = 400
USUAL_DAYS: Final = 28


class PromiseState(StrEnum):
    """open → kept | broken | released | superseded."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    RELEASED = "released"
    SUPERSEDED = "superseded"


def _in_state(state: PromiseState) -> ColumnElement[bool]:
    if state is PromiseState.OPEN:
        return is_open()
    if state is PromiseState.SUPERSEDED:
        later = aliased(Promise)
        return exists(select(later.id).where(later.supersedes_id == Promise.id))
    ended = PromiseEvent.promise_id == Promise.id
    return exists(select(PromiseEvent.id).where(ended, PromiseEvent.outcome == PromiseOutcome(state.value)))


def _in_territory(territory_id: Any) -> ColumnElement[bool]:
    return Promise.work_order_id.in_(select(WorkOrder.id).where(WorkOrder.territory_id == territory_id))


PROMISES: Final = Noun(
    Promise,
    collections=(
        Collection("events", PromiseEvent, "promise_id", ("promise_id",), kept=False),
        Collection("later", Promise, "supersedes_id", ("id",), kept=False),
    ),
    filters={"state": _in_state, "territory_id": _in_territory},
)


def of_work_order(session: Session, viewer: Viewer, work_order_id: int) -> list[View]:
    """All promises of a work order in the order in which they were made, superseded ones too.

    Raises NotFound, Forbidden.
    """
    require(viewer, Action.READ, Promise)
    seen_order(session, work_order_id)
    rows = session.scalars(select(Promise).where(Promise.work_order_id == work_order_id).order_by(Promise.id))
    return views(session, PROMISES, rows.all())


def seen_order(session: Session, work_order_id: int) -> WorkOrder:
    """The work order, if the viewer may see it.

    Raises NotFound.
    """
    order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id))
    if order is None:
        raise NotFound(f"There is no work order {work_order_id}, or not for you.")
    return order


@dataclass(frozen=True, slots=True)
class Kept:
    """How promises of a territory that were due in one week ended. monday: its first day.

    share: kept of those kept or broken; None where none was.
    """

    territory_id: int
    territory: str
    monday: date
    kept: int
    broken: int
    released: int
    open: int

    @property
    def share(self) -> float | None:
        """Kept of those kept or broken."""
        judged = self.kept + self.broken
        return self.kept / judged if judged else None


def kept_by_week(
    session: Session,
    viewer: Viewer,
    today: date,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    territory_id: int | None = None,
) -> list[Kept]:
    """What was kept of what was due, week by week (Monday to Sunday, as was said), of all kinds; both days included.

    Without days: the four weeks until today. Superseded promises are none any more.

    Raises Forbidden, Invalid for more than 400 days.
    """
    require(viewer, Action.READ, Promise)
    last = last_day or (first_day + timedelta(days=USUAL_DAYS) if first_day else today)
    first = first_day or last - timedelta(days=USUAL_DAYS - 1)
    if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
        message = f"first_day {first} to last_day {last} is no span of 1 to {MOST_DAYS} days; name another one"
        raise Invalid(message, (Fault("/last_day", message),))
    counted: dict[tuple[int, str, date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    later = aliased(Promise)
    query = (
        select(Territory.id, Territory.code, Promise.local_date, PromiseEvent.outcome, func.count())
        .join(WorkOrder, WorkOrder.id == Promise.work_order_id)
        .join(Territory, Territory.id == WorkOrder.territory_id)
        .outerjoin(PromiseEvent, PromiseEvent.promise_id == Promise.id)
        .where(Promise.local_date.between(first, last))
        .where(~exists(select(later.id).where(later.supersedes_id == Promise.id)))
        .group_by(Territory.id, Territory.code, Promise.local_date, PromiseEvent.outcome)
    )
    if territory_id is not None:
        query = query.where(Territory.id == territory_id)
    for key, code, day, outcome, count in session.execute(query):
        week = counted[key, code, day - timedelta(days=day.weekday())]
        week[PromiseState.OPEN if outcome is None else outcome] += count
    return [
        Kept(key, code, monday, *(week[state] for state in ("kept", "broken", "released", "open")))
        for (key, code, monday), week in sorted(counted.items(), key=lambda item: (item[0][2], item[0][1]))
    ]
