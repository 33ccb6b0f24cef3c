"""From contracts and reports to deadlines: the strictest counts, and each tells how it came about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from db.models import ClockKind
from dispatch.promises.service_time import Interval, Pause, Run, Span, run

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says of time. Lengths in minutes of service time; late_cost_per_hour in cents."""

    contract_id: int
    number: str
    hours: tuple[Span, ...]
    response_minutes: int | None
    repair_minutes: int | None
    late_cost_per_hour: int
    starts_on: date
    ends_on: date | None

    def minutes(self, kind: ClockKind) -> int | None:
        """How long that clock takes; None: the contract has no such clock."""
        return self.response_minutes if kind is ClockKind.RESPONSE else self.repair_minutes

    def holds_on(self, day: date) -> bool:
        """Whether the contract is in force on a local date."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a clock: a report. `name`: of the ticket, or of the work order where there is none."""

    at: datetime
    name: str
    ticket_id: int | None = None


DANGER: Final = timedelta(hours=1)
"""Within which somebody comes where people are in danger, day and night, whatever a contract says."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of one contract, started by one report.

    contract_id: None: no contract's, but that of danger.
    at: None while it stands still (`paused_since`), or where the contract's hours never come.
    used: service time gone by at the deadline, or until the pause. steps: how it was derived, in words.
    """

    kind: ClockKind
    contract_id: int | None
    ticket_id: int | None
    at: datetime | None
    paused_since: datetime | None
    used: timedelta
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clocks:
    """The strictest deadlines of a work order, and all they were chosen from.

    contract_id: the contract whose deadline comes first. late_cost_per_hour: the highest of the contracts, in cents.
    """

    response: Deadline | None = None
    repair: Deadline | None = None
    contract_id: int | None = None
    late_cost_per_hour: int = 0
    all: tuple[Deadline, ...] = ()


def clocks(
    terms: Iterable[tuple[Start, Terms]],
    zone: ZoneInfo,
    pauses: dict[ClockKind, list[Pause]] | None = None,
    in_danger: Iterable[Start] = (),
) -> Clocks:
    """The deadlines of every report under every contract that applies to it; `terms` are these pairs.

    in_danger: since when people are known to be in danger; that clock runs without a contract, and never stands still.
    A contract that is not in force on the local date of the report has none.
    """
    pairs = [(start, each) for start, each in terms if each.holds_on(start.at.astimezone(zone).date())]
    found = [
        deadline(kind, start, each, minutes, zone, (pauses or {}).get(kind, []))
        for start, each in pairs
        for kind in ClockKind
        if (minutes := each.minutes(kind)) is not None
    ]
    found += [_danger(start, zone) for start in in_danger]
    found.sort(key=_strictness)
    first = {kind: next((each for each in found if each.kind is kind), None) for kind in ClockKind}
    named = [each.contract_id for each in found if each.contract_id is not None] or sorted(
        each.contract_id for _, each in pairs
    )
    return Clocks(
        response=first[ClockKind.RESPONSE],
        repair=first[ClockKind.REPAIR],
        contract_id=named[0] if named else None,
        late_cost_per_hour=max((each.late_cost_per_hour for _, each in pairs), default=0),
        all=tuple(found),
    )


def deadline(
    kind: ClockKind, start: Start, terms: Terms, minutes: int, zone: ZoneInfo, pauses: Sequence[Pause]
) -> Deadline:
    """When a clock of a contract that this report starts is over, and how that comes about."""
    ran = run(start.at, timedelta(minutes=minutes), terms.hours, zone, pauses)
    steps = _steps(kind, start, terms, minutes, zone, pauses, ran)
    return Deadline(kind, terms.contract_id, start.ticket_id, ran.at, ran.paused_since, ran.used, tuple(steps))


def _strictness(found: Deadline) -> tuple[datetime, int, int]:
    return found.at or _FAR, found.contract_id or 0, found.ticket_id or 0


def _danger(start: Start, zone: ZoneInfo) -> Deadline:
    due = start.at + DANGER
    steps = (
        f"People are in danger: response within {_length(DANGER)}, day and night, whatever a contract says.",
        f"{start.name} told of it {_moment(start.at, zone)}.",
        f"Due {_moment(due, zone)}.",
    )
    return Deadline(ClockKind.RESPONSE, None, start.ticket_id, due, None, DANGER, steps)


def _steps(
    kind: ClockKind, start: Start, terms: Terms, minutes: int, zone: ZoneInfo, pauses: Sequence[Pause], ran: Run
) -> list[str]:
    steps = [
        f"Contract {terms.number}: {kind.value} within {_length(timedelta(minutes=minutes))} of service time.",
        f"Service time, in {zone.key}: {_week(terms.hours)}.",
        f"{start.name} was reported {_moment(start.at, zone)}.",
    ]
    if ran.counted and ran.counted[0][0] > start.at:
        steps.append(f"The clock starts {_moment(ran.counted[0][0], zone)}, when service time next begins.")
    steps += [_pause(pause, zone) for pause in pauses if pause.starts_at < (ran.at or _FAR)]
    steps += [_day(day, zone) for day in _shown(_by_day(ran.counted, zone))]
    if ran.at is not None:
        steps.append(f"Due {_moment(ran.at, zone)}.")
    elif ran.paused_since is not None:
        left = timedelta(minutes=minutes) - ran.used
        steps.append(f"It has stood still since {_moment(ran.paused_since, zone)}, with {_length(left)} left.")
    else:
        steps.append("The contract has no service hours that ever come, so nothing is due; give it some.")
    return steps


def _by_day(counted: Iterable[Interval], zone: ZoneInfo) -> list[list[Interval]]:
    days: list[list[Interval]] = []
    for interval in counted:
        if days and days[-1][-1][0].astimezone(zone).date() == interval[0].astimezone(zone).date():
            days[-1].append(interval)
        else:
            days.append([interval])
    return days


def _shown(days: list[list[Interval]], most: int = 6) -> list[list[Interval]]:
    """Of many days the first and last ones, and all between as one."""
    if len(days) <= most:
        return days
    between = [interval for day in days[2:-2] for interval in day]
    return [*days[:2], between, *days[-2:]]


def _day(day: list[Interval], zone: ZoneInfo) -> str:
    counted = sum((ends - begins for begins, ends in day), timedelta(0))
    return f"Counted {_moment(day[0][0], zone)} to {_moment(day[-1][1], zone)}: {_length(counted)}."


def _pause(pause: Pause, zone: ZoneInfo) -> str:
    until = f"to {_moment(pause.ends_at, zone)}" if pause.ends_at else "on"
    return f"Stood still from {_moment(pause.starts_at, zone)} {until}: {pause.reason or 'paused'}."


def _week(hours: Sequence[Span]) -> str:
    spans = sorted(hours, key=lambda span: (span.weekday, span.opens))
    return ", ".join(f"{_DAYS[span.weekday]} {span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans) or "none"


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    said = [f"{hours} h"] if hours else []
    said += [f"{minutes} min"] if minutes or not hours else []
    return " ".join(said)
