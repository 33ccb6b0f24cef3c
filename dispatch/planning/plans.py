"""The current plan of a territory-day, and a proposal beside it, as people look at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Plan, PlanningRun, Proposal, ProposalStatus, Territory
from dispatch.access import Action, Viewer, may, require
from dispatch.errors import NotFound
from dispatch.planning import proposals, stakes
from dispatch.planning.change.drafts import RouteDraft, from_json
from dispatch.planning.day.candidates import plan_of
from dispatch.planning.showing import Scene, left_out_view, route_views, total_cost
from dispatch.planning.views import Comparison, KeptRoute, LeftOutView, PlanView, RouteView, VisitChange
from dispatch.promises.at_stake import AtStake


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as it would look. findings: what the linter said, as plain values; compare it with `Finding`.

    promises: visits in it with windows of their own; expected_share: of these, to be kept as durations and travel vary;
    None when there are none, or the proposal is older than this figure. promises_at_stake: what applying it breaks.
    """

    id: int
    planning_run_id: int
    territory_id: int
    territory: str
    time_zone: str
    currency: str
    local_date: date
    status: ProposalStatus
    feasible: bool
    promises: int
    expected_share: float | None
    decided_at: datetime | None
    routes: tuple[RouteView, ...]
    left_out: tuple[LeftOutView, ...]
    cost: dict[str, int]
    findings: tuple[dict[str, Any], ...]
    comparison: Comparison
    kept: tuple[KeptRoute, ...]
    promises_at_stake: tuple[AtStake, ...]


def current(session: Session, viewer: Viewer, territory_id: int, local_date: date) -> PlanView:
    """The plan of a territory-day as it stands; one with empty routes when nothing has been planned yet.

    A technician sees their own route of a published plan alone.

    Raises NotFound for a territory that the viewer may not see.
    """
    require(viewer, Action.READ, Plan)
    territory = session.get(Territory, territory_id)
    if territory is None:
        raise NotFound(f"there is no territory {territory_id}; GET /v1/territories lists those you may see")
    return _view(session, viewer, territory, local_date, plan_of(session, territory_id, local_date))


def get(session: Session, viewer: Viewer, plan_id: int) -> PlanView:
    """The plan with this id.

    Raises NotFound.
    """
    require(viewer, Action.READ, Plan)
    plan = session.scalars(select(Plan).where(Plan.id == plan_id)).one_or_none()
    territory = None if plan is None else session.get(Territory, plan.territory_id)
    if plan is None or territory is None:
        raise NotFound(f"there is no plan {plan_id}; GET /v1/plans?territory=…&date=… finds one")
    return _view(session, viewer, territory, plan.local_date, plan)


def preview(session: Session, viewer: Viewer, proposal_id: int) -> ProposalView:
    """The proposal as it would look, and what it would change in the current plan.

    Raises NotFound, Forbidden.
    """
    proposal = proposals.get(session, viewer, proposal_id)
    run = session.scalars(select(PlanningRun).where(PlanningRun.id == proposal.planning_run_id)).one()
    territory = session.get_one(Territory, proposal.territory_id)
    drafts = {draft.shift_id: draft for draft in from_json(proposal.routes)}
    plan = plan_of(session, proposal.territory_id, proposal.local_date)
    said = {entry["visit_id"]: entry for entry in proposal.left_out}
    scene = Scene.read(session, territory, proposal.local_date, plan, drafts, extra=said)
    routes = route_views(scene, drafts)
    return ProposalView(
        id=proposal.id,
        planning_run_id=run.id,
        territory_id=territory.id,
        territory=territory.name,
        time_zone=territory.time_zone,
        currency=territory.currency,
        local_date=proposal.local_date,
        status=proposal.status,
        feasible=proposal.summary.get("status") == "feasible",
        promises=proposal.summary.get("promises", 0),
        expected_share=proposal.summary.get("expected_share"),
        decided_at=proposal.decided_at,
        routes=routes,
        left_out=tuple(left_out_view(scene, visit, said.get(visit)) for visit in said if visit in scene.visits),
        cost=dict(proposal.cost),
        findings=tuple(run.findings),
        comparison=_comparison(scene, drafts),
        kept=tuple(
            KeptRoute(entry["shift_id"], scene.technician(entry["shift_id"]), entry["reason"])
            for entry in proposal.kept_routes
        ),
        promises_at_stake=(
            stakes.of_proposal(session, viewer, plan, proposals.proposed_routes(run, proposal))
            if proposal.status is ProposalStatus.OPEN
            else ()
        ),
    )


