"""Plans: routes, stops, and what is left out. Proposals look alike."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import Count, Day, In, Instant, Out, Query, Ref
from api.schemas.planning_runs import FindingOut
from db.models import Priority, StopKind, VisitStatus


class PlaceOut(Out):
    """A place on the map."""

    lon: float = Field(description="Longitude in degrees")
    lat: float = Field(description="Latitude in degrees")
    name: str = Field(description="What it is called")


class VisitLineOut(Out):
    """The visit behind a stop."""

    id: int = Field(description="The visit")
    work_order_id: int = Field(description="Its work order")
    number: str = Field(description="The work order's number", examples=["WO-1042"])
    sequence: int = Field(description="Which trip of the work order it is")
    summary: str = Field(description="What is to be done")
    status: VisitStatus = Field(description="How far it is")
    priority: Priority = Field(description="How much it matters")
    site_id: int = Field(description="The site")
    site: str = Field(description="The site's name")
    address: str = Field(description="Street, number and town")
    duration_seconds: int = Field(description="How long it takes")
    windows: list[tuple[datetime, datetime]] = Field(description="When service may start; none: any time")
    due_at: datetime | None = Field(description="When service must start to keep the contract")
    pinned: bool = Field(description="Whether the planner may not move it to another shift")


class StopOut(Out):
    """One stop of a route; times in the territory's zone."""

    kind: StopKind = Field(description="visit, break or warehouse")
    title: str = Field(description="What people call it")
    place: PlaceOut | None = Field(description="Where; null: wherever the technician is")
    arrives_at: datetime = Field(description="When the technician arrives")
    starts_at: datetime = Field(description="When service starts")
    departs_at: datetime = Field(description="When it is done")
    visit: VisitLineOut | None = Field(description="The visit")
    warehouse_id: int | None = Field(description="The warehouse")
    shift_break_id: int | None = Field(description="The break")
    load: dict[str, int] | None = Field(description="Parts taken on, by number")
    late_seconds: int = Field(description="How long after it was due it starts")
    window_kept: bool | None = Field(description="Whether it starts within a window; null: it has none")


class RouteOut(Out):
    """A shift and its stops; one that nobody planned yet has none, and revision 0."""

    shift_id: int = Field(description="The shift")
    technician_id: int = Field(description="Whose it is")
    technician_code: str = Field(description="The technician's code")
    technician: str = Field(description="The technician's name")
    revision: int = Field(description="Rises with each change of the route")
    shift_starts_at: datetime = Field(description="When the shift begins")
    shift_ends_at: datetime = Field(description="When the shift ends")
    departs_at: datetime | None = Field(description="When the technician leaves")
    returns_at: datetime | None = Field(description="When the technician is back")
    travel_seconds: int = Field(description="Driving")
    travel_metres: int = Field(description="Driving")
    overtime_seconds: int = Field(description="After the end of the shift")
    cost: dict[str, int] = Field(description="The parts of the route's cost, in minor units")
    start: PlaceOut | None = Field(description="Where it leaves")
    end: PlaceOut | None = Field(description="Where it comes back to; null: the day ends at the last stop")
    stops: list[StopOut] = Field(description="In order")


class ReasonOut(Out):
    """Why a visit is left out."""

    code: str = Field(description="Which kind of reason", examples=["skill"])
    message: str = Field(description="In words")


class RemedyOut(Out):
    """What would let a visit in."""

    message: str = Field(description="In words")
    cost: int | None = Field(
        description="What the plan would cost more, in minor units, apart from what leaving the visit out costs; "
        "null: not known"
    )


class LeftOutOut(Out):
    """A visit in no route."""

    visit: VisitLineOut = Field(description="The visit")
    reasons: list[ReasonOut] = Field(description="Why; none: no run has looked at it yet")
    remedies: list[RemedyOut] = Field(description="What would let it in")


