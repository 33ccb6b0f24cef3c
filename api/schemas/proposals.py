"""Proposals."""

from datetime import datetime

from pydantic import Field

from api.schemas.at_stake import AtStakeOut
from api.schemas.base import Out
from api.schemas.planning_runs import FindingOut
from api.schemas.plans import DayOut, VisitLineOut
from db.models import ProposalStatus


class VisitChangeOut(Out):
    """A visit that the proposal places otherwise than the current plan."""

    visit: VisitLineOut = Field(description="The visit")
    was_with: str | None = Field(description="The code of who has it now; null: in no route")
    was_at: datetime | None = Field(description="When it starts now")
    will_be_with: str | None = Field(description="The code of who would have it; null: in no route")
    will_be_at: datetime | None = Field(description="When it would start")


class ComparisonOut(Out):
    """What applying the proposal would change."""

    added: list[VisitChangeOut] = Field(description="Visits that come into the plan")
    moved: list[VisitChangeOut] = Field(description="Visits at another time or with somebody else")
    removed: list[VisitChangeOut] = Field(description="Visits that leave the plan")
    cost_before: int = Field(description="Of the current plan's routes, in minor units")
    cost_after: int = Field(description="Of the proposal's routes")


class KeptRouteOut(Out):
    """A shift that kept its route."""

    shift_id: int = Field(description="The shift")
    technician: str = Field(description="Whose it is")
    reason: str = Field(description="Why the suggestion no longer fitted")


class ProposalOut(DayOut):
    """The routes that a planning run suggests."""

    id: int = Field(description="The proposal")
    planning_run_id: int = Field(description="The run that made it")
    status: ProposalStatus = Field(description="open → applied or dropped")
    feasible: bool = Field(description="Whether every visit that must be served is")
    promises: int = Field(description="Visits in routes whose customers were promised a window")
    expected_share: float | None = Field(
        description="Of these, to be kept as durations and travel vary, 0 to 1; null: there are none"
    )
    decided_at: datetime | None = Field(description="When it was applied or dropped")
    findings: list[FindingOut] = Field(description="What the linter said of the input")
    comparison: ComparisonOut = Field(description="Against the current plan")
    kept: list[KeptRouteOut] = Field(description="Once applied: shifts that kept their present route")
    promises_at_stake: list[AtStakeOut] = Field(
        description="While it is open: promises that the plan keeps now, and that applying it would break"
    )


class AppliedOut(Out):
    """What applying a proposal did."""

    proposal_id: int = Field(description="The proposal")
    plan_id: int = Field(description="The plan that it changed")
    changed: list[int] = Field(description="Shifts with another route now")
    kept: list[KeptRouteOut] = Field(description="Shifts that kept their present route, and why")