def _view(session: Session, viewer: Viewer, territory: Territory, local_date: date, plan: Plan | None) -> PlanView:
    said = _said(session, viewer, territory.id, local_date)
    scene = Scene.read(session, territory, local_date, plan, {})
    routes = route_views(scene, scene.present)
    placed = {visit for draft in scene.present.values() for visit in draft.visit_ids}
    waiting = [c.visit.id for c in scene.candidates if c.visit.id not in placed]
    return PlanView(
        id=None if plan is None else plan.id,
        tag=tag(plan, list(scene.revisions.values())),
        territory_id=territory.id,
        territory=territory.name,
        time_zone=territory.time_zone,
        currency=territory.currency,
        local_date=local_date,
        published_at=None if plan is None or plan.published_at is None else scene.horizon.local(plan.published_at),
        routes=routes,
        left_out=tuple(left_out_view(scene, visit, said.get(visit)) for visit in waiting),
        cost=total_cost(routes),
    )


def tag(plan: Plan | None, revisions: list[int]) -> str:
    """What changes with every change of a plan: revisions only rise, and routes are only added."""
    return "0" if plan is None else f"{plan.version}.{len(revisions)}.{sum(revisions)}"


def _said(session: Session, viewer: Viewer, territory_id: int, local_date: date) -> dict[int, Any]:
    """What the last applied proposal of the day said of visits it left out."""
    if not may(viewer, Action.READ, Proposal):
        return {}
    query = (
        select(Proposal.left_out)
        .where(
            Proposal.territory_id == territory_id,
            Proposal.local_date == local_date,
            Proposal.status == ProposalStatus.APPLIED,
        )
        .order_by(Proposal.decided_at.desc(), Proposal.id.desc())
        .limit(1)
    )
    return {entry["visit_id"]: entry for entry in session.scalars(query).one_or_none() or ()}


def _comparison(scene: Scene, drafts: Mapping[int, RouteDraft]) -> Comparison:
    before, after = _starts(scene.present), _starts(drafts)
    changes = {
        visit: VisitChange(
            visit=scene.visit(visit),
            was_with=scene.code(before[visit][0]) if visit in before else None,
            was_at=scene.horizon.local(before[visit][1]) if visit in before else None,
            will_be_with=scene.code(after[visit][0]) if visit in after else None,
            will_be_at=scene.horizon.local(after[visit][1]) if visit in after else None,
        )
        for visit in {**after, **before}
        if before.get(visit) != after.get(visit) and visit in scene.visits
    }
    return Comparison(
        added=tuple(change for visit, change in changes.items() if visit not in before),
        moved=tuple(change for visit, change in changes.items() if visit in before and visit in after),
        removed=tuple(change for visit, change in changes.items() if visit not in after),
        cost_before=sum(sum(draft.cost.values()) for draft in scene.present.values()),
        cost_after=sum(sum(draft.cost.values()) for draft in drafts.values()),
    )


def _starts(drafts: Mapping[int, RouteDraft]) -> dict[int, tuple[int, datetime]]:
    return {
        stop.visit_id: (shift, stop.starts_at)
        for shift, draft in drafts.items()
        for stop in draft.stops
        if stop.visit_id is not None
    }
