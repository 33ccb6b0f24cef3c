"""A day as bars along the hours: positions in percent of the width, so that a drawing of any width shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.pages.labels import Style, clock, length, stop_title, style_of
from api.pages.maps import numbered
from dispatch.planning.views import RouteView, StopView


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time. kind: shift, travel, wait, visit, break, warehouse, overtime, window."""

    kind: str
    left: float
    width: float
    title: str
    label: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One technician's day, or one stop of it: bars, and the times by which service should have started."""

    name: str
    note: str
    href: str
    style: Style
    bars: tuple[Bar, ...]
    dues: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows under a scale of hours. now: where the present is, if it is on this day."""

    hours: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]
    now: float | None = None


class Scale:
    """From instants to percent of the width."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start.replace(minute=0, second=0, microsecond=0)
        self._span = max((end - self.start).total_seconds(), 3600.0)
        self._end = self.start + timedelta(seconds=self._span)

    @classmethod
    def over(cls, routes: Sequence[RouteView]) -> "Scale":
        """A scale that holds all shifts and routes.

        Raises ValueError without any route.
        """
        ends = [route.shift_ends_at for route in routes] + [r.returns_at for r in routes if r.returns_at is not None]
        starts = [route.shift_starts_at for route in routes] + [
            r.departs_at for r in routes if r.departs_at is not None
        ]
        return cls(min(starts), max(ends) + timedelta(minutes=15))

    def at(self, instant: datetime) -> float:
        """Where an instant is, from 0 to 100."""
        share = (instant - self.start).total_seconds() / self._span
        return round(100 * min(1.0, max(0.0, share)), 3)

    def holds(self, instant: datetime) -> bool:
        """Whether an instant is on the scale."""
        return self.start <= instant <= self._end

    def bar(self, kind: str, start: datetime, end: datetime, title: str, label: str = "", *, late: bool = False) -> Bar:
        """A bar from one instant to another."""
        left = self.at(start)
        return Bar(kind, left, round(self.at(end) - left, 3), title, label, late)

    def hours(self) -> tuple[tuple[float, str], ...]:
        """Every full hour."""
        count = int(self._span // 3600) + 1
        return tuple((self.at(hour), clock(hour)) for hour in (self.start + timedelta(hours=n) for n in range(count)))


def of_day(routes: Sequence[RouteView], now: datetime | None = None) -> Timeline | None:
    """A row for each route, which links to its table below; None without any."""
    if not routes:
        return None
    scale = Scale.over(routes)
    rows = tuple(
        Row(
            name=route.technician,
            note=_note(route),
            href=f"#{route.technician_code}",
            style=style_of(number),
            bars=tuple(_bars(route, scale)),
            dues=tuple(_dues([stop for stop in route.visits if stop.late_seconds], scale)),
        )
        for number, route in enumerate(routes, start=1)
    )
    return Timeline(scale.hours(), rows, _now(scale, now))


def of_route(route: RouteView, style: Style, now: datetime | None = None) -> Timeline:
    """A row for each stop of one route, with its window behind it."""
    scale = Scale.over([route])
    rows = []
    for (label, stop), before in zip(numbered(route.stops), [None, *route.stops], strict=False):
        bars = [scale.bar("window", *window, "window") for window in (stop.visit.windows if stop.visit else ())]
        left = before.departs_at if before is not None else route.departs_at
        bars += _way(left, stop.arrives_at, scale, "travel") + _at_stop(stop, scale, label)
        rows.append(Row(_name(stop), clock(stop.starts_at), "", style, tuple(bars), tuple(_dues([stop], scale))))
    return Timeline(scale.hours(), tuple(rows), _now(scale, now))


def _now(scale: Scale, now: datetime | None) -> float | None:
    return scale.at(now) if now is not None and scale.holds(now) else None


def _name(stop: StopView) -> str:
    return stop.title if stop.visit is None else f"{stop.visit.number} {stop.visit.site}"


def _note(route: RouteView) -> str:
    count = len(route.visits)
    return f"{count} visit" + "s" * (count != 1)


def _bars(route: RouteView, scale: Scale) -> Iterator[Bar]:
    shift = f"shift {clock(route.shift_starts_at)}–{clock(route.shift_ends_at)}"
    yield scale.bar("shift", route.shift_starts_at, route.shift_ends_at, shift)
    if route.overtime_seconds and route.returns_at is not None:
        # Under the stops, which it must not hide.
        yield scale.bar("overtime", route.shift_ends_at, route.returns_at, f"overtime {length(route.overtime_seconds)}")
    left = route.departs_at
    for label, stop in numbered(route.stops):
        yield from _way(left, stop.arrives_at, scale, "travel")
        yield from _at_stop(stop, scale, label)
        left = stop.departs_at
    if route.returns_at is not None:
        yield from _way(left, route.returns_at, scale, "travel home")


def _way(start: datetime | None, end: datetime, scale: Scale, what: str) -> list[Bar]:
    if start is None or end <= start:
        return []
    return [scale.bar("travel", start, end, f"{what} {length(int((end - start).total_seconds()))}")]


def _at_stop(stop: StopView, scale: Scale, label: str) -> list[Bar]:
    bars = []
    if stop.starts_at > stop.arrives_at:
        waited = length(int((stop.starts_at - stop.arrives_at).total_seconds()))
        bars.append(scale.bar("wait", stop.arrives_at, stop.starts_at, f"waiting {waited}"))
    late = stop.late_seconds > 0 or stop.window_kept is False
    bars.append(scale.bar(stop.kind.value, stop.starts_at, stop.departs_at, stop_title(stop), label, late=late))
    return bars


def _dues(stops: Sequence[StopView], scale: Scale) -> Iterator[tuple[float, str]]:
    for stop in stops:
        if stop.visit is not None and stop.visit.due_at is not None and scale.holds(stop.visit.due_at):
            yield scale.at(stop.visit.due_at), f"{stop.visit.number} due {clock(stop.visit.due_at)}"