class SummaryOut(Out):
    """The figures of a plan; times in seconds."""

    shifts: int = Field(description="Shifts of the day")
    used: int = Field(description="Shifts with a stop")
    served: int = Field(description="Visits in routes")
    left_out: int = Field(description="Visits in none")
    left_out_why: list[tuple[str, int]] = Field(description="How many for which first reason, most first")
    duty_seconds: int = Field(description="From leaving to being back, all routes")
    travel_seconds: int = Field(description="Driving")
    travel_metres: int = Field(description="Driving")
    service_seconds: int = Field(description="At customers")
    waiting_seconds: int = Field(description="Between arriving and starting")
    overtime_seconds: int = Field(description="After the ends of shifts")
    travel_share: float = Field(description="Driving of all duty, 0 to 1")
    windows: int = Field(description="Visits in routes that have windows")
    windows_kept: int = Field(description="Those of them that start within one")
    late: int = Field(description="Visits that start after they are due")
    late_seconds: int = Field(description="By how much together")
    cost: dict[str, int] = Field(description="The parts of the cost and their total, in minor units")


class DayOut(Out):
    """What plans and proposals have in common."""

    territory_id: int = Field(description="The territory")
    territory: str = Field(description="The territory's name")
    time_zone: str = Field(description="In which all times are told", examples=["America/Santiago"])
    currency: str = Field(description="Of all amounts", examples=["CLP"])
    local_date: date = Field(description="The day")
    routes: list[RouteOut] = Field(description="One per shift, by technician code")
    left_out: list[LeftOutOut] = Field(description="Visits that could be done on the day and are in no route")
    cost: dict[str, int] = Field(description="The parts of the cost and their total, in minor units")
    summary: SummaryOut = Field(description="The figures")


class PlanOut(DayOut):
    """The current plan of a territory-day."""

    id: int | None = Field(description="The plan; null: nothing has been planned yet")
    published_at: datetime | None = Field(description="Since when technicians and customers are told")


class PromiseOut(Out):
    """How surely a visit starts in time; times in the territory's zone."""

    visit_id: int = Field(description="The visit")
    number: str = Field(description="The work order's number", examples=["WO-1042"])
    sequence: int = Field(description="Which trip of the work order it is")
    technician_code: str = Field(description="Who is to do it")
    opens_at: datetime = Field(description="The window promised, as far as the site is open")
    closes_at: datetime = Field(description="Its end")
    starts_at: datetime = Field(description="When service starts as planned")
    starts_by_95: datetime = Field(description="By when it starts in 95 of 100 cases")
    probability: float = Field(description="Of starting by the end of the window, 0 to 1")


class ConfidenceOut(Out):
    """How surely a plan keeps what customers were promised."""

    plan_id: int = Field(description="The plan")
    territory_id: int = Field(description="The territory")
    time_zone: str = Field(description="In which all times are told", examples=["America/Santiago"])
    local_date: date = Field(description="The day")
    samples: int = Field(description="Days simulated")
    expected_share: float | None = Field(description="Of the promises, to be kept, 0 to 1; null: there are none")
    promises: list[PromiseOut] = Field(description="The least sure first; what has started is none any more")


class PlanOpen(In):
    """A territory-day whose plan is to be made by hand."""

    territory_id: Ref
    local_date: Day


class PlanQuery(Query):
    """Which territory-day."""

    territory: Annotated[Ref, Field(description="The territory's id")]
    date: Annotated[Day, Field(description="The day there")]


class MoveIn(In):
    """Where a visit is to go."""

    visit_id: Ref
    shift_id: Annotated[Ref | None, Field(description="The shift it is to be in; null: in no route")]
    position: Annotated[Count | None, Field(description="Its place among the visits; null: where it costs least")] = (
        None
    )
    pin: Annotated[bool | None, Field(description="true keeps it there, false lets it go, null changes nothing")] = None
    start_at: Annotated[Instant | None, Field(description="With pin: also keeps its start")] = None
    revisions: Annotated[
        dict[Annotated[int, Field(strict=False, ge=1)], Count],
        Field(max_length=1000, description="Revisions of the routes as you saw them, by shift id"),
    ] = Field(default_factory=dict)


class LintOut(Out):
    """What the linter found; errors first."""

    findings: list[FindingOut] = Field(description="Each misconfiguration, and what it blocks")
