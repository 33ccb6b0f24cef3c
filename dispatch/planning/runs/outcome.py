"""From a solution to a Proposal."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from db.models import PlanningRun, Proposal
from dispatch.compute.solving import Effort
from dispatch.planning.change.drafts import of_solution, route_cost, to_json
from dispatch.planning.confidence import expected_share
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import Ids
from solver.confidence import Promise
from solver.problem import Problem
from solver.solution import Solution, Unserved


@dataclass(frozen=True)
class RunInput:
    """What a run works on; findings of the linter as plain values."""

    problem: Problem
    ids: Ids
    horizon: Horizon
    effort: Effort
    findings: list[dict[str, Any]]


def proposal_of(run: PlanningRun, given: RunInput, solution: Solution, promises: Collection[Promise]) -> Proposal:
    """What the run suggests, and why it leaves out what it leaves out. promises: what it promises to customers."""
    drafts = [
        replace(of_solution(route, given.ids, given.horizon), cost=route_cost(given.problem, route))
        for route in solution.routes
    ]
    left_out = [*_left_out(given.ids, solution.unserved), *_withheld(given)]
    return Proposal(
        planning_run_id=run.id,
        territory_id=run.territory_id,
        local_date=run.local_date,
        routes=to_json(drafts),
        left_out=left_out,
        cost={**asdict(solution.cost), "total": solution.cost.total},
        summary={
            "status": solution.status.value,
            "served": sum(len(draft.visit_ids) for draft in drafts),
            "left_out": len(left_out),
            "seconds": solution.stats.seconds,
            "promises": len(promises),
            "expected_share": expected_share(promises),
        },
    )


def _left_out(ids: Ids, unserved: tuple[Unserved, ...]) -> list[dict[str, Any]]:
    return [
        {
            "visit_id": ids.visits[left.visit],
            "reasons": [{"code": reason.code.value, "message": reason.message} for reason in left.reasons],
            "remedies": [{"message": remedy.message, "cost": remedy.cost} for remedy in left.remedies],
        }
        for left in unserved
    ]


def _withheld(given: RunInput) -> list[dict[str, Any]]:
    """The visits that never were in the problem, with what the linter says of them."""
    known = set(given.ids.visits.values())
    found: dict[int, dict[str, Any]] = {}
    for finding in given.findings:
        visit = finding["entity_id"]
        if finding["entity"] == "visit" and visit not in known:
            entry = found.setdefault(visit, {"visit_id": visit, "reasons": [], "remedies": []})
            entry["reasons"].append({"code": finding["code"], "message": finding["message"]})
            entry["remedies"].append({"message": finding["remedy"], "cost": None})
    return list(found.values())
