"""Words and marks for what a page shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from db.models import StopKind
from dispatch.planning.views import StopView, VisitView

COLOURS: Final = 8
DASHES: Final = 3


@dataclass(frozen=True, slots=True)
class Style:
    """How a route is drawn: its number in the legend; colour and dashes together tell 24 routes apart."""

    number: int

    @property
    def css(self) -> str:
        """The classes of a line."""
        place = self.number - 1
        return f"c{place % COLOURS} d{place // COLOURS % DASHES}"


def style_of(number: int) -> Style:
    """The style of the route with this number, from 1."""
    return Style(number)


def clock(instant: datetime | None) -> str:
    """The time of day; an instant is in the territory's zone already."""
    return "–" if instant is None else f"{instant:%H:%M}"


def length(seconds: int) -> str:
    """A length of time: 45 min, 3 h 05."""
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def kilometres(metres: int) -> str:
    """A distance: 12.4 km."""
    return f"{metres / 1000:.1f} km"


def windows(visit: VisitView) -> str:
    """When service may start: 09:00–12:00."""
    return ", ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in visit.windows)


def stop_title(stop: StopView) -> str:
    """What a stop is, in one line."""
    times = f"{clock(stop.starts_at)}–{clock(stop.departs_at)}"
    if stop.visit is None:
        return f"{stop.title}, {times}" if stop.kind is not StopKind.BREAK else f"Break, {times}"
    parts = [f"{stop.visit.number} {stop.visit.summary}", stop.visit.site, times]
    if stop.visit.windows:
        parts.append(f"window {windows(stop.visit)}")
    if stop.late_seconds:
        parts.append(f"{length(stop.late_seconds)} late")
    return ", ".join(parts)
