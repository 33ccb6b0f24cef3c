"""Promises that a change of a plan would break: told before it is made, and made only by who says that it may."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from db.models import Absence, Plan, Promise, Route, Shift, Stop
from dispatch.access import Action, Viewer, elevated, may
from dispatch.errors import NotFound
from dispatch.planning.change.drafts import RouteDraft, of_row
from dispatch.promises.at_stake import AtStake, at_stake, at_stake_on

Drafts = Mapping[int, RouteDraft]
"""Routes by shift id."""


def of_change(session: Session, present: Drafts, touched: Iterable[RouteDraft]) -> tuple[AtStake, ...]:
    """The promises that these routes would break in the place of the present ones, and that are kept now."""
    touched = list(touched)
    before = _starts(present[draft.shift_id] for draft in touched if draft.shift_id in present)
    return at_stake(session, {**dict.fromkeys(before), **_starts(touched)}, before)


def of_plan(session: Session, plan: Plan, routes: Iterable[Route]) -> tuple[AtStake, ...]:
    """The promises that a plan breaks as it stands: due that day, or about its visits."""
    return at_stake_on(session, plan.territory_id, plan.local_date, _starts(of_row(route) for route in routes))


def read(session: Session, viewer: Viewer, plan_id: int) -> tuple[AtStake, ...]:
    """What publishing a plan as it stands would break; nothing for who may read no promises.

    Raises NotFound.
    """
    plan = session.scalars(select(Plan).where(Plan.id == plan_id)).one_or_none()
    if plan is None:
        raise NotFound(f"there is no plan {plan_id}; GET /v1/plans?territory=…&date=… finds one")
    if not may(viewer, Action.READ, Promise):
        return ()
    with elevated(session, "promises at stake"):
        return of_plan(session, plan, _routes(session, plan))


def of_proposal(
    session: Session, viewer: Viewer, plan: Plan | None, proposed: Iterable[RouteDraft]
) -> tuple[AtStake, ...]:
    """What these routes would break of what the plan keeps now; nothing for who may read no promises."""
    if not may(viewer, Action.READ, Promise):
        return ()
    with elevated(session, "promises at stake"):
        routes = [] if plan is None else _routes(session, plan)
        return of_change(session, {route.shift_id: of_row(route) for route in routes}, proposed)


def of_absence(session: Session, absence: Absence) -> tuple[AtStake, ...]:
    """What would be broken if nothing that its technician has planned in it took place."""
    theirs = select(Shift.id).where(Shift.technician_id == absence.technician_id)
    during = (Stop.starts_at < absence.ends_at, Stop.departs_at > absence.starts_at)
    return _without(session, Route.shift_id.in_(theirs), *during)


def of_shift(session: Session, shift: Shift) -> tuple[AtStake, ...]:
    """What would be broken if nothing of its route outside its times, with what overtime it allows, took place."""
    ends_at = shift.ends_at + timedelta(seconds=shift.max_overtime_seconds)
    outside = or_(Stop.starts_at < shift.starts_at, Stop.departs_at > ends_at)
    return _without(session, Route.shift_id == shift.id, outside)


def _without(session: Session, *stops: ColumnElement[bool]) -> tuple[AtStake, ...]:
    with elevated(session, "promises at stake"):
        query = select(Stop.visit_id, Stop.starts_at).join(Route, Route.id == Stop.route_id).where(*stops)
        before = {visit: start for visit, start in session.execute(query) if visit is not None}
        return at_stake(session, dict.fromkeys(before), before)


def _routes(session: Session, plan: Plan) -> list[Route]:
    query = select(Route).where(Route.plan_id == plan.id).options(selectinload(Route.stops)).order_by(Route.shift_id)
    return list(session.scalars(query))


def _starts(drafts: Iterable[RouteDraft]) -> dict[int, datetime | None]:
    return {stop.visit_id: stop.starts_at for draft in drafts for stop in draft.stops if stop.visit_id is not None}
