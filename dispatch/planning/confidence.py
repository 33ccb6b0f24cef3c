"""How surely a plan keeps the windows that customers were promised, when durations and travel vary as they do."""

from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Plan, Proposal, VisitWindow
from dispatch.access import Action, Viewer, elevated, require
from dispatch.clock import Clock
from dispatch.errors import NotFound
from dispatch.planning.change.drafts import Translator, of_row
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.candidates import chunks
from dispatch.planning.day.ids import Ids
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.travel.places import TravelTimes
from solver.confidence import Promise, confidence
from solver.problem import Problem
from solver.solution import Route

SAMPLES: Final = 5_000
"""Days simulated: a probability is known within 0.014 in 95 of 100 cases, and 200 visits take about 0.1 s."""


@dataclass(frozen=True, slots=True)
class PromiseView:
    """How surely one visit starts in time; local times.

    opens_at, closes_at: the window promised, as far as the site is open and somebody is on duty.
    starts_at: as planned; in 95 of 100 cases service starts by `starts_by_95`. probability: of keeping it, 0..1.
    """

    visit_id: int
    number: str
    sequence: int
    technician_code: str
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    starts_by_95: datetime
    probability: float


@dataclass(frozen=True, slots=True)
class ConfidenceView:
    """A plan's promises, the least sure first. expected_share: of them that can be expected to be kept, None: none."""

    plan_id: int
    territory_id: int
    time_zone: str
    local_date: date
    samples: int
    expected_share: float | None
    promises: tuple[PromiseView, ...]


def of_plan(session: Session, viewer: Viewer, clock: Clock, travel: TravelTimes, plan_id: int) -> ConfidenceView:
    """How surely the plan as it stands keeps each promise; what has started is no promise any more.

    Travel times should come from a cache: they are asked for within the transaction.

    Raises NotFound, Forbidden, Unavailable when travel times are away.
    """
    require(viewer, Action.READ, Proposal)
    plan = session.scalars(select(Plan).where(Plan.id == plan_id)).one_or_none()
    if plan is None:
        raise NotFound(f"there is no plan {plan_id}; GET /v1/plans?territory=…&date=… finds one")
    with elevated(session, "planning"):
        rows = read_day(session, plan.territory_id, plan.local_date, clock.now())
        day = lay_out(rows)
        built = build(day, Roads.between(day.places, travel))
    translator = Translator(built, rows.horizon)
    routes = [route for row in rows.routes.values() if (route := translator.route(of_row(row))) is not None]
    with_windows = {candidate.visit.id for candidate in rows.candidates if candidate.windows}
    found = to_customers(simulated(built.problem, routes), built.ids, with_windows)
    return ConfidenceView(
        plan_id=plan.id,
        territory_id=plan.territory_id,
        time_zone=rows.territory.time_zone,
        local_date=plan.local_date,
        samples=SAMPLES,
        expected_share=expected_share(found),
        promises=tuple(_views(rows, built.ids, sorted(found, key=lambda promise: promise.probability))),
    )


def simulated(problem: Problem, routes: Iterable[Route]) -> tuple[Promise, ...]:
    """How surely each window of the problem is kept."""
    return confidence(problem, routes, SAMPLES).promises


def to_customers(promises: Iterable[Promise], ids: Ids, windowed: Container[int]) -> list[Promise]:
    """Those that were made to customers; windowed: the visits with windows of their own.

    A window of the problem may as well be the opening hours of a site, which nobody was promised.
    """
    return [promise for promise in promises if ids.visits[promise.visit] in windowed]


def expected_share(promises: Collection[Promise]) -> float | None:
    """The share of the promises that can be expected to be kept; None when there are none."""
    return fmean(promise.probability for promise in promises) if promises else None


def windowed(session: Session, visits: Iterable[int]) -> set[int]:
    """Those of the visits that have windows of their own."""
    query = select(VisitWindow.visit_id)
    return {
        key for some in chunks(sorted(visits)) for key in session.scalars(query.where(VisitWindow.visit_id.in_(some)))
    }


def _views(rows: DayRows, ids: Ids, promises: Iterable[Promise]) -> Iterator[PromiseView]:
    known = {candidate.visit.id: candidate for candidate in rows.candidates}
    shifts = {shift.id: shift for shift in rows.shifts}

    def local(second: int) -> datetime:
        return rows.horizon.local(rows.horizon.instant(second))

    for promise in promises:
        candidate = known[ids.visits[promise.visit]]
        shift = shifts[ids.shifts[promise.shift]]
        yield PromiseView(
            visit_id=candidate.visit.id,
            number=candidate.work_order.number,
            sequence=candidate.visit.sequence,
            technician_code=rows.technicians[shift.technician_id].code,
            opens_at=local(promise.window[0]),
            closes_at=local(promise.window[1]),
            starts_at=local(promise.start),
            starts_by_95=local(promise.start_95),
            probability=promise.probability,
        )
