"""Technicians, their skills, shifts and absences."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Absence, Shift, ShiftBreak, Skill, Technician, TechnicianSkill, Territory
from dispatch.access import Viewer
from dispatch.errors import Fault
from dispatch.records.nouns import Collection, Draft, Noun, Values

LONGEST_SHIFT: Final = timedelta(hours=24)


def _check_technician(_session: Session, draft: Draft[Technician]) -> list[Fault]:
    if (draft.row.home_latitude is None) != (draft.row.home_longitude is None):
        return [Fault("/home_longitude", "A home needs both latitude and longitude; give both or none.")]
    return []


def _on_local_day(session: Session, _viewer: Viewer, values: Values) -> Values:
    """A shift belongs to the day on which it starts in the technician's territory."""
    day = _local_date(session, values.get("technician_id"), values["starts_at"])
    return values | {"local_date": day}


def _local_date(session: Session, technician_id: int | None, instant: datetime) -> Any:
    zone = session.scalar(
        select(Territory.time_zone)
        .join(Technician, Technician.territory_id == Territory.id)
        .where(Technician.id == technician_id)
    )
    return None if zone is None else instant.astimezone(ZoneInfo(zone)).date()


def _check_shift(session: Session, draft: Draft[Shift]) -> list[Fault]:
    shift, faults = draft.row, []
    shift.local_date = _local_date(session, shift.technician_id, shift.starts_at)
    if not timedelta(0) < shift.ends_at - shift.starts_at <= LONGEST_SHIFT:
        hours = (shift.ends_at - shift.starts_at) / timedelta(hours=1)
        faults.append(Fault("/ends_at", f"The shift would last {hours:g} hours; it lasts more than 0 and up to 24."))
    if (shift.start_latitude is None) != (shift.start_longitude is None):
        faults.append(Fault("/start_longitude", "A start needs both latitude and longitude; give both or none."))
    if (shift.end_latitude is None) != (shift.end_longitude is None):
        faults.append(Fault("/end_longitude", "An end needs both latitude and longitude; give both or none."))
    return faults + _overlap_faults(session, shift) + _break_faults(shift, draft.hanging.get("breaks", []))


def _overlap_faults(session: Session, shift: Shift) -> list[Fault]:
    other = session.scalar(
        select(Shift).where(
            Shift.technician_id == shift.technician_id,
            Shift.id != (shift.id or 0),
            Shift.starts_at < shift.ends_at,
            Shift.ends_at > shift.starts_at,
        )
    )
    if other is None:
        return []
    span = f"{other.starts_at:%Y-%m-%d %H:%M} to {other.ends_at:%Y-%m-%d %H:%M} UTC"
    return [Fault("/starts_at", f"The technician already has shift {other.id} from {span}; choose other times.")]


def _break_faults(shift: Shift, breaks: list[Values]) -> list[Fault]:
    faults = []
    for index, each in enumerate(breaks):
        if each["latest_at"] < each["earliest_at"]:
            faults.append(Fault(f"/breaks/{index}/latest_at", "latest_at is before earliest_at; swap them."))
        if not (shift.starts_at <= each["earliest_at"] and each["latest_at"] <= shift.ends_at):
            faults.append(Fault(f"/breaks/{index}", "The break starts outside the shift; choose a time within it."))
    return faults


def _check_absence(_session: Session, draft: Draft[Absence]) -> list[Fault]:
    if draft.row.ends_at <= draft.row.starts_at:
        return [Fault("/ends_at", f"ends_at {draft.row.ends_at:%Y-%m-%d %H:%M} is not after starts_at.")]
    return []


def _with_skill(skill_id: Any) -> ColumnElement[bool]:
    return Technician.id.in_(select(TechnicianSkill.technician_id).where(TechnicianSkill.skill_id == skill_id))


def _shifts_in_territory(territory_id: Any) -> ColumnElement[bool]:
    return Shift.technician_id.in_(select(Technician.id).where(Technician.territory_id == territory_id))


SKILLS = Noun(Skill, search=("code", "name"))
TECHNICIANS = Noun(
    Technician,
    collections=(Collection("skills", TechnicianSkill, "technician_id", ("skill_id",)),),
    search=("code", "name"),
    filters={"skill_id": _with_skill},
    check=_check_technician,
)
SHIFTS = Noun(
    Shift,
    collections=(
        Collection(
            "breaks", ShiftBreak, "shift_id", ("earliest_at", "latest_at", "duration_seconds"), order="earliest_at"
        ),
    ),
    filters={"territory_id": _shifts_in_territory},
    prepare=_on_local_day,
    check=_check_shift,
)
ABSENCES = Noun(Absence, check=_check_absence)
