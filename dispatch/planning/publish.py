"""Publishing: a mark on the Plan. From then on technicians and customers are told, and changes cost."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from db.models import Plan, Route, Shift, StopKind, Visit, VisitStatus
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.clock import Clock
from dispatch.errors import Conflict, NotFound, RuleBroken, StaleVersion
from dispatch.planning import stakes
from dispatch.planning.change import news
from dispatch.planning.day.candidates import chunks, plan_of
from dispatch.planning.plans import tag
from dispatch.promises.at_stake import refuse


def publish(
    session: Session,
    viewer: Viewer,
    clock: Clock,
    plan_id: int,
    expected: str | None,
    *,
    accept_broken_promises: bool = False,
) -> Plan:
    """Marks the plan as published, makes its scheduled visits `dispatched`, and posts the news to the outbox.

    expected: the `PlanView.tag` that was looked at; None: whatever it is by now. Of two who publish at once, one wins.

    Raises NotFound, Forbidden, StaleVersion when the plan is not what was looked at, Conflict when it was published
    before, RuleBroken when it has no visit, PromisesAtStake when it breaks promises that are due that day or about its
    visits, unless `accept_broken_promises`.
    """
    require(viewer, Action.EDIT, Plan)
    seen = session.scalars(select(Plan).where(Plan.id == plan_id)).one_or_none()
    if seen is None:
        raise NotFound(f"there is no plan {plan_id}; GET /v1/plans?territory=…&date=… finds one")
    with elevated(session, "planning"):
        plan = plan_of(session, seen.territory_id, seen.local_date, lock="update")
        if plan is None:
            raise NotFound(f"plan {plan_id} is gone")
        routes = _routes(session, plan)
        _require_fresh(plan, routes, expected)
        refuse(stakes.of_plan(session, plan, routes), accepted=accept_broken_promises)
        plan.published_at = clock.now()
        plan.published_by_id = viewer.user_id
        session.flush()
        _tell(session, plan, [route for route in routes if route.stops])
    note(session, viewer, "publish", plan, {"published_at": (None, plan.published_at)})
    session.flush()
    return plan


def _routes(session: Session, plan: Plan) -> list[Route]:
    query = select(Route).where(Route.plan_id == plan.id).order_by(Route.shift_id)
    return list(
        session.scalars(query.options(selectinload(Route.stops)).execution_options(populate_existing=True)).all()
    )


def _require_fresh(plan: Plan, routes: list[Route], expected: str | None) -> None:
    if plan.published_at is not None:
        raise Conflict(
            f"the plan of {plan.local_date} was published at {plan.published_at:%Y-%m-%d %H:%M} UTC already; "
            "changes to it are told at once"
        )
    now = tag(plan, [route.revision for route in routes])
    if expected is not None and expected != now:
        raise StaleVersion(
            f"the plan of {plan.local_date} is at {now}, not {expected}, as somebody changed it; "
            "look at it again and publish what you see"
        )
    if not any(stop.kind is StopKind.VISIT for route in routes for stop in route.stops):
        raise RuleBroken(f"the plan of {plan.local_date} has no visit; plan the day first")


def _tell(session: Session, plan: Plan, routes: list[Route]) -> None:
    shifts = [route.shift_id for route in routes]
    query = select(Shift.id, Shift.technician_id).where(Shift.id.in_(shifts))
    owners = dict(session.execute(query).all())
    told = _dispatch(session, [stop.visit_id for route in routes for stop in route.stops if stop.visit_id])
    revisions = {route.shift_id: route.revision for route in routes}
    news.tell_routes(
        session, news.ROUTE_PUBLISHED, plan, revisions, {route.shift_id: route.id for route in routes}, owners
    )
    for route in routes:
        for stop in route.stops:
            if stop.visit_id in told:
                starts_at, shift = stop.starts_at, route.shift_id
                news.tell_dispatched(session, plan, stop.visit_id, shift, starts_at, str(route.revision), owners)


def _dispatch(session: Session, visits: list[int]) -> set[int]:
    """Makes the scheduled ones of these visits dispatched; which they were."""
    told: set[int] = set()
    values = {
        "status": VisitStatus.DISPATCHED,
        "version": Visit.version + 1,
        "updated_at": session.info["now"](),
    }
    for some in chunks(sorted(visits)):
        scheduled = update(Visit).where(Visit.id.in_(some), Visit.status == VisitStatus.SCHEDULED)
        scheduled = scheduled.values(values).execution_options(synchronize_session=False)
        told |= set(session.scalars(scheduled.returning(Visit.id)))
    return told
