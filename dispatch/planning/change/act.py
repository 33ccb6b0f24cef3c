"""The one act by which a plan changes: compare and swap revisions of the touched routes, under the referee's eye.

Whoever changes routes, by an applied proposal or by hand, hands in the day as it was just read, the routes as they
should be, and the revisions on which that was decided. In the caller's transaction the revisions are compared and
raised, the referee judges the touched routes beside the others, the stops are written, visits and work orders get
their states, and when the plan is published the outbox gets the news.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.errors import IntegrityError
from db.models import Plan, Route, Stop
from dispatch.access import Viewer, elevated
from dispatch.access.audit import note
from dispatch.errors import Conflict, RuleBroken
from dispatch.planning.change import news, states
from dispatch.planning.change.drafts import RouteDraft, of_row
from dispatch.planning.change.verdict import breaches, priced
from dispatch.planning.day.build import Built
from dispatch.planning.day.candidates import plan_of
from dispatch.planning.day.rows import DayRows

SHOWN = 5
"""So many breaches of rules are told in one message."""


@dataclass(frozen=True)
class Change:
    """Routes as they should be. `revisions`: what was read when that was decided, {shift id: revision}, 0: no route.

    cause: what the audit trail says was done.
    """

    routes: Sequence[RouteDraft]
    revisions: Mapping[int, int]
    cause: str


def plan_change(session: Session, viewer: Viewer, rows: DayRows, built: Built, change: Change) -> Plan:
    """Makes the change, or none of it; the plan it belongs to, made if this is its first.

    `rows` and `built` must have been read in this same transaction.

    Raises Conflict when a revision is not what it was, or a visit was planned elsewhere in the meantime; RuleBroken,
    with the referee's sentences, when the touched routes break a rule.
    """
    touched = {draft.shift_id: draft for draft in change.routes}
    _compare(rows, touched, change.revisions)
    present = {shift_id: of_row(route) for shift_id, route in rows.routes.items()}
    found = breaches(built, rows.horizon, present, touched)
    if found:
        told = " ".join(breach.message for breach in found[:SHOWN])
        more = f" And {len(found) - SHOWN} more." if len(found) > SHOWN else ""
        raise RuleBroken(f"the routes would break the plan's rules: {told}{more}")
    with elevated(session, "planning"):
        plan = shared_plan(session, rows)
        revisions, routes = _swap(session, plan, rows, priced(built, rows.horizon, touched.values()))
        published = plan.published_at is not None
        moves = states.settle(session, rows, present, touched, tell=published)
        if published:
            owners = {shift.id: shift.technician_id for shift in rows.shifts}
            news.tell_routes(session, news.ROUTE_CHANGED, plan, revisions, routes, owners)
            news.tell_moves(session, plan, moves, revisions, owners)
    note(session, viewer, change.cause, plan, {"revisions": (dict(change.revisions), revisions)})
    return plan


def shared_plan(session: Session, rows: DayRows) -> Plan:
    """The day's plan, made if need be, locked against being published until the transaction ends."""
    key = rows.territory.id, rows.horizon.local_date
    plan = plan_of(session, *key, lock="share")
    if plan is not None:
        return plan
    try:
        with session.begin_nested():
            plan = Plan(territory_id=key[0], local_date=key[1], duration_model_id=rows.durations.model_id)
            session.add(plan)
    except IntegrityError as error:
        raise Conflict("the plan of this day was begun by somebody else just now; try again") from error
    return plan


def _compare(rows: DayRows, touched: Mapping[int, RouteDraft], expected: Mapping[int, int]) -> None:
    stale = sorted(shift for shift in touched if rows.revisions.get(shift, 0) != expected.get(shift, 0))
    if stale:
        raise stale_routes(rows, stale, expected)


def stale_routes(rows: DayRows, stale: Sequence[int], expected: Mapping[int, int]) -> Conflict:
    """The conflict that names the routes which somebody else changed."""
    names = {shift.id: rows.technicians[shift.technician_id].name for shift in rows.shifts}
    told = ", ".join(
        f"{names.get(shift, 'a shift that is gone')} (shift {shift}: revision {rows.revisions.get(shift, 0)}, "
        f"not {expected.get(shift, 0)})"
        for shift in stale[:SHOWN]
    )
    return Conflict(f"somebody else changed the routes of {told}; look at the plan again and repeat the change")


def _swap(
    session: Session, plan: Plan, rows: DayRows, drafts: Sequence[RouteDraft]
) -> tuple[dict[int, int], dict[int, int]]:
    """Writes the routes; their new revisions and their keys, by shift id."""
    # Always in the same order, so that two changes never wait for each other.
    drafts = sorted(drafts, key=lambda draft: draft.shift_id)
    routes = {draft.shift_id: _route_id(session, plan, rows, draft) for draft in drafts}
    session.execute(delete(Stop).where(Stop.route_id.in_(routes.values())).execution_options(synchronize_session=False))
    _refuse_taken(session, drafts)
    try:
        with session.begin_nested():
            session.add_all(stop for draft in drafts for stop in _stops(routes[draft.shift_id], draft))
    except IntegrityError as error:
        raise Conflict(
            "a visit, a shift or a warehouse of these routes changed just now; look at the plan and try again"
        ) from error
    return {draft.shift_id: rows.revisions.get(draft.shift_id, 0) + 1 for draft in drafts}, routes


def _route_id(session: Session, plan: Plan, rows: DayRows, draft: RouteDraft) -> int:
    values = {
        "departs_at": draft.departs_at,
        "returns_at": draft.returns_at,
        "travel_seconds": draft.travel_seconds,
        "travel_metres": draft.travel_metres,
        "cost": dict(draft.cost),
    }
    known = rows.routes.get(draft.shift_id)
    if known is None:
        try:
            with session.begin_nested():
                route = Route(plan_id=plan.id, shift_id=draft.shift_id, revision=1, **values)
                session.add(route)
        except IntegrityError as error:
            raise stale_routes(rows, [draft.shift_id], {draft.shift_id: 1}) from error
        return route.id
    swap = update(Route).where(Route.id == known.id, Route.revision == known.revision)
    swap = swap.values(revision=known.revision + 1, **values).execution_options(synchronize_session=False)
    if session.scalars(swap.returning(Route.id)).one_or_none() is None:
        raise stale_routes(rows, [draft.shift_id], {})
    return known.id


def _refuse_taken(session: Session, drafts: Sequence[RouteDraft]) -> None:
    """A visit is in one route at most, over all plans; and nobody plans one that is over or cancelled."""
    wanted = [visit for draft in drafts for visit in draft.visit_ids]
    taken = session.scalars(select(Stop.visit_id).where(Stop.visit_id.in_(wanted))).all()
    if taken:
        raise Conflict(f"visit {min(t for t in taken if t)} is in another route by now; look at the plan and try again")


def _stops(route_id: int, draft: RouteDraft) -> list[Stop]:
    return [
        Stop(
            route_id=route_id,
            position=position,
            kind=stop.kind,
            visit_id=stop.visit_id,
            warehouse_id=stop.warehouse_id,
            shift_break_id=stop.shift_break_id,
            arrives_at=stop.arrives_at,
            starts_at=stop.starts_at,
            departs_at=stop.departs_at,
            load=None if stop.load is None else {str(part): count for part, count in stop.load.items()},
        )
        for position, stop in enumerate(draft.stops)
    ]
