"""Planning runs."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from api.pagination import PageQuery
from api.schemas.base import Day, EntityOut, In, Out, Ref
from db.models import RunStatus


class PlanningRunCreate(In):
    """A day to be planned. Without `seconds` and `iterations`, the server's own time limit holds."""

    territory_id: Ref
    local_date: Day
    seconds: Annotated[
        float | None, Field(ge=0.1, le=3600, strict=False, description="How long to search", examples=[20])
    ] = None
    iterations: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="How many rounds to search instead; gives the same every time"),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Another seed may find another plan")] = 0


class LimitsOut(Out):
    """How long a run may search."""

    seconds: float | None = Field(description="Seconds; null when rounds count instead")
    iterations: int | None = Field(description="Rounds; null when seconds count")
    threads: int = Field(description="Threads")


class ProgressOut(Out):
    """How far a run is."""

    stage: str = Field(description="What it does", examples=["insertion"])
    share: float = Field(description="Of its limits used, 0 to 1")
    cost: int | None = Field(description="Of the best plan so far, in minor units")
    served: int | None = Field(description="Visits in the best plan so far")


class StageOut(Out):
    """One stage that a run went through."""

    name: str = Field(description="What it did")
    seconds: float = Field(description="How long it took")
    cost: int | None = Field(description="Of the best plan after it; null: none yet")


class FindingOut(Out):
    """A misconfiguration that the linter found."""

    code: str = Field(description="Which kind", examples=["zero_duration"])
    severity: str = Field(description="error: something stays out of the plan; warning: perhaps not as meant")
    entity: str = Field(description="Of which kind of record", examples=["visit"])
    entity_id: int = Field(description="Of which record")
    message: str = Field(description="What is wrong")
    blocks: str = Field(description="What it keeps from happening")
    remedy: str = Field(description="What to do about it")


class PlanningRunOut(EntityOut):
    """One run of the optimiser on stored input."""

    territory_id: int = Field(description="The territory")
    local_date: date = Field(description="The day there")
    status: RunStatus = Field(description="queued → running → succeeded, failed or cancelled")
    requested_at: datetime = Field(description="When it was asked for")
    requested_by_id: int | None = Field(description="Who asked; null: the system")
    started_at: datetime | None = Field(description="When it began")
    finished_at: datetime | None = Field(description="When it ended")
    cancel_requested_at: datetime | None = Field(description="When somebody wanted it to stop")
    seed: int = Field(description="The seed")
    limits: LimitsOut = Field(description="How long it may search")
    progress: ProgressOut | None = Field(description="How far it is, or was")
    stages: list[StageOut] = Field(description="What it went through")
    findings: list[FindingOut] = Field(description="What the linter said of its input")
    problem_sha256: str | None = Field(description="Of the problem file")
    cost: dict[str, int] | None = Field(description="The parts of the solution's cost, and their total")
    error: str | None = Field(description="Why it failed")
    proposal_id: int | None = Field(description="What it suggests")


class PlanningRunQuery(PageQuery):
    """Which runs; newest first."""

    territory_id: Annotated[Ref | None, Field(description="Of which territory")] = None
    local_date: Annotated[Day | None, Field(description="For which day")] = None


def run_out(run: Any, proposal_id: int | None) -> PlanningRunOut:
    """A run as it goes out."""
    fields = {name: getattr(run, name) for name in PlanningRunOut.model_fields if name != "proposal_id"}
    return PlanningRunOut.model_validate({**fields, "proposal_id": proposal_id})
