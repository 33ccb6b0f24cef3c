"""What the outbox tells of plans: ids and times, never names. The topics are a contract with whoever delivers them.

route.published   a technician's route holds from now on: {plan_id, route_id, shift_id, technician_id, revision}
route.changed     a published route changed: the same
visit.dispatched  a technician is to do a visit, now or at another time than told before:
                  {plan_id, visit_id, shift_id, technician_id, starts_at}
visit.withdrawn   a visit that a technician was told of is not theirs any more: the same, without starts_at
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Plan
from dispatch.compute.outbox import post
from dispatch.planning.change.states import Moved

ROUTE_PUBLISHED = "route.published"
ROUTE_CHANGED = "route.changed"
VISIT_DISPATCHED = "visit.dispatched"
VISIT_WITHDRAWN = "visit.withdrawn"

Owners = Mapping[int, int]
"""{shift id: technician id}."""


def tell_routes(
    session: Session, topic: str, plan: Plan, revisions: Mapping[int, int], routes: Mapping[int, int], owners: Owners
) -> None:
    """One message per route. revisions, routes: by shift id."""
    for shift, revision in revisions.items():
        post(
            session,
            topic,
            f"{topic}:{shift}:{revision}",
            {
                "plan_id": plan.id,
                "route_id": routes[shift],
                "shift_id": shift,
                "technician_id": owners[shift],
                "revision": revision,
            },
        )


def tell_dispatched(
    session: Session, plan: Plan, visit_id: int, shift_id: int, starts_at: datetime, tag: str, owners: Owners
) -> None:
    """The technician of the shift is to do the visit; `tag` makes this news different from older news of the visit."""
    post(
        session,
        VISIT_DISPATCHED,
        f"{VISIT_DISPATCHED}:{visit_id}:{shift_id}:{tag}",
        {
            "plan_id": plan.id,
            "visit_id": visit_id,
            "shift_id": shift_id,
            "technician_id": owners[shift_id],
            "starts_at": starts_at.isoformat(),
        },
    )


def tell_moves(
    session: Session, plan: Plan, moves: Iterable[Moved], revisions: Mapping[int, int], owners: Owners
) -> None:
    """What a change of a published plan means for each visit that moved."""
    for move in moves:
        before, after = move.before, move.after
        if before is not None and move.told and (after is None or owners[after.shift_id] != owners[before.shift_id]):
            tag = f"{before.shift_id}:{revisions[before.shift_id]}"
            payload = {
                "plan_id": plan.id,
                "visit_id": move.visit_id,
                "shift_id": before.shift_id,
                "technician_id": owners[before.shift_id],
            }
            post(session, VISIT_WITHDRAWN, f"{VISIT_WITHDRAWN}:{move.visit_id}:{tag}", payload)
        if after is not None:
            tag = str(revisions[after.shift_id])
            tell_dispatched(session, plan, move.visit_id, after.shift_id, after.starts_at, tag, owners)
