"""Promises, what became of them, and the standards by which they are made."""

from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import Field, model_validator

from api.pagination import PageQuery, SortedQuery
from api.schemas.base import Day, EntityOut, In, Instant, LocalTime, Out, Query, Ref, edit_of
from db.models import Channel, ClockKind, PromiseKind, PromiseOutcome
from dispatch.promises.listing import PromiseState

Note = Annotated[str, Field(max_length=200, description="Why, without personal data: it is never erased")]


class PromiseEventOut(Out):
    """The end of a promise."""

    outcome: PromiseOutcome = Field(description="Kept, broken, or released by the customer")
    at: datetime = Field(description="When")
    note: str = Field(description="What else is to be said")


class PromiseOut(Out):
    """What we said we would do by when, to whom; never edited, but superseded by what was said later."""

    id: int = Field(description="The id")
    kind: PromiseKind = Field(description="What was promised")
    work_order_id: int = Field(description="For which work order")
    visit_id: int | None = Field(description="For which visit")
    appointment_id: int | None = Field(description="By confirming which appointment")
    clock: ClockKind | None = Field(description="Which clock a contract's deadline is of")
    contact_id: int | None = Field(description="To whom")
    organisation_id: int | None = Field(description="To which organisation")
    local_date: date = Field(description="The day that was said")
    local_from: time | None = Field(description="The time that was said: from")
    local_by: time = Field(description="The time that was said: by")
    time_zone: str = Field(description="The IANA zone it was said in")
    from_at: datetime | None = Field(description="What that meant: from")
    by_at: datetime = Field(description="What that meant: by")
    made_by_id: int | None = Field(description="The user who said it; null: a service standard, or the customer's tap")
    made_at: datetime = Field(description="When it was said")
    channel: Channel | None = Field(description="Over which channel")
    standard_id: int | None = Field(description="The service standard that asked for it")
    supersedes_id: int | None = Field(description="The promise it takes the place of")
    superseded_by_id: int | None = Field(description="The promise that took its place")
    state: PromiseState = Field(description="What became of it; superseded: its successor is what counts")
    events: list[PromiseEventOut] = Field(description="Its end; empty while it is open")

    @model_validator(mode="before")
    @classmethod
    def _concluded(cls, data: Any) -> Any:
        """From what hangs on it: how it stands."""
        later, events = data["later"], data["events"]
        state = events[0]["outcome"] if events else PromiseState.SUPERSEDED if later else PromiseState.OPEN
        return {**data, "state": PromiseState(state), "superseded_by_id": later[0]["id"] if later else None}


class PromisesOut(Out):
    """The promises of a work order."""

    promises: list[PromiseOut] = Field(description="In the order in which they were made")


class PromiseQuery(PageQuery):
    """Which promises."""

    work_order_id: Annotated[Ref | None, Field(description="For which work order")] = None
    visit_id: Annotated[Ref | None, Field(description="For which visit")] = None
    appointment_id: Annotated[Ref | None, Field(description="By confirming which appointment")] = None
    contact_id: Annotated[Ref | None, Field(description="To whom")] = None
    territory_id: Annotated[Ref | None, Field(description="Of work in which territory")] = None
    kind: Annotated[PromiseKind | None, Field(description="What was promised")] = None
    state: Annotated[PromiseState | None, Field(description="What became of it")] = None
    local_date: Annotated[Day | None, Field(description="Due on this day, as it was said")] = None
    by_at_from: Annotated[Instant | None, Field(description="Due at this instant or later")] = None
    by_at_before: Annotated[Instant | None, Field(description="Due before this instant")] = None


class PromiseIn(In):
    """A callback or a part's date that somebody promised."""

    kind: Annotated[PromiseKind, Field(strict=False, description="callback or part_date")]
    local_date: Day
    local_by: LocalTime
    time_zone: Annotated[
        str | None, Field(min_length=1, max_length=64, description="IANA name; null: the territory's")
    ] = None
    contact_id: Annotated[Ref | None, Field(description="To whom")] = None
    visit_id: Annotated[Ref | None, Field(description="For which visit of the work order")] = None
    channel: Annotated[Channel | None, Field(strict=False, description="Over which channel it was said")] = None
    supersedes_id: Annotated[Ref | None, Field(description="The open promise that it takes the place of")] = None


class ReleaseIn(In):
    """The customer lets us off."""

    note: Note = ""


class KeptIn(In):
    """We called back, or the part came."""

    at: Annotated[Instant | None, Field(description="When; null: now")] = None
    note: Note = ""


class WeekOut(Out):
    """How the promises of a territory that were due in one week ended."""

    territory_id: int = Field(description="The territory")
    territory: str = Field(description="Its code")
    monday: date = Field(description="The first day of the week")
    kept: int = Field(description="Promises kept")
    broken: int = Field(description="Promises broken")
    released: int = Field(description="Promises that customers released")
    open: int = Field(description="Promises of which it is not known yet")
    share: float | None = Field(description="Kept of those kept or broken, 0 to 1; null: there was none")


class WeeksOut(Out):
    """The share of promises kept, by territory and week."""

    weeks: list[WeekOut] = Field(description="The earliest first")


class WeeksQuery(Query):
    """Which weeks; without days the four until today."""

    first_day: Annotated[Day | None, Field(description="Due on this day or later, as it was said")] = None
    last_day: Annotated[Day | None, Field(description="Due on this day or earlier")] = None
    territory_id: Annotated[Ref | None, Field(description="Of work in which territory")] = None


class ServiceStandardOut(EntityOut):
    """Which promise is made by itself."""

    kind: PromiseKind = Field(description="What is promised")
    work_type_id: int | None = Field(description="For work of this type; null: of all")
    contract_id: int | None = Field(description="Under this contract; null: under all, and none")
    within_minutes: int | None = Field(description="From the report to a callback; null: the thing itself says when")
    in_service_hours: bool = Field(description="Whether only minutes of the contract's hours count")
    active: bool = Field(description="Whether it counts")


class ServiceStandardCreate(In):
    """A new service standard; the one that says most about work type and contract counts, contracts first."""

    kind: Annotated[PromiseKind, Field(strict=False, description="What is promised")]
    work_type_id: Ref | None = None
    contract_id: Ref | None = None
    within_minutes: Annotated[int | None, Field(ge=1, le=366 * 24 * 60, description="For callbacks")] = None
    in_service_hours: bool = True
    active: bool = True


ServiceStandardEdit = edit_of(ServiceStandardCreate, "ServiceStandardEdit")


class ServiceStandardQuery(SortedQuery):
    """Which service standards."""

    kind: Annotated[PromiseKind | None, Field(description="Of which promise")] = None
    work_type_id: Annotated[Ref | None, Field(description="For which work")] = None
    contract_id: Annotated[Ref | None, Field(description="Under which contract")] = None
    active: Annotated[bool | None, Field(description="Whether it counts")] = None
