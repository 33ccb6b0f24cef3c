"""Who works on the day: shifts without absences, with the places where they begin and end.

An absence that covers the beginning or the end of a shift cuts it. One in the middle would leave two pieces: a route
has one beginning and one end, and nobody knows where the technician is in between, so the longer piece is planned and
the linter says so; who wants both enters two shifts. Overtime is allowed only where the shift's end was not cut off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Absence, Shift, ShiftBreak, Technician
from dispatch.planning.day.horizon import Span, joined
from dispatch.planning.day.roads import end_of, start_of
from dispatch.planning.day.rows import DayRows
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.travel.places import Place


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift as it can be planned. `end` None: the day ends at the last stop. Overtime in seconds."""

    shift: Shift
    technician: Technician
    starts_at: datetime
    ends_at: datetime
    max_overtime: int
    start: Place
    end: Place | None
    breaks: tuple[ShiftBreak, ...]


@dataclass(frozen=True, slots=True)
class Crew:
    """The day's duties by technician code and start, and what keeps other shifts out."""

    duties: tuple[Duty, ...]
    findings: tuple[Finding, ...]

    def of(self, shift_id: int) -> Duty | None:
        """The duty of a shift, None when it cannot be planned."""
        return next((duty for duty in self.duties if duty.shift.id == shift_id), None)


def crew(rows: DayRows) -> Crew:
    """The shifts that can be planned."""
    duties: list[Duty] = []
    findings: list[Finding] = []
    started = _started(rows)
    for shift in rows.shifts:
        technician = rows.technicians[shift.technician_id]
        made = _duty(rows, shift, technician, started.get(shift.id, ()), findings)
        before = duties[-1] if duties and duties[-1].technician is technician else None
        if made is not None and before is not None and made.starts_at < before.ends_at:
            findings.append(_out(Code.SHIFTS_OVERLAP, shift, technician, "begins before their shift before it ends"))
        elif made is not None:
            duties.append(made)
    return Crew(tuple(duties), tuple(findings))


def _started(rows: DayRows) -> dict[int, tuple[datetime, ...]]:
    """When the visits start that really happen, by shift."""
    moving = {candidate.visit.id for candidate in rows.candidates if candidate.started}
    return {
        shift: tuple(stop.starts_at for stop in route.stops if stop.visit_id in moving)
        for shift, route in rows.routes.items()
    }


def _duty(
    rows: DayRows, shift: Shift, technician: Technician, started: Sequence[datetime], findings: list[Finding]
) -> Duty | None:
    if not technician.active:
        findings.append(_out(Code.TECHNICIAN_INACTIVE, shift, technician, "is of a technician who is not active"))
        return None
    start = start_of(shift, technician)
    if start is None:
        findings.append(_out(Code.SHIFT_WITHOUT_PLACE, shift, technician, "has no place where it starts"))
        return None
    pieces = present((shift.starts_at, shift.ends_at), rows.absences.get(technician.id, ()))
    if not pieces:
        findings.append(_out(Code.SHIFT_ABSENT, shift, technician, "is covered by absences", Severity.WARNING))
        return None
    if len(pieces) > 1:
        findings.append(_split(shift, technician))
    starts_at, ends_at = _chosen(pieces, started)
    return Duty(
        shift=shift,
        technician=technician,
        starts_at=starts_at,
        ends_at=ends_at,
        max_overtime=shift.max_overtime_seconds if ends_at == shift.ends_at else 0,
        start=start,
        end=end_of(shift, technician),
        breaks=tuple(rest for rest in shift.breaks if starts_at <= rest.latest_at < ends_at),
    )


def present(span: Span, absences: Iterable[Absence]) -> list[Span]:
    """What absences leave of a span, in time order."""
    pieces, start = [], span[0]
    for away_from, away_until in joined([(absence.starts_at, absence.ends_at) for absence in absences]):
        if away_from > start:
            pieces.append((start, min(away_from, span[1])))
        start = max(start, away_until)
    return [piece for piece in [*pieces, (start, span[1])] if piece[0] < piece[1]]


def _chosen(pieces: Sequence[Span], started: Sequence[datetime]) -> Span:
    """The piece in which most visits have started, else the longest, else the first."""
    return max(pieces, key=lambda piece: (sum(piece[0] <= at < piece[1] for at in started), piece[1] - piece[0]))


def _out(code: Code, shift: Shift, technician: Technician, what: str, severity: Severity = Severity.ERROR) -> Finding:
    remedies = {
        Code.TECHNICIAN_INACTIVE: "delete the shift, or make the technician active",
        Code.SHIFT_WITHOUT_PLACE: "give the technician a home on the map, or the shift a start place",
        Code.SHIFT_ABSENT: "nothing, if the technician is away",
        Code.SHIFTS_OVERLAP: "correct the times of one of the two shifts",
    }
    return Finding(
        code=code,
        severity=severity,
        entity="shift",
        entity_id=shift.id,
        message=f"The shift of {technician.name} ({technician.code}) {what}.",
        blocks="the shift is not planned",
        remedy=remedies[code],
    )


def _split(shift: Shift, technician: Technician) -> Finding:
    return Finding(
        code=Code.SHIFT_SPLIT,
        severity=Severity.WARNING,
        entity="shift",
        entity_id=shift.id,
        message=f"An absence in the middle splits the shift of {technician.name} ({technician.code}).",
        blocks="only the longest piece of the shift is planned",
        remedy="enter a shift for each piece, so that both are planned",
    )
