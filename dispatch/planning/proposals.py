"""Proposals: applied or dropped. `plans.preview` shows one."""

import gzip
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from db.models import Plan, PlanningRun, Proposal, ProposalStatus
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.clock import Clock
from dispatch.errors import Conflict, NotFound
from dispatch.planning import stakes
from dispatch.planning.change.act import Change, plan_change, shared_plan
from dispatch.planning.change.drafts import RouteDraft, from_json, of_row
from dispatch.planning.change.replay import Replayed, replay
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.ids import Ids
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.planning.findings import Code
from dispatch.planning.views import KeptRoute
from dispatch.promises.at_stake import refuse
from solver.formats import native


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a proposal did: the plan, the shifts whose routes changed, and those that kept theirs and why."""

    proposal_id: int
    plan_id: int
    changed: tuple[int, ...]
    kept: tuple[KeptRoute, ...]


def get(session: Session, viewer: Viewer, proposal_id: int, *, lock: bool = False) -> Proposal:
    """The proposal with its routes.

    Raises NotFound.
    """
    require(viewer, Action.READ, Proposal)
    query = select(Proposal).where(Proposal.id == proposal_id)
    query = query.options(undefer(Proposal.routes), undefer(Proposal.left_out))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    proposal = session.scalars(query).one_or_none()
    if proposal is None:
        raise NotFound(f"there is no proposal {proposal_id}; a planning run names its own when it has succeeded")
    return proposal


def apply(
    session: Session, viewer: Viewer, clock: Clock, proposal_id: int, *, accept_broken_promises: bool = False
) -> Applied:
    """Makes the proposal's routes the current plan's, where they still fit the day as it is now.

    What changed since the run read the day is replayed: a shift whose suggestion no longer fits keeps its present
    route and is named in the answer.

    Raises NotFound, Forbidden, Conflict when the proposal was applied or dropped before or somebody changes the same
    routes at this moment, PromisesAtStake when that would break promises that are kept now, unless
    `accept_broken_promises`.
    """
    require(viewer, Action.EDIT, Proposal)
    require(viewer, Action.EDIT, Plan)
    proposal = get(session, viewer, proposal_id, lock=True)
    _require_open(proposal)
    with elevated(session, "planning"):
        rows = read_day(session, proposal.territory_id, proposal.local_date, clock.now())
        built, proposed, base = _suggestion(session, proposal, rows)
    replayed = replay(rows, built, proposed, base)
    present = {shift: of_row(route) for shift, route in rows.routes.items()}
    refuse(stakes.of_change(session, present, replayed.accepted), accepted=accept_broken_promises)
    plan = _change(session, viewer, rows, built, replayed, base)
    kept = _kept(rows, replayed)
    proposal.kept_routes = [{"shift_id": route.shift_id, "reason": route.reason} for route in kept]
    _decide(session, viewer, clock, proposal, ProposalStatus.APPLIED)
    return Applied(proposal.id, plan.id, tuple(draft.shift_id for draft in replayed.accepted), kept)


def drop(session: Session, viewer: Viewer, clock: Clock, proposal_id: int) -> Proposal:
    """Marks the proposal as not wanted; nothing happens to one that is dropped already.

    Raises NotFound, Forbidden, Conflict when it was applied.
    """
    require(viewer, Action.EDIT, Proposal)
    proposal = get(session, viewer, proposal_id, lock=True)
    if proposal.status is not ProposalStatus.DROPPED:
        _require_open(proposal)
        _decide(session, viewer, clock, proposal, ProposalStatus.DROPPED)
    return proposal


def shifts_planned(run: PlanningRun) -> list[int]:
    """The shifts that the run could plan."""
    return list(Ids.from_json(run.base["ids"]).shifts.values())


def proposed_routes(run: PlanningRun, proposal: Proposal) -> list[RouteDraft]:
    """One route per shift that the run could plan; those that it left unused are empty."""
    used = {draft.shift_id: draft for draft in from_json(proposal.routes)}
    return [used.get(shift, RouteDraft(shift)) for shift in shifts_planned(run)]


def _suggestion(session: Session, proposal: Proposal, rows: DayRows) -> tuple[Built, list[RouteDraft], dict[int, int]]:
    query = select(PlanningRun).where(PlanningRun.id == proposal.planning_run_id)
    run = session.scalars(query.options(undefer(PlanningRun.problem))).one()
    problem = native.load_problem(gzip.decompress(run.problem or b""))
    # The roads as the run saw them: the suggestion was right on these, and applying it asks nobody outside.
    roads = Roads.stored(run.base["places"], problem.travel)
    built = build(lay_out(rows), roads, Code.PLACE_CHANGED)
    # What changes cost was weighed when the suggestion was made; a verdict needs no prices.
    base = {int(shift): revision for shift, revision in run.base["routes"].items()}
    return built, proposed_routes(run, proposal), base


def _change(
    session: Session, viewer: Viewer, rows: DayRows, built: Built, replayed: Replayed, base: dict[int, int]
) -> Plan:
    if not replayed.accepted:
        with elevated(session, "planning"):
            return shared_plan(session, rows)
    revisions = {draft.shift_id: base.get(draft.shift_id, 0) for draft in replayed.accepted}
    return plan_change(session, viewer, rows, built, Change(replayed.accepted, revisions, "apply"))


def _kept(rows: DayRows, replayed: Replayed) -> tuple[KeptRoute, ...]:
    owners = {shift.id: rows.technicians[shift.technician_id].name for shift in rows.shifts}
    return tuple(
        KeptRoute(shift, owners.get(shift, "a shift that is gone"), why) for shift, why in replayed.kept.items()
    )


def _require_open(proposal: Proposal) -> None:
    if proposal.status is not ProposalStatus.OPEN:
        state, at = proposal.status.value, proposal.decided_at
        when = f" at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at is not None else ""
        raise Conflict(f"proposal {proposal.id} was {state}{when} already; plan again for another one")


def _decide(session: Session, viewer: Viewer, clock: Clock, proposal: Proposal, status: ProposalStatus) -> None:
    proposal.status = status
    proposal.decided_at = clock.now()
    proposal.decided_by_id = viewer.user_id
    note(session, viewer, status.value, proposal, {"kept_routes": ([], proposal.kept_routes)})
    session.flush()
