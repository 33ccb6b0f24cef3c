"""What is to be done on the day: each candidate with its place, windows, price and deadline, or why it stays out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import Site, StopKind
from dispatch.planning.day.candidates import Candidate
from dispatch.planning.day.crew import Crew
from dispatch.planning.day.horizon import Horizon, Span
from dispatch.planning.day.links import Bound, bounds, couples
from dispatch.planning.day.policy import Policy, deadline
from dispatch.planning.day.roads import spot
from dispatch.planning.day.rows import DayRows
from dispatch.planning.day.windows import in_seconds, meet, service_windows
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.travel.places import Place


@dataclass(frozen=True, slots=True)
class DayVisit:
    """A candidate as it can be planned. `windows`: in seconds, () for any time; `fixed_at`: it really started.

    pinned_shift, pinned_start: where it must stay, and when (seconds).
    """

    candidate: Candidate
    place: Place
    windows: tuple[tuple[int, int], ...]
    due: int | None
    finish_by: int | None
    unserved_cost: int
    late_cost_per_hour: int
    pinned_shift: int | None
    pinned_start: int | None


@dataclass(frozen=True, slots=True)
class Work:
    """The day's visits by work order, and what keeps other visits out."""

    visits: tuple[DayVisit, ...]
    findings: tuple[Finding, ...]


def work(rows: DayRows, crew: Crew, policy: Policy | None = None) -> Work:
    """The visits that can be planned with this crew. policy: the crew's prices, where they are known."""
    visits: list[DayVisit] = []
    findings: list[Finding] = []
    policy = policy or Policy.of(duty.technician for duty in crew.duties)
    spans = [(duty.starts_at, duty.ends_at + timedelta(seconds=duty.max_overtime)) for duty in crew.duties]
    planned_at = _planned_at(rows)
    bound = bounds(rows.ties, rows.candidates, planned_at)
    for candidate in rows.candidates:
        site = rows.sites[candidate.work_order.site_id]
        tied = bound.get(candidate.visit.id, Bound())
        found = _visit(rows, crew, policy, candidate, site, spans, planned_at, tied)
        if isinstance(found, DayVisit):
            visits.append(found)
        else:
            findings.append(found)
    alone = _alone(rows, visits)
    findings += [
        out(visit.candidate, Code.NOT_TOGETHER, alone[visit.candidate.visit.id])
        for visit in visits
        if visit.candidate.visit.id in alone
    ]
    return Work(tuple(visit for visit in visits if visit.candidate.visit.id not in alone), tuple(findings))


def _alone(rows: DayRows, visits: Sequence[DayVisit]) -> dict[int, str]:
    """Visits in no route that would start together with one that cannot be planned, and why each stays out."""
    names = {candidate.visit.id: candidate.name for candidate in rows.candidates}
    kept = {visit.candidate.visit.id for visit in visits}
    free = {visit.candidate.visit.id for visit in visits if visit.candidate.shift_id is None}
    found: dict[int, str] = {}
    for group in couples(rows.ties.links, names.keys()):
        missing = [names[key] for key in group if key not in kept]
        if missing:
            why = f"it starts together with {missing[0]}, which cannot be planned"
            found |= {key: why for key in group if key in free}
    return found


def _planned_at(rows: DayRows) -> dict[int, datetime]:
    return {
        stop.visit_id: stop.starts_at
        for route in rows.routes.values()
        for stop in route.stops
        if stop.kind is StopKind.VISIT and stop.visit_id is not None
    }


def _visit(
    rows: DayRows,
    crew: Crew,
    policy: Policy,
    candidate: Candidate,
    site: Site,
    spans: Sequence[Span],
    planned_at: dict[int, datetime],
    tied: Bound,
) -> DayVisit | Finding:
    if site.latitude is None or site.longitude is None:
        return out(candidate, Code.SITE_WITHOUT_PLACE, f"its site {site.name!r} has no place on the map")
    place = spot(site.longitude, site.latitude, site.name)
    if candidate.started:
        return _started(rows, candidate, place, policy, planned_at)
    if candidate.visit.duration_seconds == 0:
        return out(candidate, Code.ZERO_DURATION, "it takes no time")
    if candidate.visit.pinned_shift_id is not None and crew.of(candidate.visit.pinned_shift_id) is None:
        return out(candidate, Code.PINNED_ELSEWHERE, "it is pinned to a shift that cannot be planned")
    if tied.waits_for is not None:
        return out(candidate, Code.WAITS_FOR_VISIT, f"it is tied to {tied.waits_for}, which is not in this day's plan")
    return _waiting(rows, candidate, place, site, policy, spans, tied)


