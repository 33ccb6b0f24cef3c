"""The figures under a plan: served, left out and why, travel share, overtime, kept windows, cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatch.planning.views import LeftOutView, RouteView


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one plan; times in seconds, money in minor units.

    used: shifts that leave; shifts: all of the day. travel_share: travel of all duty time, 0..1.
    windows_kept of windows: visits whose service starts within their windows, of those that have any.
    late: visits that start after their due time. left_out_why: visits per first reason code, most first.
    """

    shifts: int
    used: int
    served: int
    left_out: int
    left_out_why: tuple[tuple[str, int], ...]
    duty_seconds: int
    travel_seconds: int
    travel_metres: int
    service_seconds: int
    waiting_seconds: int
    overtime_seconds: int
    travel_share: float
    windows: int
    windows_kept: int
    late: int
    late_seconds: int
    cost: Mapping[str, int]


def of(routes: Iterable[RouteView], left_out: Iterable[LeftOutView], cost: Mapping[str, int]) -> Summary:
    """The figures of these routes; call it with the fields of a `PlanView` or of a `ProposalView`."""
    routes = tuple(routes)
    left_out = tuple(left_out)
    visits = [stop for route in routes for stop in route.visits]
    judged = [stop.window_kept for stop in visits if stop.window_kept is not None]
    duty = sum(route.duty_seconds for route in routes)
    travel = sum(route.travel_seconds for route in routes)
    stops = [stop for route in routes for stop in route.stops]
    late = [stop.late_seconds for stop in visits if stop.late_seconds > 0]
    return Summary(
        shifts=len(routes),
        used=sum(bool(route.stops) for route in routes),
        served=len(visits),
        left_out=len(left_out),
        left_out_why=tuple(Counter(_why(visit) for visit in left_out).most_common()),
        duty_seconds=duty,
        travel_seconds=travel,
        travel_metres=sum(route.travel_metres for route in routes),
        service_seconds=sum(int((stop.departs_at - stop.starts_at).total_seconds()) for stop in visits),
        waiting_seconds=sum(int((stop.starts_at - stop.arrives_at).total_seconds()) for stop in stops),
        overtime_seconds=sum(route.overtime_seconds for route in routes),
        travel_share=travel / duty if duty else 0.0,
        windows=len(judged),
        windows_kept=sum(judged),
        late=len(late),
        late_seconds=sum(late),
        cost=dict(cost),
    )


def _why(visit: LeftOutView) -> str:
    return visit.reasons[0].code if visit.reasons else "not_planned_yet"
