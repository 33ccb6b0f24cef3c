"""Changing a plan by hand: moving one visit, pinning it, taking it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Plan, Visit
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid, NotFound, RuleBroken
from dispatch.planning import stakes
from dispatch.planning.change.act import Change, plan_change, shared_plan
from dispatch.planning.change.drafts import RouteDraft, of_row
from dispatch.planning.change.retime import Wish, retime
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.promises.at_stake import refuse
from dispatch.travel.places import TravelTimes


@dataclass(frozen=True, slots=True)
class Move:
    """Where a visit is to go.

    shift_id: the shift it is to be in, None: in no route. position: its place among the shift's visits, from 0; None:
    where it costs least. pin: True keeps it in that shift whatever is planned later, False lets it go, None leaves its
    pin as it is. start: with `pin`, also keeps its start at this instant. revisions: {shift id: revision} of the
    routes as they were looked at, 0 for a shift without a route; of those not named, the present ones are taken.
    accept_broken_promises: whether the move may break promises that are kept now.
    """

    visit_id: int
    shift_id: int | None
    position: int | None = None
    pin: bool | None = None
    start: datetime | None = None
    revisions: Mapping[int, int] | None = None
    accept_broken_promises: bool = False


def open_plan(session: Session, viewer: Viewer, clock: Clock, territory_id: int, local_date: date) -> Plan:
    """The plan of a territory-day, made if there is none yet, so that it can be filled by hand.

    Raises NotFound, Forbidden.
    """
    require(viewer, Action.CREATE, Plan)
    rows = read_day(session, territory_id, local_date, clock.now())
    with elevated(session, "planning"):
        return shared_plan(session, rows)


def move(session: Session, viewer: Viewer, clock: Clock, travel: TravelTimes, plan_id: int, wanted: Move) -> Plan:
    """Moves a visit in a plan by hand, and times the touched routes anew; the plan.

    The order is as wished, the times are the cheapest there are; visits that have started stay where they are. Travel
    times should come from a cache: they are asked for within the transaction.

    Raises NotFound, Forbidden, Invalid, Conflict when a route is not as it was looked at, RuleBroken with the reason
    when the visit does not fit there, PromisesAtStake when that would break promises.
    """
    require(viewer, Action.EDIT, Plan)
    seen = session.scalars(select(Plan).where(Plan.id == plan_id)).one_or_none()
    if seen is None:
        raise NotFound(f"there is no plan {plan_id}; GET /v1/plans?territory=…&date=… finds one")
    if session.scalar(select(Visit.id).where(Visit.id == wanted.visit_id)) is None:
        raise NotFound(f"There is no visit {wanted.visit_id}, or not for you; GET /v1/visits lists those there are.")
    with elevated(session, "planning"):
        rows = read_day(session, seen.territory_id, seen.local_date, clock.now())
        visit = _visit(session, rows, wanted)
        _refuse_unknown_shift(rows, wanted)
        _set_pin(visit, wanted)
        session.flush()
        day = lay_out(rows)
        built = build(day, Roads.between(day.places, travel))
    present = {shift: of_row(route) for shift, route in rows.routes.items()}
    _refuse_withheld(built, wanted, present)
    drafts = retime(built, rows.horizon, present, Wish(wanted.visit_id, wanted.shift_id, wanted.position))
    refuse(stakes.of_change(session, present, drafts), accepted=wanted.accept_broken_promises)
    was_in = next((shift for shift, draft in present.items() if wanted.visit_id in draft.visit_ids), None)
    note(session, viewer, "move", visit, {"shift_id": (was_in, wanted.shift_id), "pin": (None, wanted.pin)})
    if not drafts:
        with elevated(session, "planning"):
            return shared_plan(session, rows)
    given = wanted.revisions or {}
    revisions = {draft.shift_id: given.get(draft.shift_id, rows.revisions.get(draft.shift_id, 0)) for draft in drafts}
    return plan_change(session, viewer, rows, built, Change(drafts, revisions, "move"))


def _visit(session: Session, rows: DayRows, wanted: Move) -> Visit:
    for candidate in rows.candidates:
        if candidate.visit.id == wanted.visit_id:
            if candidate.started:
                raise RuleBroken(f"visit {candidate.name} is {candidate.visit.status.value}; it stays where it is")
            return candidate.visit
    # What may not be planned any more, as its work order is cancelled or held, may still be taken out.
    if wanted.shift_id is None and any(
        stop.visit_id == wanted.visit_id for route in rows.routes.values() for stop in route.stops
    ):
        return session.get_one(Visit, wanted.visit_id, populate_existing=True)
    raise RuleBroken(
        f"visit {wanted.visit_id} cannot be planned on {rows.horizon.local_date}: it is over, cancelled, held, "
        "of another territory, in another day's plan, or its windows are on other days"
    )


def _refuse_unknown_shift(rows: DayRows, wanted: Move) -> None:
    if wanted.shift_id is not None and all(shift.id != wanted.shift_id for shift in rows.shifts):
        message = f"shift {wanted.shift_id} is not one of this territory on {rows.horizon.local_date}"
        raise Invalid(message, (Fault("/shift_id", message),))
    if wanted.start is not None and not wanted.pin:
        message = "a start is kept only by a pin; set pin to true, or leave start out"
        raise Invalid(message, (Fault("/start", message),))
    if wanted.pin and wanted.shift_id is None:
        message = "a visit is pinned to a shift; name the shift, or leave pin out"
        raise Invalid(message, (Fault("/pin", message),))


def _set_pin(visit: Visit, wanted: Move) -> None:
    if wanted.pin is not None:
        visit.pinned_shift_id = wanted.shift_id if wanted.pin else None
        visit.pinned_start_at = wanted.start if wanted.pin else None


def _refuse_withheld(built: Built, wanted: Move, present: Mapping[int, RouteDraft]) -> None:
    """What cannot be planned as it is may be taken out, but not placed, nor be lost from a route by the way."""
    touched = [draft for shift, draft in present.items() if shift == wanted.shift_id or _holds(draft, wanted)]
    beside = {visit for draft in touched for visit in draft.visit_ids} - {wanted.visit_id}
    placed = {wanted.visit_id} if wanted.shift_id is not None else set()
    for finding in built.findings:
        out = finding.entity == "visit" and finding.entity_id in beside | placed
        if out or (finding.entity == "shift" and finding.entity_id == wanted.shift_id and _is_out(built, wanted)):
            raise RuleBroken(f"{finding.message} To mend it: {finding.remedy}; or take it out of the plan first.")


def _holds(draft: RouteDraft, wanted: Move) -> bool:
    return wanted.visit_id in draft.visit_ids


def _is_out(built: Built, wanted: Move) -> bool:
    return wanted.shift_id not in built.ids.shifts.values()