def _started(
    rows: DayRows, candidate: Candidate, place: Place, policy: Policy, planned_at: dict[int, datetime]
) -> DayVisit:
    """What really happens is no longer asked whether it may: it stays in its shift at the time it had."""
    order, visit = candidate.work_order, candidate.visit
    due = deadline(order, visit)
    return DayVisit(
        candidate=candidate,
        place=place,
        windows=(),
        due=None if due is None else rows.horizon.seconds(due),
        finish_by=None,
        unserved_cost=0,
        late_cost_per_hour=policy.late_per_hour(order, rows.contracts.get(order.contract_id or 0)),
        pinned_shift=candidate.shift_id,
        pinned_start=rows.horizon.seconds(planned_at[visit.id]),
    )


def _waiting(
    rows: DayRows,
    candidate: Candidate,
    place: Place,
    site: Site,
    policy: Policy,
    spans: Sequence[Span],
    tied: Bound,
) -> DayVisit | Finding:
    horizon, order, visit = rows.horizon, candidate.work_order, candidate.visit
    length = timedelta(seconds=visit.duration_seconds)
    last = max((end for _, end in spans), default=horizon.ends_at)
    earliest = max(visit.earliest_at or horizon.starts_at, horizon.starts_at)
    if visit.finish_by is not None and visit.finish_by - length < earliest:
        return out(candidate, Code.FINISH_BY_IMPOSSIBLE, "it cannot be done by the time it must be finished")
    windows = _windows(horizon, candidate, site, length, last, tied)
    if windows == () and tied != Bound() and _windows(horizon, candidate, site, length, last, Bound()) != ():
        return out(candidate, Code.WAITS_FOR_VISIT, "the gap to a visit that it is tied to leaves no time on this day")
    if windows == ():
        return out(candidate, Code.WINDOW_OUTSIDE_OPENING_HOURS, f"its windows and {site.name!r}'s hours never meet")
    seconds = () if windows is None else in_seconds(windows, horizon, horizon.seconds(last))
    if windows is not None and not any(meet(windows, [span]) for span in spans):
        return out(candidate, Code.WINDOW_OUTSIDE_SHIFTS, "its windows lie outside every shift")
    due = deadline(order, visit)
    left_out = policy.left_out(order, visit, due, horizon.ends_at)
    if candidate.promised:
        left_out = policy.promise_broken(left_out, rows.policies.break_cost(order.work_type_id))
    return DayVisit(
        candidate=candidate,
        place=place,
        windows=seconds,
        due=None if due is None else horizon.seconds(due),
        finish_by=None if visit.finish_by is None else horizon.seconds(visit.finish_by),
        unserved_cost=left_out,
        late_cost_per_hour=policy.late_per_hour(order, rows.contracts.get(order.contract_id or 0)),
        pinned_shift=visit.pinned_shift_id,
        pinned_start=None if visit.pinned_start_at is None else horizon.seconds(visit.pinned_start_at),
    )


def _windows(
    horizon: Horizon, candidate: Candidate, site: Site, length: timedelta, last: datetime, tied: Bound
) -> Sequence[Span] | None:
    visit = candidate.visit
    until = max(last, horizon.ends_at)
    opening = horizon.open_spans(site.opening_hours, last)
    held_back = [each for each in (visit.earliest_at, tied.earliest) if each and each > horizon.starts_at]
    found = service_windows(candidate.windows, opening, length, max(held_back, default=None), until)
    if tied.latest is None:
        return found
    before = [(horizon.starts_at, tied.latest)] if tied.latest >= horizon.starts_at else []
    return tuple(before) if found is None else tuple(meet(found, before))


def out(candidate: Candidate, code: Code, why: str) -> Finding:
    """The finding that keeps a visit out of the plan."""
    remedies = {
        Code.SITE_WITHOUT_PLACE: "give the site a place on the map",
        Code.ZERO_DURATION: "give the visit a duration, and its work type too",
        Code.PINNED_ELSEWHERE: "unpin the visit, or mend the shift",
        Code.FINISH_BY_IMPOSSIBLE: "agree on a later time with the customer, and change finish_by",
        Code.WINDOW_OUTSIDE_OPENING_HOURS: "change the visit's windows or length, or the site's opening hours",
        Code.WINDOW_OUTSIDE_SHIFTS: "change the visit's windows, or add a shift",
        Code.FAR_FROM_ROAD: "correct the site's place on the map",
        Code.PLACE_CHANGED: "plan again",
        Code.WAITS_FOR_VISIT: "plan that one first, or take the tie between the two away",
        Code.NOT_TOGETHER: "mend what keeps that one out, or take the tie between the two away",
    }
    return Finding(
        code=code,
        severity=Severity.ERROR,
        entity="visit",
        entity_id=candidate.visit.id,
        message=f"Visit {candidate.name} cannot be planned: {why}.",
        blocks="the visit stays out of the plan",
        remedy=remedies[code],
    )
